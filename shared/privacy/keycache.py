"""Subjects' keys in the clear, in memory, for sixty seconds at most and then written over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(slots=True, eq=False, repr=False)
class HeldKey:
    """One subject's key in the clear."""

    key: UUID
    subject: UUID
    secret: bytearray
    read_at: float
    """Monotonic seconds, taken before its row was read: an erasure that came later ends at most one life later."""


class KeyCache:
    """Keys by their id and by their subject. A sweep removes what is past its life, whether or not anybody asks again.

    Writing over the bytes is best effort: the interpreter and the cipher may have copied them.
    """

    def __init__(self, life: float, monotonic: Callable[[], float]) -> None:
        self.life = life
        self.monotonic = monotonic
        self._keys: dict[UUID, HeldKey] = {}
        self._subjects: dict[UUID, UUID] = {}
        self._gone: set[UUID] = set()
        self._sweep: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, key: UUID) -> HeldKey | None:
        """The key of this id, if it is held and not past its life. Use it before the next await: it may be written over then."""
        held = self._keys.get(key)
        if held is None or self._rest(held) > 0:
            return held
        self._drop(held)
        return None

    def of_subject(self, subject: UUID) -> HeldKey | None:
        """The subject's key, likewise."""
        key = self._subjects.get(subject)
        return None if key is None else self.get(key)

    def put(self, held: HeldKey) -> None:
        """Hold a key, unless its subject was forgotten while the key was being read."""
        if held.subject in self._gone:
            _write_over(held)
            return
        if (before := self._keys.get(held.key)) is not None:
            _write_over(before)
        self._keys[held.key] = held
        self._subjects[held.subject] = held.key
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._rest(held), self._sweep_out)

    def forget(self, subject: UUID) -> None:
        """Never hold this subject's key again: it is erased."""
        self._gone.add(subject)
        key = self._subjects.get(subject)
        if key is not None:
            self._drop(self._keys[key])

    def clear(self) -> None:
        """Write over everything."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for held in list(self._keys.values()):
            self._drop(held)

    def _sweep_out(self) -> None:
        self._sweep = None
        for held in [held for held in self._keys.values() if self._rest(held) <= 0]:
            self._drop(held)
        if self._keys:
            self._sweep = asyncio.get_running_loop().call_later(min(map(self._rest, self._keys.values())), self._sweep_out)

    def _rest(self, held: HeldKey) -> float:
        return held.read_at + self.life - self.monotonic()

    def _drop(self, held: HeldKey) -> None:
        del self._keys[held.key], self._subjects[held.subject]
        _write_over(held)


def _write_over(held: HeldKey) -> None:
    held.secret[:] = bytes(len(held.secret))
