"""What follows by itself from the conferences service's own facts."""

from __future__ import annotations

from collections.abc import Iterable

from services.conferences.contribution import CONTRIBUTION
from services.conferences.events import ResultCorrected, ResultRecorded
from services.conferences.fates import ReleaseContribution, UseContribution
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


WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS = Reaction(
    name="when_result_recorded_then_tell_contributions", source=OWN, reacts_to=(ResultRecorded, ResultCorrected), react=tell_contributions
)
