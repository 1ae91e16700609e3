"""The calendar day of the city that a moment falls on, and where that day begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Europe/Berlin")


def local_day(moment: datetime) -> date:
    """The day in the city; rules about days and years count in it, not in UTC."""
    return moment.astimezone(CITY_ZONE).date()


def day_end(day: date) -> datetime:
    """The first moment, in UTC, that no longer belongs to `day`; days of 23 and 25 hours included."""
    return datetime.combine(day + timedelta(days=1), time(), CITY_ZONE).astimezone(UTC)
