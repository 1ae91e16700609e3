"""Bad input told by field and rule, never by value: what someone typed may be personal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from fastapi.exceptions import RequestValidationError

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "uuid_parsing": "is not a UUID",
    "string_unicode": "is not a valid text",
}
MOST_ERRORS = 50


class BadInput(Exception):
    """The input does not fit: `where` names the field (`body.starts_at`, `header.If-Match`), `what` says the rule."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.errors = [{"where": where, "what": what}]


def unknown_query(names: Iterable[str]) -> BadInput:
    """Query parameters that the route does not know: a misspelt one would otherwise be a question that nobody asked."""
    described = BadInput("query", "does not fit")
    described.errors = [{"where": f"query.{_part(name)}", "what": _SENTENCES["extra_forbidden"]} for name in names][:MOST_ERRORS]
    return described


def describe_bad_input(error: RequestValidationError) -> BadInput:
    """FastAPI's findings in our words; of the values sent nothing is repeated."""
    findings = error.errors()[:MOST_ERRORS]
    described = BadInput("body", "does not fit")
    described.errors = [_describe(finding, error.body) for finding in findings]
    return described


def _describe(finding: dict[str, Any], body: Any) -> dict[str, str]:
    if finding["type"] == "json_invalid":
        return _malformed(finding, body)
    if isinstance(body, bytes) and tuple(finding["loc"]) == ("body",):
        return {"where": "body", "what": "is not JSON: send it with Content-Type: application/json"}
    where = ".".join(_part(part) for part in finding["loc"])
    return {"where": where, "what": _SENTENCES.get(finding["type"]) or _rule(finding)}


def _malformed(finding: dict[str, Any], body: Any) -> dict[str, str]:
    """Malformed JSON, by line and column from 1."""
    position = finding["loc"][-1]
    before = body[:position] if isinstance(body, str) and isinstance(position, int) else ""
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return {"where": "body", "what": f"is malformed JSON at line {line}, column {column}: {finding['ctx']['error']}"}


def _part(part: object) -> str:
    """One step of the way to a field. A name that is no identifier was made up by the sender and is not repeated."""
    return str(part) if isinstance(part, int) or _FIELD.fullmatch(str(part)) else "…"


def _rule(finding: dict[str, Any]) -> str:
    """Pydantic's sentence, unless it repeats what was sent."""
    told = str(finding["msg"])
    sent = (finding.get("input"), (finding.get("ctx") or {}).get("tag"))
    return "does not fit" if any(isinstance(value, str) and value and value in told for value in sent) else told
