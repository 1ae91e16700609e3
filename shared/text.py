"""Text that people type: bounded, and free of characters that would break a mail header, a calendar line or a terminal."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_BIDI = "\u202a-\u202e\u2066-\u2069"
"""Marks that turn the direction of what follows: they could make a title read otherwise than it is."""
_CONTROL = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff{_BIDI}]")
_CONTROL_BUT_LINES = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff{_BIDI}]")


def must_be_one_line(text: str) -> str:
    """The text without spaces around it. ValueError where it is empty, or has line breaks or control characters."""
    return _checked(text, _CONTROL, "must have no line breaks or control characters")


def must_be_prose(text: str) -> str:
    """The text without spaces around it; lines may break with a line feed. ValueError where it is empty or has control characters."""
    return _checked(text, _CONTROL_BUT_LINES, "must have no control characters")


def _checked(text: str, forbidden: re.Pattern[str], rule: str) -> str:
    if forbidden.search(text):
        raise ValueError(rule)
    if not (trimmed := text.strip()):
        raise ValueError("must not be empty")
    return trimmed


Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(must_be_one_line)]
"""What something is called."""
Line = Annotated[str, Field(min_length=1, max_length=250), AfterValidator(must_be_one_line)]
"""A title, a place, a source."""
Prose = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(must_be_prose)]
"""A reason, an explanation: several lines at most."""
