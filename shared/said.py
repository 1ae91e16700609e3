"""What an error may say where people and logs see it: our own words, of foreign errors only which they were."""

from __future__ import annotations

OURS = ("shared.", "services.", "bindeglied.")


def said(error: BaseException) -> str:
    """The error in one line without stored values: drivers, validators and plain Python repeat those in their messages."""
    kind = type(error)
    if f"{kind.__module__}.".startswith(OURS):
        return f"{kind.__name__}: {error}" if str(error) else kind.__name__
    sqlstate = getattr(error, "sqlstate", None)
    return f"{kind.__name__} ({sqlstate})" if sqlstate else kind.__name__
