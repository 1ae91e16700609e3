"""What follows by itself from the conferences service's own facts."""

from __future__ import annotations

from collections.abc import Iterable

from services.conferences.contribution import CONTRIBUTION, UseContribution
from services.conferences.events import ResultRecorded
from shared.envelope import Received
from shared.projections.projection import OWN
from shared.reactor import Reaction, Send


def use_contributions(received: Received[ResultRecorded]) -> Iterable[Send]:
    """Each contribution learns that a result comes from it, so that its own stream can say what may become of it."""
    now, recorded = received.entry.recorded_at, received.message
    for origin in recorded.comes_from:
        yield Send(CONTRIBUTION, origin.contribution, UseContribution(now=now, result=recorded.result, how=origin.how))


WHEN_RESULT_RECORDED_THEN_USE_CONTRIBUTIONS = Reaction(
    name="when_result_recorded_then_use_contributions", source=OWN, reacts_to=(ResultRecorded,), react=use_contributions
)
