"""What an operator is told of a reader: how it is, and whether what it has made holds."""

from __future__ import annotations

from shared.http.operations import ReaderPosition
from shared.projections.verify import Verification
from shared.watch import MOST_LAG

WELL = "ok"


def state_of(reader: ReaderPosition) -> str:
    """How a reader is, the worst first."""
    if reader.stopped:
        return reader.stopped
    if reader.parked:
        return "parked streams: see `bindeglied park list`"
    if reader.lag is None:
        return "source cannot be reached"
    return "far behind: does a worker run?" if reader.lag > MOST_LAG else WELL


def verdict_of(found: Verification) -> str:
    """What a comparison found, for an operator."""
    if found.difference:
        return f"differs: {found.difference}"
    if not found.started:
        return "has not started: it has read nothing of its sources yet; does a worker run?"
    return f"equals a fold of its sources, {found.rows} rows"
