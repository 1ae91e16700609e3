"""A hand-over duty as its rules see it: what was told of it so far. Pure: its facts in, a state out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from services.meetings.events.duty import (
    DealingForDutyCorrected,
    DealingForDutyRepeated,
    DutyEvent,
    HandoverDutyFulfilled,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyReopened,
    ResultsDeliberatedForDuty,
    ResultsReceivedForDuty,
)

What = Literal["receipt", "deliberation"]
"""Which half of the duty."""
Dealing = ResultsReceivedForDuty | ResultsDeliberatedForDuty
"""That a meeting did its half."""


@dataclass(frozen=True)
class Duty:
    """A duty as its rules see it. Whether it was opened, received or deliberated first is left to chance: three reactions tell of it."""

    opened: HandoverDutyOpened | None = None
    received: ResultsReceivedForDuty | None = None
    deliberated: ResultsDeliberatedForDuty | None = None
    fulfilled: HandoverDutyFulfilled | None = None
    others: tuple[DealingForDutyRepeated, ...] = ()
    """What other meetings did of it as well; it counts where what counts so far never happened."""

    def other(self, what: What, meeting: UUID) -> DealingForDutyRepeated | None:
        """What this meeting did as well."""
        return next((one for one in self.others if (one.what, one.meeting) == (what, meeting)), None)

    def others_but(self, what: What, meeting: UUID) -> tuple[DealingForDutyRepeated, ...]:
        """What all others did, without that."""
        return tuple(one for one in self.others if (one.what, one.meeting) != (what, meeting))


def evolve(state: Duty, event: DutyEvent) -> Duty:
    """Fold one fact into the state."""
    match event:
        case HandoverDutyOpened():
            return replace(state, opened=event)
        case HandoverDutyRenamed():
            right = {"conference_title": event.conference_title}
            ended = state.fulfilled and state.fulfilled.model_copy(update=right)
            return replace(state, opened=state.opened and state.opened.model_copy(update=right), fulfilled=ended)
        case ResultsReceivedForDuty():
            return replace(state, received=event, others=state.others_but("receipt", event.meeting))
        case ResultsDeliberatedForDuty():
            return replace(state, deliberated=event, others=state.others_but("deliberation", event.meeting))
        case DealingForDutyCorrected():
            if event.what == "receipt":
                received = state.received.model_copy(update={"received_at": event.at}) if state.received and event.at else None
                return replace(state, received=received)
            deliberated = state.deliberated.model_copy(update={"deliberated_at": event.at}) if state.deliberated and event.at else None
            return replace(state, deliberated=deliberated)
        case DealingForDutyRepeated():
            others = state.others_but(event.what, event.meeting)
            return replace(state, others=(*others, event) if event.at else others)
        case HandoverDutyFulfilled():
            return replace(state, fulfilled=event)
        case HandoverDutyReopened():
            return replace(state, fulfilled=None)
        case _:
            assert_never(event)
