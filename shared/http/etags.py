"""ETags: of a stream's version for those who may change it, of the answer's bytes for everybody else."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from shared.http.bad_input import BadInput
from shared.http.problems import PreconditionMissing

IfMatch = Literal["required", "optional", "none"]
NO_VERSION = -1
"""What a well-formed tag that is no version of a stream expects: no stream is ever there."""

_STRONG = re.compile(r'"([\x21\x23-\x7e]*)"')


def version_tag(version: int) -> str:
    """The ETag of a stream at `version`."""
    return f'"{version}"'


def bytes_tag(body: bytes) -> str:
    """The ETag of an answer's bytes: it tells nothing but whether they are the same."""
    return f'"h{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def expected_version(if_match: str | None, need: IfMatch) -> int | None:
    """The version that the sender saw, or None when any will do. PreconditionMissing (428) or BadInput (422).

    With `need="none"` the command's facts commute, so that what the sender saw does not matter; a malformed tag is told all the same.
    """
    if if_match is None:
        if need == "required":
            raise PreconditionMissing
        return None
    tag = if_match.strip()
    strong = _STRONG.fullmatch(tag)
    if strong is None and tag != "*":
        raise BadInput("header.If-Match", 'is not one strong ETag such as "7"')
    if strong is None or need == "none":
        return None
    text = strong[1]
    # A version is at most a PostgreSQL int; a longer number is no version that anybody was shown.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else NO_VERSION


def matches_none(if_none_match: str, tag: str) -> bool:
    """Whether If-None-Match names `tag` (weak comparison, RFC 9110 section 13.1.2)."""
    return if_none_match.strip() == "*" or any(one.strip().removeprefix("W/") == tag for one in if_none_match.split(","))
