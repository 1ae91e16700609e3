"""The addresses of results: record one with where it comes from, and correct one."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.conferences.api.conferences import host_of, planned_conference
from services.conferences.conference import CONFERENCE
from services.conferences.contributed import Contribution
from services.conferences.contribution import CONTRIBUTION
from services.conferences.parts import Level, Lineage, Origin
from services.conferences.reactions import WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS
from services.conferences.results import CorrectResult, RecordResult
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done, Invocation
from shared.text import Line, Prose

router = APIRouter(tags=["results"])


class NewOrigin(BaseModel):
    """A contribution that a result comes from."""

    model_config = ConfigDict(extra="forbid")

    contribution: UUID
    how: Lineage


class NewResult(BaseModel):
    """A result as it is recorded."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    text: Annotated[Prose, Field(description="Everybody reads it: name no person.")]
    group: Annotated[str | None, Field(max_length=40, description="The key of the working group that it comes from.")] = None
    level: Level
    comes_from: Annotated[list[NewOrigin], Field(max_length=500, description="Contributions to this conference.")] = []

    @field_validator("comes_from")
    @classmethod
    def must_name_each_once(cls, comes_from: list[NewOrigin]) -> list[NewOrigin]:
        """ValueError where a contribution is named twice."""
        if len({origin.contribution for origin in comes_from}) < len(comes_from):
            raise ValueError("must name each contribution once")
        return comes_from


class ResultCorrection(NewResult):
    """The result whole, as it should have been recorded, and why it was recorded otherwise."""

    reason: Prose


class ResultDone(Done):
    """What recording a result answers: `id` is the conference, whose stream it is; `result` the result."""

    result: UUID


@router.post("/conferences/{conference}/results", status_code=201)
async def record_result(conference: UUID, wish: NewResult, call: Call) -> ResultDone:
    """Record a result. Its contributions learn of it by themselves; the answer waits for that, for two seconds at most."""
    call.permit((await planned_conference(call, conference)).host)
    await must_be_contributed(call, conference, wish.comes_from)
    command = RecordResult(now=call.now, result=call.new_stream(), **recorded(wish))
    done = await call.execute(CONFERENCE, conference, command, body=host_of, if_match="none")
    await call.settled(WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS.name, done.position)
    return ResultDone(**dict(done), result=command.result)


@router.post("/conferences/{conference}/results/{result}/correction")
async def correct_result(conference: UUID, result: UUID, wish: ResultCorrection, call: Call) -> Done:
    """Put right what was recorded of a result, also after the hand-over. Its contributions learn of it as when it was recorded."""
    call.permit((await planned_conference(call, conference)).host)
    await must_be_contributed(call, conference, wish.comes_from)
    command = CorrectResult(now=call.now, result=result, reason=wish.reason, **recorded(wish))
    done = await call.execute(CONFERENCE, conference, command, body=host_of, if_match="optional")
    await call.settled(WHEN_RESULT_RECORDED_THEN_TELL_CONTRIBUTIONS.name, done.position)
    return done


def recorded(wish: NewResult) -> dict[str, Any]:
    """A result as the commands take it."""
    return {
        "result_title": wish.title,
        "text": wish.text,
        "group": wish.group,
        "level": wish.level,
        "comes_from": tuple(Origin(contribution=origin.contribution, how=origin.how) for origin in wish.comes_from),
    }


async def must_be_contributed(call: Invocation, conference: UUID, origins: list[NewOrigin]) -> None:
    """BadInput for what is no contribution to this conference, or was settled otherwise."""
    for place, origin in enumerate(origins):
        where = f"body.comes_from.{place}.contribution"

        def permit(state: Contribution, where: str = where) -> None:
            if state.received is None or state.received.conference != conference:
                raise BadInput(where, "is no contribution to this conference")

        _, contribution = await call.runtime.store.refresh(CONTRIBUTION, origin.contribution, permit)
        if contribution.settled:
            raise BadInput(where, "is settled otherwise")
