"""Days of the city and moments as people send them: plausible, with a zone, and the day in the city that they fall on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

CITY_ZONE = ZoneInfo("Europe/Berlin")
FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Nothing that this city speaks of lies further away; whatever does is a slip of the hand."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ].+")


def local_day(moment: datetime) -> date:
    """The day in the city; rules about days and years count in it, not in UTC."""
    return moment.astimezone(CITY_ZONE).date()


def day_end(day: date) -> datetime:
    """The first moment, in UTC, that no longer belongs to `day`; days of 23 and 25 hours included."""
    return datetime.combine(day + timedelta(days=1), time(), CITY_ZONE).astimezone(UTC)


def _must_be_written_as_day(value: Any) -> Any:
    if (isinstance(value, str) and not _DAY.fullmatch(value)) or isinstance(value, int | float):
        raise ValueError("must be a day like 2018-11-30")
    return value


def _must_be_written_as_moment(value: Any) -> Any:
    if (isinstance(value, str) and not _MOMENT.fullmatch(value)) or isinstance(value, int | float):
        raise ValueError("must be a time with its zone like 2018-11-30T15:00:00+01:00")
    return value


def _must_be_near_day(value: date) -> date:
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise ValueError(f"must lie between {FIRST_YEAR} and {LAST_YEAR}")
    return value


def _must_be_near_moment(value: datetime) -> datetime:
    _must_be_near_day(value)
    return value.astimezone(UTC)


Day = Annotated[date, BeforeValidator(_must_be_written_as_day), AfterValidator(_must_be_near_day)]
"""A day as people send it: ISO 8601 and never a number, which pydantic would take for seconds since 1970."""
Moment = Annotated[AwareDatetime, BeforeValidator(_must_be_written_as_moment), AfterValidator(_must_be_near_moment)]
"""A time as people send it, with its zone; kept in UTC."""
