"""What bodies are called by now, wherever a conference tells their names."""

from __future__ import annotations

from typing import TypeVar

from services.conferences.read_models.known_bodies import names_by_now
from shared.called import named_in, with_names
from shared.http.call import Invocation

T = TypeVar("T")


async def called_now(call: Invocation, shown: T) -> T:
    """What is shown, with each body's right name."""
    return with_names(shown, await names_by_now(call.read, named_in(shown)))
