"""What follows by itself from the conferences service's own facts."""

from __future__ import annotations

from collections.abc import Iterable

from services.conferences.contribution import CONTRIBUTION
from services.conferences.events.conference import ConferenceCancelled, ConferenceCorrected, ResultCorrected, ResultRecorded
from services.conferences.fates import ReleaseContribution, UseContribution
from services.conferences.moving import FollowCorrection
from services.conferences.registrations import REGISTRATIONS, registrations_of
from services.conferences.stopping import StopRegistration
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


def tell_registrations(received: Received[ConferenceCorrected | ConferenceCancelled]) -> Iterable[Send]:
    """Whoever registered is to come at the right time to the right place, or not at all."""
    now, told, registrations = received.entry.recorded_at, received.message, registrations_of(received.stream)
    if isinstance(told, ConferenceCancelled):
        stop = StopRegistration(now=now, conference=received.stream, title=told.title, ends_at=told.ends_at, reason=told.reason)
        yield Send(REGISTRATIONS, registrations, stop)
        return
    follow = FollowCorrection(
        now=now,
        conference=received.stream,
        title=told.title,
        starts_at=told.starts_at,
        ends_at=told.ends_at,
        place=told.place,
        held=told.held_on is not None,
    )
    yield Send(REGISTRATIONS, registrations, follow)


WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS = Reaction(
    name="when_result_recorded_then_tell_contributions", source=OWN, reacts_to=(ResultRecorded, ResultCorrected), react=tell_contributions
)
WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS = Reaction(
    name="when_conference_changed_then_tell_registrations",
    source=OWN,
    reacts_to=(ConferenceCorrected, ConferenceCancelled),
    react=tell_registrations,
)
"""One reaction, so that what was moved and then called off is told in that order."""

REACTIONS = (WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS, WHEN_CONFERENCE_CHANGED_THEN_TELL_REGISTRATIONS)
