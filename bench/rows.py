"""One measure's result, and how two contenders are compared on a noisy machine: in turns, by the median of the ratios."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Literal

ROUNDS = 5

Contender = Callable[[], Awaitable[float]]
"""Runs once and answers a figure: commands per second, milliseconds, …"""


@dataclass(frozen=True)
class Row:
    """A line of the table. `ratio` is what the target is about, unless `ours` itself is (then there is no ratio)."""

    measure: str
    ours: float
    peer: float | None
    ratio: float | None
    target: str
    holds: bool

    def as_json(self) -> dict[str, Any]:
        """The line in `results.json`."""
        return asdict(self)


def judged(measure: str, ours: float, peer: float | None, ratio: float | None, relation: Literal["≥", "≤", "="], bound: float) -> Row:
    """A row whose figure (the ratio where there is one) is held against `bound`."""
    figure = ours if ratio is None else ratio
    holds = {"≥": figure >= bound, "≤": figure <= bound, "=": figure == bound}[relation]
    return Row(
        measure,
        round(ours, 3),
        None if peer is None else round(peer, 3),
        None if ratio is None else round(ratio, 3),
        f"{relation} {bound:g}",
        holds,
    )


async def in_turns(ours: Contender, peer: Contender, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """The medians of both, and the median of their ratios (ours / peer) round by round; one round each is warm-up."""
    await ours()
    await peer()
    pairs = [(await ours(), await peer()) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )
