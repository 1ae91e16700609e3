"""When a result has been recorded or corrected, the contributions it comes from know; when a conference was, its registrations do."""

from __future__ import annotations

from services.conferences.contribution import CONTRIBUTION as RULES
from services.conferences.fates import ReleaseContribution, UseContribution
from services.conferences.moving import FollowCorrection
from services.conferences.parts import Lineage
from services.conferences.reactions import WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS, WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS
from services.conferences.registrations import REGISTRATIONS as RULES_OF_REGISTRATIONS
from services.conferences.stopping import StopRegistration
from shared.envelope import Received
from shared.reactor import Send
from shared.testing import History, Rules
from tests.conferences.examples import (
    CONFERENCE,
    CONFERENCE_CANCELLED,
    CONFERENCE_CORRECTED,
    CONTRIBUTION,
    CORRECTED,
    ENTERED,
    GROUP_CONTRIBUTION,
    HANDED_IN,
    PLANNED,
    RECORDED,
    REGISTRATIONS,
    RELEASED,
    RESULT,
    USED,
)


def test_when_a_result_was_recorded_then_each_of_its_contributions_is_told() -> None:
    entry = History().add(CONFERENCE, PLANNED, RECORDED).entries[-1]
    sent = list(WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS.react(Received(RECORDED, entry)))
    now = entry.recorded_at
    assert sent == [
        Send(RULES, GROUP_CONTRIBUTION, UseContribution(now=now, result=RESULT, how=Lineage.ADOPTED)),
        Send(RULES, CONTRIBUTION, UseContribution(now=now, result=RESULT, how=Lineage.MERGED)),
    ]
    Rules(RULES).given(HANDED_IN).when(sent[1].command).then(USED)  # type: ignore[arg-type]  # A Send's command is of any kind.


def test_when_a_result_was_corrected_then_what_it_does_not_come_from_after_all_is_told_as_well() -> None:
    entry = History().add(CONFERENCE, PLANNED, RECORDED, CORRECTED).entries[-1]
    sent = list(WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS.react(Received(CORRECTED, entry)))
    now = entry.recorded_at
    assert sent == [
        Send(RULES, CONTRIBUTION, UseContribution(now=now, result=RESULT, how=Lineage.PARTLY)),
        Send(RULES, GROUP_CONTRIBUTION, ReleaseContribution(now=now, result=RESULT)),
    ]
    partly = USED.model_copy(update={"how": Lineage.PARTLY})
    Rules(RULES).given(HANDED_IN, USED).when(sent[0].command).then(partly)  # type: ignore[arg-type]  # As above.
    Rules(RULES).given(ENTERED, USED).when(sent[1].command).then(RELEASED)  # type: ignore[arg-type]  # As above.


def test_when_a_conference_was_corrected_then_its_registrations_follow() -> None:
    entry = History().add(CONFERENCE, PLANNED, CONFERENCE_CORRECTED).entries[-1]
    right = CONFERENCE_CORRECTED
    told = {"title": right.title, "starts_at": right.starts_at, "ends_at": right.ends_at, "place": right.place, "held": True}
    command = FollowCorrection(now=entry.recorded_at, conference=CONFERENCE, **told)  # type: ignore[arg-type]  # Each of its own type.
    sent = list(WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS.react(Received(right, entry)))
    assert sent == [Send(RULES_OF_REGISTRATIONS, REGISTRATIONS, command)]


def test_when_a_conference_was_called_off_then_nobody_registers_for_it_any_more() -> None:
    entry = History().add(CONFERENCE, PLANNED, CONFERENCE_CANCELLED).entries[-1]
    told = {name: getattr(CONFERENCE_CANCELLED, name) for name in ("title", "ends_at", "reason")}
    command = StopRegistration(now=entry.recorded_at, conference=CONFERENCE, **told)
    sent = list(WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS.react(Received(CONFERENCE_CANCELLED, entry)))
    assert sent == [Send(RULES_OF_REGISTRATIONS, REGISTRATIONS, command)]
