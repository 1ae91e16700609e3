"""Working days of the Land Bremen: how many pass until something is due.

A working day (Arbeitstag) is Monday to Friday unless it is a public holiday of the Land. Saturdays, on which no office is open, do not
count: our decision, as § 193 BGB has it for the end of a period. 24 and 31 December are no public holidays and count.
"""

from __future__ import annotations

from datetime import date, timedelta

from holidays import country_holidays

LAND = "HB"
_HOLIDAYS = country_holidays("DE", subdiv=LAND)
_DAY = timedelta(days=1)
_SATURDAY = 5


def is_workday(day: date) -> bool:
    """Whether offices work on that day."""
    return day.weekday() < _SATURDAY and day not in _HOLIDAYS


def workday_from(day: date) -> date:
    """The day itself, or the next working day after it (§ 193 BGB)."""
    while not is_workday(day):
        day += _DAY
    return day


def workdays_after(day: date, count: int) -> date:
    """The `count`-th working day after `day`, which does not count itself (§ 187 (1) BGB)."""
    for _ in range(count):
        day = workday_from(day + _DAY)
    return day
