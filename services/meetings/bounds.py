"""Between which times a sitting goes on, and what has to lie between them. Pure: times in, silence or a refusal out."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain import Refusal
from shared.localday import local_day

LONGEST = timedelta(days=7)
"""Our decision: whoever closes a sitting after more has forgotten to close it and means an earlier time."""


class MeetingIsNotDueYet(Refusal):
    """A meeting cannot be opened before the day to which it was invited."""


class OpeningLiesInTheFuture(Refusal):
    """A meeting is opened when it begins or afterwards, not in advance."""


class TimeLiesOutsideTheSitting(Refusal):
    """What happens in a sitting happens after its opening and before its end, and is recorded when it happens or afterwards."""


class SittingEndsBeforeItBegan(Refusal):
    """A sitting ends after it began."""


class SittingEndsBeforeTheLastThatHappened(Refusal):
    """A sitting ends after everything that is recorded of it."""


class SittingLastsTooLong(Refusal):
    """A sitting lasts less than seven days; enter the time at which it really happened, or ended."""


class ClosingLiesInTheFuture(Refusal):
    """A sitting is closed when it ends or afterwards, not in advance."""


def must_be_due(opened_at: datetime, starts_at: datetime, now: datetime) -> None:
    """OpeningLiesInTheFuture or MeetingIsNotDueYet for an opening that cannot have been so."""
    if opened_at > now:
        raise OpeningLiesInTheFuture
    if local_day(opened_at) < local_day(starts_at):
        raise MeetingIsNotDueYet(starts_at=starts_at.isoformat())


def must_lie_within(at: datetime, opened_at: datetime, latest: datetime) -> None:
    """TimeLiesOutsideTheSitting for what is said to have happened before the opening, or after the end, or in the future."""
    if not opened_at <= at <= latest:
        raise TimeLiesOutsideTheSitting(opened_at=opened_at.isoformat())


def must_be_closable(latest: datetime, opened_at: datetime) -> None:
    """SittingLastsTooLong for what happened so late that the sitting could not be closed behind it any more."""
    if latest - opened_at >= LONGEST:
        raise SittingLastsTooLong(opened_at=opened_at.isoformat())


def must_end_after_all(closed_at: datetime, opened_at: datetime, latest: datetime, now: datetime) -> None:
    """The refusal of an end that cannot have been so."""
    if closed_at > now:
        raise ClosingLiesInTheFuture
    if closed_at < opened_at:
        raise SittingEndsBeforeItBegan(opened_at=opened_at.isoformat())
    if closed_at < latest:
        raise SittingEndsBeforeTheLastThatHappened(latest=latest.isoformat())
    must_be_closable(closed_at, opened_at)
