"""A contribution as its rules see it. Pure: facts in, a state out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, assert_never
from uuid import UUID

from services.conferences.events.contribution import (
    ContributionCorrected,
    ContributionErased,
    ContributionEvent,
    ContributionPublished,
    ContributionReceived,
    ContributionReleased,
    ContributionSettled,
    ContributionUsed,
)
from services.conferences.parts import Fate, Lineage
from shared.domain import Refusal


class ContributionIsUnknown(Refusal):
    """There is no such contribution."""


@dataclass(frozen=True)
class Settlement:
    """What became of a contribution that went into no result."""

    fate: Fate
    reason: str


@dataclass(frozen=True)
class Contribution:
    """A contribution as its rules see it."""

    received: ContributionReceived | None = None
    """As it stands: with what was put right of it."""
    text: str | None = None
    """As it is published; None as long as it is not."""
    erased: bool = False
    """Whether whoever handed it in had their data erased."""
    used: tuple[tuple[UUID, Lineage], ...] = ()
    """The results that come from it, and how."""
    settled: Settlement | None = None


def evolve(state: Contribution, event: ContributionEvent) -> Contribution:
    """Fold one fact into the state."""
    match event:
        case ContributionReceived():
            return replace(state, received=event)
        case ContributionErased():
            return replace(state, erased=True)
        case ContributionPublished():
            return replace(state, text=event.text)
        case ContributionUsed():
            return replace(state, used=(*without(state.used, event.result), (event.result, event.how)))
        case ContributionReleased():
            return replace(state, used=without(state.used, event.result))
        case ContributionSettled():
            return replace(state, settled=Settlement(event.fate, event.reason))
        case ContributionCorrected():
            now = {name: getattr(event, name) for name in ("group", "group_name", "kind", "received_on")}
            settled = Settlement(event.fate, event.fate_reason) if event.fate and event.fate_reason else None
            return replace(state, received=must_be_received(state).model_copy(update=now), text=event.text, settled=settled)
        case _:
            assert_never(event)


def without(used: tuple[tuple[UUID, Lineage], ...], result: UUID) -> tuple[tuple[UUID, Lineage], ...]:
    """The other results that come from a contribution."""
    return tuple(one for one in used if one[0] != result)


def must_be_received(state: Contribution) -> ContributionReceived:
    """What was handed in, or the refusal."""
    if state.received is None:
        raise ContributionIsUnknown
    return state.received


def named(received: ContributionReceived) -> dict[str, Any]:
    """What each fact about a contribution says of it."""
    return {"conference": received.conference, "title": received.title}
