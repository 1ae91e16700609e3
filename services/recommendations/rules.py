"""How long addressees may take, as data: rule sets with their source, and the days that follow from the one that holds."""

from __future__ import annotations

from datetime import date, timedelta

from services.recommendations.parts import AnswerRule
from shared.workdays import workday_from, workdays_after

BREMEN_MODEL = AnswerRule(
    name="Antwortfristen nach dem Vorbild der Stadt Bremen",
    source=(
        "Vorbild: Ortsgesetz über Beiräte und Ortsämter (BeirOG) der Stadt Bremen, Fassung vom 18.12.2018; "
        "eigene Entscheidung, es hier anzuwenden"
    ),
    valid_from=date(2013, 4, 25),
    acknowledge_workdays=6,
    answer_weeks=6,
)
"""It holds from the first integration concept on: our decision, for this city has no rule of its own that we know of."""

PRESETS: tuple[AnswerRule, ...] = (BREMEN_MODEL,)
"""By the day from which they hold."""


def rule_on(day: date, rules: tuple[AnswerRule, ...] = PRESETS) -> AnswerRule | None:
    """The rule set that holds on a day; None before the first."""
    return max((rule for rule in rules if rule.valid_from <= day), key=lambda rule: rule.valid_from, default=None)


def acknowledge_by(issued_on: date, rule: AnswerRule) -> date:
    """The last day on which an acknowledgement is in time."""
    return workdays_after(issued_on, rule.acknowledge_workdays)


def answer_by(issued_on: date, rule: AnswerRule) -> date:
    """The last day on which an answer is in time."""
    return workday_from(issued_on + timedelta(weeks=rule.answer_weeks))
