"""Reads what services answered: what was begun, a member of a member, what a problem says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2


def begun(answer: httpx2.Response) -> str:
    """The id of what a wish began: its address's last part, or the stream that was changed."""
    location: str | None = answer.headers.get("location")
    return location.rsplit("/", 1)[1] if location else str(answer.json()["id"])


def reach(value: Any, name: str) -> Any:
    """A member of a member, as in `resolution.id` or `items.0`; None where there is none."""
    for part in name.split("."):
        if isinstance(value, list) and part.isdecimal():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value


def said(answer: httpx2.Response) -> str:
    """What a problem says, with the fields it names; the bare text of an answer that is no problem."""
    try:
        problem = answer.json()
        fields = "; ".join(f"{error['where']} {error['what']}" for error in problem.get("errors", ()))
        return f"{problem['detail']} {fields}".strip()
    except (ValueError, LookupError, AttributeError):
        return answer.text[:500]
