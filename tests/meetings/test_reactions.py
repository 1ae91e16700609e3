"""When a meeting has been opened, its sitting opens."""

from __future__ import annotations

from services.meetings.reactions import WHEN_MEETING_OPENED_THEN_OPEN_SITTING, open_sitting
from services.meetings.sitting import SITTING as SITTING_RULES
from services.meetings.sitting import OpenSitting
from shared.envelope import Received
from shared.reactor import Send
from shared.testing import History, Rules
from tests.meetings.examples import FROZEN, MEETING, OF_MEETING, OPENED, PLACE, SCHEDULED, SITTING, SITTING_OPENED, STARTS


def test_when_a_meeting_was_opened_then_its_sitting_opens_with_what_was_invited() -> None:
    entry = History().add(MEETING, SCHEDULED, OPENED).entries[-1]
    (sent,) = WHEN_MEETING_OPENED_THEN_OPEN_SITTING.react(Received(OPENED, entry))
    command = OpenSitting(now=entry.recorded_at, **OF_MEETING, meeting=MEETING, opened_at=STARTS, place=PLACE, **FROZEN)
    assert sent == Send(SITTING_RULES, SITTING, command)


def test_the_sitting_grants_what_the_reaction_sends_and_has_nothing_to_do_the_second_time() -> None:
    entry = History().add(MEETING, SCHEDULED, OPENED).entries[-1]
    (sent,) = open_sitting(Received(OPENED, entry))
    assert isinstance(sent.command, OpenSitting)
    Rules(SITTING_RULES).given().when(sent.command).then(SITTING_OPENED).when(sent.command).then_nothing()
