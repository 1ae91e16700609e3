"""The trace of what was corrected: the right step stands in the place of the wrong one, and says since when and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.portal.read_models.trace_facts import Step

IN_TIME = {
    "acknowledgement_overdue": ("asked_to_acknowledge", ("acknowledged", "answered")),
    "answer_overdue": ("asked_to_answer", ("answered",)),
}
"""What is late, by what was asked, and what would have come in time."""
DAYLESS = {"promised", "cancelled"}
"""Steps whose day is that of their entry: what is entered anew about them changes no day."""
Row = Mapping[str, Any]


def corrected(step: Step, on: date, reason: str, *, stands: bool) -> Step:
    """The step as it should have been told; one that never happened begins and ends nothing."""
    told = replace(step, facts={**step.facts, "corrected": {"on": on.isoformat(), "reason": reason, "stands": stands}})
    return told if stands else replace(told, awaits=None, due_on=None, ends=())


def as_it_stands(steps: Sequence[tuple[Row, Mapping[str, Any]]]) -> list[tuple[Row, Mapping[str, Any], date]]:
    """The steps of a node with their facts, as far as they hold, each with its day: no wrong one that was put right since, and nothing
    that was found late and came in time after all."""
    last: dict[str, tuple[Any, ...]] = {}
    first: dict[str, tuple[tuple[Any, ...], date]] = {}
    for row, facts in steps:
        told = (_when(row), row["day"])
        first[row["step"]] = min(first.get(row["step"], told), told)
        if "corrected" in facts:
            last[row["step"]] = max(last.get(row["step"], told[0]), told[0])
    held = [(row, facts) for row, facts in steps if row["step"] not in last or _when(row) >= last[row["step"]]]
    true = [row for row, facts in held if facts.get("corrected", {}).get("stands", True)]
    return [
        (row, facts, first[row["step"]][1] if row["step"] in DAYLESS else row["day"]) for row, facts in held if not _is_refuted(row, true)
    ]


def _when(row: Row) -> tuple[Any, ...]:
    return row["recorded_at"], row["version"]


def _is_refuted(row: Row, true: Sequence[Row]) -> bool:
    """Whether something that was found late is so no longer: by another last day, or because it came by that day."""
    if row["step"] not in IN_TIME:
        return False
    asked, came = IN_TIME[row["step"]]
    moved = any(one["step"] == asked and one["due_on"] != row["day"] for one in true)
    return moved or any(one["step"] in came and one["day"] <= row["day"] for one in true)
