"""What bodies are called by now, wherever a meeting, a proposal or a duty tells their names."""

from __future__ import annotations

from typing import TypeVar

from services.meetings.read_models.bodies import names_of
from shared.called import named_in, with_names
from shared.http.call import Invocation

T = TypeVar("T")


async def called_now(call: Invocation, shown: T) -> T:
    """What is shown, with each body's right name."""
    return with_names(shown, await names_of(call.read, named_in(shown)))
