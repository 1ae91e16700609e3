"""Keeping the cadence: told by examples, and compared with an oracle that looks at each day of the year."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.meetings.cadence import Judgement, Rule, Standing, judge

DAY = timedelta(days=1)
SINCE = date(2013, 4, 25)
TWICE = (Rule(SINCE, 2, None, "Konzept"),)
HALF_YEARLY = (Rule(SINCE, 0, 182, "Konzept"),)
MARCH, NOVEMBER = date(2018, 3, 6), date(2018, 11, 6)


def standing(rules: tuple[Rule, ...], held: list[date], planned: list[date], today: date, year: int = 2018) -> Standing | None:
    return judge(rules, held, planned, year, today).standing


def test_a_body_that_has_met_often_enough_has_kept_its_cadence() -> None:
    assert judge(TWICE, [MARCH, NOVEMBER], [], 2018, date(2018, 11, 7)) == Judgement(Standing.KEPT, 2, 2, 0, None, None)


def test_a_body_is_on_track_while_enough_is_planned() -> None:
    assert judge(TWICE, [MARCH], [NOVEMBER], 2018, date(2018, 9, 1)) == Judgement(Standing.ON_TRACK, 2, 1, 1, None, None)


def test_a_body_is_at_risk_while_too_little_is_planned() -> None:
    assert judge(TWICE, [MARCH], [], 2018, date(2018, 9, 1)) == Judgement(Standing.AT_RISK, 2, 1, 0, None, None)


def test_a_planned_meeting_that_was_not_held_in_time_does_not_count() -> None:
    assert standing(TWICE, [MARCH], [NOVEMBER], NOVEMBER) is Standing.ON_TRACK
    assert standing(TWICE, [MARCH], [NOVEMBER], NOVEMBER + DAY) is Standing.AT_RISK


def test_the_year_is_not_over_on_its_last_day() -> None:
    assert standing(TWICE, [MARCH], [], date(2018, 12, 31)) is Standing.AT_RISK
    assert standing(TWICE, [MARCH], [date(2018, 12, 31)], date(2018, 12, 31)) is Standing.ON_TRACK
    assert standing(TWICE, [MARCH, date(2018, 12, 31)], [], date(2018, 12, 31)) is Standing.KEPT
    assert standing(TWICE, [MARCH], [], date(2019, 1, 1)) is Standing.MISSED


def test_a_meeting_on_new_years_day_counts_in_the_new_year() -> None:
    assert standing(TWICE, [MARCH, date(2019, 1, 1)], [], date(2019, 1, 2)) is Standing.MISSED


def test_a_coming_year_is_judged_by_what_is_planned() -> None:
    assert standing(TWICE, [], [date(2019, 3, 1), date(2019, 9, 1)], MARCH, 2019) is Standing.ON_TRACK
    assert standing(TWICE, [], [date(2019, 3, 1)], MARCH, 2019) is Standing.AT_RISK


def test_nothing_is_demanded_of_a_body_without_a_rule() -> None:
    assert judge((), [MARCH], [NOVEMBER], 2018, MARCH) == Judgement(None, 0, 1, 1, None, None)
    assert standing(TWICE, [], [], date(2014, 1, 1), 2012) is None


def test_a_body_founded_within_the_year_owes_its_part_of_the_minimum() -> None:
    assert judge((Rule(date(2023, 10, 12), 2, None, "Satzung"),), [], [], 2023, date(2023, 12, 1)).required == 0
    assert judge((Rule(date(2023, 6, 1), 2, None, "Satzung"),), [], [], 2023, date(2023, 12, 1)).required == 1
    assert judge((Rule(date(2023, 1, 1), 2, None, "Satzung"),), [], [], 2023, date(2023, 12, 1)).required == 2


def test_the_half_of_a_leap_year_is_a_day_longer() -> None:
    assert judge((Rule(date(2024, 7, 2), 2, None, "Satzung"),), [], [], 2024, date(2024, 12, 1)).required == 1
    assert judge((Rule(date(2024, 7, 3), 2, None, "Satzung"),), [], [], 2024, date(2024, 12, 1)).required == 0
    assert judge((Rule(date(2023, 7, 2), 2, None, "Satzung"),), [], [], 2023, date(2023, 12, 1)).required == 1
    assert judge((Rule(date(2023, 7, 3), 2, None, "Satzung"),), [], [], 2023, date(2023, 12, 1)).required == 0


def test_a_gap_that_includes_the_29th_of_february_is_a_day_longer() -> None:
    rules = (Rule(date(2020, 1, 1), 0, 60, "Satzung"),)
    assert judge(rules, [date(2024, 1, 1)], [], 2024, date(2024, 1, 2)).meet_by == date(2024, 3, 1)
    assert judge(rules, [date(2023, 1, 1)], [], 2023, date(2023, 1, 2)).meet_by == date(2023, 3, 2)


def test_a_gap_tells_by_when_to_meet_and_is_missed_a_day_later() -> None:
    due = MARCH + timedelta(days=182)
    last_meetings = [date(2017, 10, 1), MARCH]
    assert judge(HALF_YEARLY, last_meetings, [], 2018, due).meet_by == due
    assert standing(HALF_YEARLY, last_meetings, [], due) is Standing.AT_RISK
    assert standing(HALF_YEARLY, last_meetings, [], due + DAY) is Standing.MISSED
    assert standing(HALF_YEARLY, [*last_meetings, due + DAY], [], due + DAY) is Standing.MISSED


def test_a_gap_is_on_track_while_each_planned_meeting_comes_in_time() -> None:
    last_meetings = [date(2017, 10, 1), MARCH]
    due = MARCH + timedelta(days=182)
    assert judge(HALF_YEARLY, last_meetings, [due], 2018, MARCH) == Judgement(Standing.ON_TRACK, 0, 1, 1, due, None)
    late = judge(HALF_YEARLY, last_meetings, [due + DAY], 2018, MARCH)
    assert (late.standing, late.gap_breaks_on) == (Standing.AT_RISK, due + DAY)


def test_a_gap_is_kept_for_good_only_when_nothing_can_break_it_within_the_year() -> None:
    assert standing(HALF_YEARLY, [date(2018, 1, 2), date(2018, 7, 2)], [], date(2018, 7, 3)) is Standing.MISSED  # nobody met in 2017
    met = [date(2017, 9, 1), date(2018, 2, 1), date(2018, 7, 3)]
    assert standing(HALF_YEARLY, met, [], date(2018, 7, 3)) is Standing.KEPT
    assert standing(HALF_YEARLY, [*met[:2], date(2018, 7, 1)], [], date(2018, 7, 3)) is Standing.AT_RISK


def test_a_new_gap_is_counted_from_its_own_beginning() -> None:
    rules = (Rule(SINCE, 1, None, "Konzept"), Rule(date(2018, 7, 1), 1, 90, "Satzung"))
    assert judge(rules, [date(2018, 1, 10)], [], 2018, date(2018, 7, 2)).meet_by == date(2018, 9, 29)


def test_a_rule_that_keeps_the_gap_does_not_begin_it_anew() -> None:
    rules = (Rule(SINCE, 1, 90, "Konzept"), Rule(date(2018, 7, 1), 2, 90, "Satzung"))
    assert judge(rules, [date(2018, 6, 1)], [], 2018, date(2018, 7, 2)).meet_by == date(2018, 8, 30)


days = st.dates(date(2019, 1, 1), date(2022, 12, 31))
rules = st.lists(
    st.builds(
        Rule,
        valid_from=st.dates(date(2018, 6, 1), date(2022, 6, 1)),
        minimum_per_year=st.integers(0, 5),
        maximum_gap_days=st.none() | st.sampled_from([1, 30, 90, 90, 182, 400]),
        source=st.just("Satzung"),
    ),
    max_size=4,
    unique_by=lambda rule: rule.valid_from,
)


def in_force(rules: list[Rule], day: date) -> Rule | None:
    begun = [rule for rule in rules if rule.valid_from <= day]
    return max(begun, key=lambda rule: rule.valid_from) if begun else None


def gap_in_force(rules: list[Rule], day: date) -> int | None:
    rule = in_force(rules, day)
    return rule.maximum_gap_days if rule else None


def too_long(rules: list[Rule], met: set[date], day: date) -> bool:
    """Walks back from a day to the last meeting, or to where this gap began to hold, counting."""
    gap = gap_in_force(rules, day)
    if gap is None:
        return False
    counted, at = 0, day
    while gap_in_force(rules, at - DAY) == gap:
        at -= DAY
        counted += 1
        if at in met:
            break
        if counted > gap:
            return True
    return counted > gap


def each_day(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def oracle(rules: list[Rule], held: list[date], planned: list[date], year: int, today: date) -> tuple[Standing | None, int, date | None]:
    of_the_year = each_day(date(year, 1, 1), date(year, 12, 31))
    met = {day for day in held if day <= today}
    hoped = met | {day for day in planned if day >= today}
    owed = sum(rule.minimum_per_year for day in of_the_year if (rule := in_force(rules, day))) // len(of_the_year)
    demanded = any((rule := in_force(rules, day)) and (rule.minimum_per_year or rule.maximum_gap_days) for day in of_the_year)
    broken = [day for day in of_the_year if too_long(rules, met, day)]
    will_break = next((day for day in of_the_year if too_long(rules, hoped, day)), None)
    enough = sum(day.year == year for day in held if day <= today) >= owed
    hopefully = sum(day.year == year for day in [d for d in held if d <= today] + [d for d in planned if d >= today]) >= owed
    if not demanded:
        return None, owed, will_break
    if any(day <= today for day in broken) or (today.year > year and not enough):
        return Standing.MISSED, owed, will_break
    if enough and not broken:
        return Standing.KEPT, owed, will_break
    return (Standing.ON_TRACK if hopefully and will_break is None else Standing.AT_RISK), owed, will_break


@settings(deadline=None)  # A slow machine is no failure.
@given(rules, st.lists(days, max_size=8), st.lists(days, max_size=5), st.integers(2019, 2022), days)
@example([Rule(date(2020, 1, 1), 2, 90, "")], [date(2020, 12, 31)], [], 2020, date(2020, 12, 31))
@example([Rule(date(2018, 6, 1), 1, 400, "")], [date(2020, 2, 29)], [], 2021, date(2021, 4, 4))
def test_the_judgement_equals_that_of_an_oracle_that_looks_at_each_day(
    rules: list[Rule], held: list[date], planned: list[date], year: int, today: date
) -> None:
    judgement = judge(rules, held, planned, year, today)
    assert (judgement.standing, judgement.required, judgement.gap_breaks_on) == oracle(rules, held, planned, year, today)


@settings(deadline=None)  # A slow machine is no failure.
@given(rules, st.lists(days, max_size=8), days)
def test_meeting_on_the_last_day_keeps_the_gap_and_a_day_later_breaks_it(rules: list[Rule], held: list[date], today: date) -> None:
    meet_by = judge(rules, held, [], today.year, today).meet_by
    if meet_by is None or meet_by <= today:
        return
    met = {day for day in held if day <= today}
    assert too_long(rules, met, meet_by + DAY)
    assert not any(too_long(rules, met, day) for day in each_day(today, meet_by))


@settings(deadline=None)  # A slow machine is no failure.
@given(rules, st.lists(days, max_size=8), st.lists(days, max_size=5), st.integers(2019, 2022), days)
def test_holding_one_more_meeting_never_makes_it_worse(
    rules: list[Rule], held: list[date], planned: list[date], year: int, today: date
) -> None:
    order = [Standing.MISSED, Standing.AT_RISK, Standing.ON_TRACK, Standing.KEPT, None]
    before = judge(rules, held, planned, year, today).standing
    after = judge(rules, [*held, today], planned, year, today).standing
    assert order.index(after) >= order.index(before)
