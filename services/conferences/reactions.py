"""What follows by itself from the conferences service's own facts."""

from __future__ import annotations

from collections.abc import Iterable

from services.conferences.contribution import CONTRIBUTION
from services.conferences.events.conference import ConferenceCorrected, ResultCorrected, ResultRecorded
from services.conferences.fates import ReleaseContribution, UseContribution
from services.conferences.moving import FollowCorrection
from services.conferences.registrations import REGISTRATIONS, registrations_of
from shared.envelope import Received
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send


def tell_contributions(received: Received[ResultRecorded | ResultCorrected]) -> Iterable[Send]:
    """Each contribution learns that a result comes from it, or does not after all: its own stream says what may become of it."""
    now, told = received.entry.recorded_at, received.message
    for origin in told.comes_from:
        yield Send(CONTRIBUTION, origin.contribution, UseContribution(now=now, result=told.result, how=origin.how))
    if isinstance(told, ResultCorrected):
        for contribution in told.not_from:
            yield Send(CONTRIBUTION, contribution, ReleaseContribution(now=now, result=told.result))


def move_registrations(received: Received[ConferenceCorrected]) -> Iterable[Send]:
    """Whoever registered is to come at the right time to the right place."""
    now, right = received.entry.recorded_at, received.message
    command = FollowCorrection(
        now=now, title=right.title, starts_at=right.starts_at, ends_at=right.ends_at, place=right.place, held=right.held_on is not None
    )
    yield Send(REGISTRATIONS, registrations_of(received.stream), command)


WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS = Reaction(
    name="when_result_recorded_then_tell_contributions", source=OWN, reacts_to=(ResultRecorded, ResultCorrected), react=tell_contributions
)
WHEN_CONFERENCE_CORRECTED_THEN_MOVE_REGISTRATIONS = Reaction(
    name="when_conference_corrected_then_move_registrations", source=OWN, reacts_to=(ConferenceCorrected,), react=move_registrations
)

REACTIONS = (WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS, WHEN_CONFERENCE_CORRECTED_THEN_MOVE_REGISTRATIONS)
