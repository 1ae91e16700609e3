// Parses each AsyncAPI document that is named with the project's own parser, and says what that finds. `make asyncapi-check` runs it.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const { Parser } = createRequire(`${process.cwd()}/`)('@asyncapi/parser')
const ADVICE = new Set(['asyncapi-latest-version', 'asyncapi-info-contact', 'asyncapi-id', 'asyncapi3-tags', 'asyncapi-tags'])
let wrong = 0

for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf-8'), { source: file })
  const found = diagnostics.filter(({ code }) => !ADVICE.has(code))
  for (const { code, message, path } of found) console.log(`${file}: ${path.join('.')}: ${message} (${code})`)
  if (!document || found.length) wrong += 1
  else console.log(`${file}: ${document.messages().length} messages, valid`)
}
process.exit(wrong ? 1 : 0)
