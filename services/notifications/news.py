"""What is news when it is entered? What is still to come, and what happened not long before; the rest is known, and mailed to nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from shared.contracts import conferences, recommendations
from shared.contracts.meetings import planning, sittings
from shared.domain import Contract
from shared.localday import local_day

NEWS_FOR = timedelta(weeks=6)
"""Our decision: as long as an addressee has for an answer. Minutes that are entered in the weeks after a sitting are news."""


def is_news(told: Contract, recorded_at: datetime) -> bool:
    """Whether anybody is told of this, entered then. What is overdue by then is: it is still missing."""
    match told:
        case conferences.ConferencePlanned() | conferences.ConferenceCancelled():
            return told.ends_at > recorded_at
        case conferences.ConferenceCorrected():
            return told.held_on is None and is_moved(told) and max(told.ends_at, told.formerly_ends_at) > recorded_at
        case planning.MeetingScheduled():
            return not told.entered_later
        case _:
            day = day_of(told)
            return day is None or local_day(recorded_at) <= day + NEWS_FOR


def is_moved(told: conferences.ConferenceCorrected) -> bool:
    """Whether whoever wanted to come would come at the wrong time, or to the wrong place."""
    formerly = (told.formerly_starts_at, told.formerly_ends_at, told.formerly_place)
    return (told.starts_at, told.ends_at, told.place) != formerly


def day_of(told: Contract) -> date | None:
    """The day on which it happened; None for what is of the day of its entry."""
    match told:
        case conferences.ConferenceHeld(held_on=day):
            return day
        case sittings.ResolutionPassed(resolved_at=at) | recommendations.CommitteeInformed(informed_at=at):
            return local_day(at)
        case recommendations.RecommendationIssued(issued_on=day) | recommendations.RecommendationWithdrawn(withdrawn_on=day):
            return day
        case recommendations.RecommendationAnswered(answered_on=day) | recommendations.MeasureVerified(verified_on=day):
            return day
        case _:
            return None
