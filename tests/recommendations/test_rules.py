"""How long addressees may take: which rule set holds, and which days follow from it."""

from __future__ import annotations

from datetime import date

import pytest

from services.recommendations.rules import BREMEN_MODEL, PRESETS, acknowledge_by, answer_by, rule_on
from tests.recommendations.examples import ACKNOWLEDGE_BY, ANSWER_BY, ISSUED_ON


def test_the_rule_that_holds_is_the_latest_that_has_begun() -> None:
    stricter = BREMEN_MODEL.model_copy(update={"valid_from": date(2019, 3, 1), "answer_weeks": 4})
    both = (stricter, *PRESETS)
    assert rule_on(date(2019, 2, 28), both) == BREMEN_MODEL
    assert rule_on(date(2019, 3, 1), both) == stricter
    assert rule_on(date(2013, 4, 24)) is None


def test_every_preset_names_its_source() -> None:
    assert PRESETS
    assert all(rule.source and rule.name for rule in PRESETS)


@pytest.mark.parametrize(
    ("issued_on", "acknowledge", "answer"),
    [
        (ISSUED_ON, ACKNOWLEDGE_BY, ANSWER_BY),
        (date(2018, 12, 20), date(2019, 1, 2), date(2019, 1, 31)),  # Over Christmas and the year's end.
        (date(2018, 11, 20), date(2018, 11, 28), date(2019, 1, 2)),  # Six weeks end on New Year's Day.
        (date(2019, 3, 8), date(2019, 3, 18), date(2019, 4, 23)),  # Six weeks end on Good Friday; Easter Monday is none either.
        (date(2018, 9, 19), date(2018, 9, 27), date(2018, 11, 1)),  # Six weeks end on Reformationstag.
        (date(2018, 12, 1), date(2018, 12, 10), date(2019, 1, 14)),  # Issued on a Saturday; six weeks end on one.
    ],
)
def test_the_last_days_are_working_days(issued_on: date, acknowledge: date, answer: date) -> None:
    assert (acknowledge_by(issued_on, BREMEN_MODEL), answer_by(issued_on, BREMEN_MODEL)) == (acknowledge, answer)
