"""The portal's words: `python -m tests.portal.catalogue` writes the texts that have no German yet into the catalogue, and drops the old."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from services.portal.language import HERE, catalogue_file

FILE = catalogue_file("de")
MARKS = {"mark": None, "text": None}
HEADER = "# The German of the portal's pages. The English beside it is what the templates and the code say."


def texts() -> Iterator[tuple[str | tuple[str, ...], Path]]:
    """Every text that people see, with the file that says it."""
    for file in sorted((HERE / "templates").rglob("*.html")):
        with file.open("rb") as source:
            for _, _, text, _ in babel_extract(source, ["_", "gettext", "ngettext"], [], {"trimmed": "true"}):
                parts = [text] if isinstance(text, str) else [part for part in text or () if part]
                if parts:
                    yield parts[0] if len(parts) == 1 else tuple(parts), file
    for file in sorted(HERE.rglob("*.py")):
        with file.open("rb") as source:
            for _, text, _, _ in extract("python", source, keywords=MARKS):
                if text:
                    yield text if isinstance(text, str) else tuple(text), file


def wanted() -> Catalog:
    """What is to be translated."""
    catalogue = Catalog(locale="de", header_comment=HEADER)
    for text, _ in texts():
        catalogue.add(text)
    return catalogue


def kept(file: Path = FILE) -> Catalog:
    """What is translated."""
    if not file.exists():
        return Catalog(locale="de", header_comment=HEADER)
    with file.open("rb") as source:
        return read_po(source, locale="de")


def write(catalogue: Catalog, file: Path = FILE) -> None:
    """Keep the catalogue, sorted, without dates and places that change by themselves."""
    lines = [f"{HEADER}\n", 'msgid ""\n', 'msgstr ""\n', '"Content-Type: text/plain; charset=utf-8\\n"\n', '"Language: de\\n"\n']
    lines += ['"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n', "\n"]
    target = io.BytesIO("".join(lines).encode())
    target.seek(0, io.SEEK_END)
    write_po(target, catalogue, omit_header=True, sort_output=True, no_location=True, ignore_obsolete=True, width=140)
    file.write_bytes(target.getvalue())


def missing(catalogue: Catalog) -> list[str]:
    """The texts without German."""
    found = []
    for message in wanted():
        if message.id:
            have = catalogue.get(message.id)
            if have is None or not have.string or (not isinstance(have.string, str) and not all(have.string)):
                found.append(str(message.id))
    return found


def stale(catalogue: Catalog) -> list[str]:
    """What nobody says any more."""
    needed = wanted()
    return [str(message.id) for message in catalogue if message.id and needed.get(message.id) is None]


if __name__ == "__main__":
    known, merged = kept(), wanted()
    for message in merged:
        if message.id and (have := known.get(message.id)) is not None:
            message.string = have.string
    write(merged)
    for text in missing(merged):
        print(text)  # noqa: T201 - a command for people
