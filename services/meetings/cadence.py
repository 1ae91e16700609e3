"""Is a body keeping its cadence in a calendar year? Pure: rules, days held and days planned in, a judgement out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FAR = date(9999, 1, 1)
"""Later than every day that a rule speaks of."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """How often a body has to meet from `valid_from` on, until the next rule begins."""

    valid_from: date
    minimum_per_year: int
    maximum_gap_days: int | None
    source: str


class Standing(StrEnum):
    """How a body stands towards its cadence in one year."""

    KEPT = "kept"
    """Whatever happens until the year's end, the rule is kept."""
    ON_TRACK = "on_track"
    """It will be kept if what is planned takes place."""
    AT_RISK = "at_risk"
    """It can still be kept, but not by what is planned."""
    MISSED = "missed"
    """It can no longer be kept."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer for one year, as of one day."""

    standing: Standing | None
    """None where no rule demands anything in that year."""
    required: int
    held: int
    planned: int
    meet_by: date | None
    """The last day on which the next meeting keeps the maximum gap, counted from what was held."""
    gap_breaks_on: date | None
    """The first day of the year on which the gap is too long, if all that is planned takes place."""


def judge(rules: Sequence[Rule], held: Sequence[date], planned: Sequence[date], year: int, today: date) -> Judgement:
    """Judge `year` as of `today`. Only meetings held until today count; planned ones, from today on, count in the forecast."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    held = [day for day in held if day <= today]
    planned = [day for day in planned if day >= today]
    expected = [*held, *planned]
    required = required_in(rules, year)
    held_in_year = sum(first <= day <= last for day in held)
    planned_in_year = sum(first <= day <= last for day in planned)
    broken_without_plans = first_break(rules, held, first, last)
    gap_breaks_on = first_break(rules, expected, first, last)
    standing: Standing | None
    if not demands_anything(rules, year):
        standing = None
    elif broken_without_plans and broken_without_plans <= today:
        standing = Standing.MISSED
    elif held_in_year >= required and broken_without_plans is None:
        standing = Standing.KEPT
    elif today > last:
        standing = Standing.MISSED
    elif held_in_year + planned_in_year >= required and gap_breaks_on is None:
        standing = Standing.ON_TRACK
    else:
        standing = Standing.AT_RISK
    meet_by = next((begin - DAY for begin, end in gap_breaks(rules, held) if end >= today), None)
    return Judgement(standing, required, held_in_year, planned_in_year, meet_by, gap_breaks_on)


def spans(rules: Sequence[Rule]) -> Iterator[tuple[Rule, date]]:
    """Each rule with the first day on which it no longer holds."""
    ordered = sorted(rules, key=lambda rule: rule.valid_from)
    yield from zip(ordered, [*(follower.valid_from for follower in ordered[1:]), FAR], strict=False)


def required_in(rules: Sequence[Rule], year: int) -> int:
    """Meetings that the rules demand in a year; a rule that holds for a part of it demands that part, rounded down (our decision)."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    shares = sum(rule.minimum_per_year * max((min(end, after) - max(rule.valid_from, first)).days, 0) for rule, end in spans(rules))
    return shares // (after - first).days


def demands_anything(rules: Sequence[Rule], year: int) -> bool:
    """Whether some rule of that year is more than "as you like"."""
    return any(
        (rule.minimum_per_year or rule.maximum_gap_days) and rule.valid_from <= date(year, 12, 31) and end > date(year, 1, 1)
        for rule, end in spans(rules)
    )


def gap_spans(rules: Sequence[Rule]) -> list[tuple[int, date, date]]:
    """Each maximum gap with the first day on which it holds and the first on which it no longer does.

    A gap is counted no further back than its own beginning (our decision); a rule that keeps the gap as it was goes on counting.
    """
    found: list[tuple[int, date, date]] = []
    for rule, end in spans(rules):
        if rule.maximum_gap_days is None:
            continue
        if found and found[-1][0] == rule.maximum_gap_days and found[-1][2] == rule.valid_from:
            found[-1] = (rule.maximum_gap_days, found[-1][1], end)
        else:
            found.append((rule.maximum_gap_days, rule.valid_from, end))
    return found


def gap_breaks(rules: Sequence[Rule], days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each time in which the last meeting lies longer back than allowed; the meeting that ends it included."""
    for maximum, begin, end in gap_spans(rules):
        inside = sorted({day for day in days if begin <= day < end})
        for since, until in zip([begin, *inside], [*inside, end - DAY], strict=True):
            broken = since + timedelta(days=maximum + 1)
            if broken <= until:
                yield broken, until


def first_break(rules: Sequence[Rule], days: Sequence[date], first: date, last: date) -> date | None:
    """The first day between `first` and `last` on which the gap is too long."""
    return next((max(begin, first) for begin, end in gap_breaks(rules, days) if begin <= last and end >= first), None)
