"""The folded states that one process remembers, so that a hot stream is decided without a read."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, TypeVar
from uuid import UUID

from shared.domain import Decider

S = TypeVar("S")


class States(OrderedDict[UUID, tuple[str, int, Any]]):
    """By stream: its decider, version and state, those used last at the end; bounded."""

    def __init__(self, at_most: int) -> None:
        super().__init__()
        self.at_most = at_most

    def known(self, decider: Decider[S, Any, Any], stream: UUID) -> tuple[int, S] | None:
        """What is remembered of a stream of this kind."""
        found = self.get(stream)
        if found is None or found[0] != decider.name:
            return None
        self.move_to_end(stream)
        return found[1], found[2]

    def remember(self, decider: Decider[Any, Any, Any], stream: UUID, version: int, state: Any) -> None:
        """Keep a state, unless a later one is known."""
        if (found := self.get(stream)) and found[0] == decider.name and found[1] > version:
            return  # A reader that began earlier came back later.
        self[stream] = (decider.name, version, state)
        self.move_to_end(stream)
        while len(self) > self.at_most:
            self.popitem(last=False)
