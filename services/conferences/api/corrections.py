"""The address at which what was entered of a conference is put right."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictInt, field_validator

from services.conferences.api.conferences import host_of, planned_conference
from services.conferences.api.planning import NO_BODY, Groups, must_follow_the_beginning
from services.conferences.conference import CONFERENCE
from services.conferences.correcting import CorrectConference
from services.conferences.parts import WorkingGroup
from services.conferences.read_models.known_bodies import names_of
from shared.http.bad_input import BadInput
from shared.http.call import Call, Done
from shared.localday import Day, Moment, local_day
from shared.text import Line, Name, Prose

router = APIRouter(tags=["conferences"])


class Correction(BaseModel):
    """How the conference should have been entered, whole, and why it was entered otherwise."""

    model_config = ConfigDict(extra="forbid")

    title: Line
    starts_at: Moment
    ends_at: Annotated[Moment, Field(description="After its beginning, by less than seven days.")]
    place: Line
    partners: Annotated[list[Name], Field(max_length=50)]
    groups: Annotated[Groups | None, Field(description="Each with the key that it has; as recorded by default.")] = None
    results_go_to: Annotated[UUID, Field(description="The body that receives and deliberates its results; as it is, once it has them.")]
    held_on: Annotated[Day | None, Field(description="If it was held; as recorded by default.")] = None
    attendance: Annotated[StrictInt | None, Field(ge=0, le=100_000, description="If it was held; as recorded by default.")] = None
    reason: Annotated[Prose, Field(description="Everybody reads it: name no person.")]

    _ends_after_it_begins = field_validator("ends_at")(must_follow_the_beginning)


@router.post("/conferences/{conference}/correction")
async def correct_conference(conference: UUID, wish: Correction, call: Call) -> Done:
    """Put right, with a reason, what was entered of a conference, planned or held."""
    planned = await planned_conference(call, conference)
    call.permit(planned.host)
    names = await names_of(call.read, local_day(wish.starts_at), wish.results_go_to)
    if wish.results_go_to not in names and wish.results_go_to != planned.results_go_to:
        raise BadInput("body.results_go_to", NO_BODY)
    told = {name: getattr(wish, name) for name in Correction.model_fields if name not in ("partners", "groups")}
    command = CorrectConference(
        now=call.now,
        **told,
        partners=tuple(wish.partners),
        groups=None if wish.groups is None else tuple(WorkingGroup(key=group.key, name=group.name) for group in wish.groups),
        results_go_to_name=names.get(wish.results_go_to, planned.results_go_to_name),
    )
    return await call.execute(CONFERENCE, conference, command, body=host_of, if_match="optional")
