"""The results of a conference: recorded, corrected. Pure: a wish and what stands in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from services.conferences.events.conference import ConferencePlanned, ResultCorrected, ResultRecorded
from services.conferences.parts import Level, Origin
from shared.domain import Command, Refusal


class RecordResult(Command):
    """Record what came out of the conference, and from which contributions."""

    result: UUID
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]


class CorrectResult(Command):
    """Put right what was recorded of a result, told whole as it should be."""

    result: UUID
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    reason: str


class GroupIsUnknown(Refusal):
    """A result comes from a working group of its own conference, or from none."""


class ResultsAreHandedOver(Refusal):
    """No result is added to those that were handed over; they can only be corrected."""


class ResultIsUnknown(Refusal):
    """Only a result that was recorded can be corrected."""


@dataclass(frozen=True)
class Result:
    """A result as it stands."""

    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    reason: str | None = None
    """Why it was corrected the last time; None where it never was."""


Results = tuple[Result, ...]


def record(command: RecordResult, planned: ConferencePlanned, results: Results, *, handed_over: bool) -> Sequence[ResultRecorded]:
    """One more result, as long as none was handed over."""
    if found(command.result, results):
        return []
    if handed_over:
        raise ResultsAreHandedOver
    must_know_group(command.group, planned)
    recorded = ResultRecorded(
        title=planned.title,
        result=command.result,
        number=len(results) + 1,
        result_title=command.result_title,
        text=command.text,
        group=command.group,
        level=command.level,
        comes_from=command.comes_from,
    )
    return [recorded]


def correct(command: CorrectResult, planned: ConferencePlanned, results: Results) -> Sequence[ResultCorrected]:
    """The result as it should have been recorded, also after the hand-over; where it stands so already, nothing is to do."""
    if (result := found(command.result, results)) is None:
        raise ResultIsUnknown
    told = {name: value for name, value in command if name not in ("now", "result", "reason")}
    if told == {name: getattr(result, name) for name in told}:
        return []
    must_know_group(command.group, planned)
    still = {origin.contribution for origin in command.comes_from}
    return [
        ResultCorrected(
            title=planned.title,
            result=result.result,
            number=result.number,
            **told,
            not_from=tuple(origin.contribution for origin in result.comes_from if origin.contribution not in still),
            reason=command.reason,
        )
    ]


def must_know_group(group: str | None, planned: ConferencePlanned) -> None:
    """The refusal for a working group of another conference."""
    if group is not None and group not in {one.key for one in planned.groups}:
        raise GroupIsUnknown


def found(result: UUID, results: Results) -> Result | None:
    """The result of this id."""
    return next((one for one in results if one.result == result), None)


def with_event(results: Results, event: ResultRecorded | ResultCorrected) -> Results:
    """The results after a fact about one."""
    if isinstance(event, ResultRecorded):
        return (*results, Result(**{name: value for name, value in event if name != "title"}))
    return tuple(_corrected(one, event) if one.result == event.result else one for one in results)


def _corrected(result: Result, event: ResultCorrected) -> Result:
    return replace(result, **{name: getattr(event, name) for name in ("result_title", "text", "group", "level", "comes_from", "reason")})
