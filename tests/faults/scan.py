"""Looks for a text in whatever was written to disk, in plain and in the encodings in which it might hide."""

from __future__ import annotations

import contextlib
import json
import os
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, quote_plus

Encode = Callable[[bytes], bytes]


class Found(NamedTuple):
    """Where a text was found, and how it was written."""

    place: str
    encoding: str
    text: str


def forms(text: str) -> dict[str, bytes]:
    """The bytes that give a text away, by the name of the encoding."""
    plain = text.encode()
    return {
        "utf-8": plain,
        "latin-1": text.encode("latin-1"),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "json": json.dumps(text)[1:-1].encode(),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "percent": quote(text, safe="").encode(),
        "percent-lower": quote(text, safe="").lower().encode(),
        "form": quote_plus(text).encode(),
        **{f"base64+{offset}": _inner(b64encode, plain, offset) for offset in range(3)},
        **{f"base64url+{offset}": _inner(urlsafe_b64encode, plain, offset) for offset in range(3)},
    }


def _inner(encode: Encode, plain: bytes, offset: int) -> bytes:
    """The part of the encoded text that does not depend on what stands before and behind it."""
    whole = encode(b"\0" * offset + plain)
    begin = -(-offset * 8 // 6)
    end = (offset + len(plain)) * 8 // 6
    return whole[begin:end]


def find_in_bytes(place: str, data: bytes, texts: Iterable[str]) -> Iterator[Found]:
    """Every text that is there in some form."""
    for text in texts:
        known: set[bytes] = set()
        for name, form in forms(text).items():
            if form not in known and data.find(form) >= 0:
                yield Found(place, name, text)
            known.add(form)


def find(places: Mapping[str, Path], texts: Iterable[str]) -> list[Found]:
    """Every text that is in some form in a file below one of these places; a file counts for the first of them that has it."""
    wanted = list(texts)
    found: list[Found] = []
    seen: set[Path] = set()
    for name, place in places.items():
        files = [place] if place.is_file() else sorted(_files_below(place))
        assert files, f"there is nothing at {place}"
        for file in files:
            if file not in seen:
                seen.add(file)
                with contextlib.suppress(FileNotFoundError):  # A server that works removes what it no longer needs.
                    # Read, not mapped: it also cuts off what it no longer needs, and searching bytes is quicker.
                    found += find_in_bytes(name, file.read_bytes(), wanted)
    return found


def _files_below(place: Path) -> Iterator[Path]:
    """Every file; a directory that goes meanwhile is none."""
    for folder, _, names in os.walk(place):
        yield from (file for file in (Path(folder, name) for name in names) if file.is_file())
