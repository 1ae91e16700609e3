"""What follows by itself from the meetings service's own facts."""

from __future__ import annotations

from collections.abc import Iterable

from services.meetings.events import MeetingOpened
from services.meetings.sitting import SITTING, OpenSitting, sitting_of
from shared.envelope import Received
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send


def open_sitting(received: Received[MeetingOpened]) -> Iterable[Send]:
    """A meeting that has begun is held: its sitting opens with what was invited."""
    opened = OpenSitting(now=received.entry.recorded_at, meeting=received.stream, **dict(received.message))
    yield Send(SITTING, sitting_of(received.stream), opened)


WHEN_MEETING_OPENED_THEN_OPEN_SITTING = Reaction(
    name="when_meeting_opened_then_open_sitting", source=OWN, reacts_to=(MeetingOpened,), react=open_sitting
)
