"""Working days of the Land Bremen: a table of days that decide, and how many pass until something is due."""

from __future__ import annotations

from datetime import date

import pytest

from shared.workdays import is_workday, workday_from, workdays_after


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2016-10-31", True),  # Reformationstag was no holiday in Bremen yet.
        ("2017-10-31", False),  # The 500th, once and everywhere.
        ("2018-10-30", True),
        ("2018-10-31", False),  # From 2018 on it is a holiday of the Land.
        ("2018-11-01", True),  # Allerheiligen is none here.
        ("2018-11-21", True),  # Buß- und Bettag is none here.
        ("2018-11-30", True),
        ("2018-12-01", False),  # A Saturday.
        ("2018-12-02", False),
        ("2018-12-24", True),  # A Monday: no holiday by law.
        ("2018-12-25", False),
        ("2018-12-26", False),
        ("2018-12-27", True),
        ("2018-12-31", True),
        ("2019-01-01", False),
        ("2019-01-06", False),  # A Sunday; Heilige Drei Könige is none here.
        ("2020-01-06", True),
        ("2019-04-18", True),  # Gründonnerstag.
        ("2019-04-19", False),  # Karfreitag.
        ("2019-04-20", False),  # A Saturday.
        ("2019-04-21", False),  # Easter.
        ("2019-04-22", False),  # Ostermontag.
        ("2019-04-23", True),
        ("2018-04-02", False),  # Ostermontag of another year.
        ("2019-05-01", False),
        ("2019-05-30", False),  # Christi Himmelfahrt.
        ("2019-05-31", True),
        ("2019-06-10", False),  # Pfingstmontag.
        ("2019-06-20", True),  # Fronleichnam is none here.
        ("2019-10-03", False),
        ("2020-02-28", True),
        ("2020-02-29", False),  # A Saturday.
        ("2025-03-08", False),  # A Saturday; Frauentag is Berlin's.
        ("2021-03-08", True),
    ],
)
def test_whether_offices_work(day: str, works: bool) -> None:
    assert is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        ("2018-11-30", 1, "2018-12-03"),  # From Friday over the weekend.
        ("2018-11-30", 6, "2018-12-10"),
        ("2018-12-01", 1, "2018-12-03"),  # Entered on a Saturday.
        ("2018-10-26", 6, "2018-11-06"),  # Over Reformationstag and two weekends.
        ("2016-10-26", 6, "2016-11-03"),  # When it was none.
        ("2018-12-20", 6, "2019-01-02"),  # Over Christmas and the year's end.
        ("2019-04-17", 6, "2019-04-29"),  # Over Easter.
        ("2019-04-29", 6, "2019-05-08"),  # Over the first of May.
        ("2019-06-07", 1, "2019-06-11"),  # Over Pentecost.
        ("2018-12-20", 0, "2018-12-20"),
    ],
)
def test_how_many_working_days_pass(day: str, count: int, due: str) -> None:
    assert workdays_after(date.fromisoformat(day), count) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("day", "moved"),
    [("2019-01-02", "2019-01-02"), ("2019-01-01", "2019-01-02"), ("2019-04-19", "2019-04-23"), ("2018-12-25", "2018-12-27")],
)
def test_what_ends_on_a_holiday_ends_on_the_next_working_day(day: str, moved: str) -> None:
    assert workday_from(date.fromisoformat(day)) == date.fromisoformat(moved)
