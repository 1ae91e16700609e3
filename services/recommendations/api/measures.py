"""The addresses of measures: promise one, report it done, verify it, show it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.recommendations.api.named import called_now
from services.recommendations.api.seen import body_of, must_see, once_seen
from services.recommendations.implementing import PromiseMeasure, ReportMeasureDone, VerifyMeasure
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.standing import Measure, Recommendation
from shared.http.call import Call, Done
from shared.http.problems import NotFound
from shared.localday import Day, local_day
from shared.text import Prose

router = APIRouter(tags=["measures"])


class NewMeasure(BaseModel):
    """What an addressee promises to do, and by when."""

    model_config = ConfigDict(extra="forbid")

    addressee: Annotated[UUID, Field(description="In whose name.")]
    what: Prose
    due_on: Day


class Completion(BaseModel):
    """That it is done, and by what that can be seen."""

    model_config = ConfigDict(extra="forbid")

    evidence: Annotated[Prose, Field(description="Everybody who sees the recommendation reads it: name no person.")]
    done_on: Annotated[Day | None, Field(description="Today by default.")] = None


class Verification(BaseModel):
    """What was found when it was looked at."""

    model_config = ConfigDict(extra="forbid")

    finding: Annotated[Prose, Field(description="Everybody who sees the recommendation reads it: name no person.")]
    on: Annotated[Day | None, Field(description="Today by default.")] = None


class ShownMeasure(BaseModel):
    """A measure: as promised, as reported done, as verified."""

    id: UUID
    addressee: UUID
    addressee_name: str
    what: str
    due_on: date
    standing: Literal["promised", "reported_done", "verified"]
    overdue: Annotated[bool, Field(description="Its day is over, and nobody has reported it done.")]
    evidence: str | None
    done_on: date | None
    finding: str | None
    verified_on: date | None


@router.post("/recommendations/{recommendation}/measures", status_code=201)
async def promise_measure(recommendation: UUID, wish: NewMeasure, call: Call) -> Done:
    """Promise a measure in an addressee's name; the answer's id is the measure's."""
    measure = call.new_stream()
    command = PromiseMeasure(now=call.now, measure=measure, addressee=wish.addressee, what=wish.what, due_on=wish.due_on)
    body = once_seen(call, lambda _: wish.addressee)
    address = f"/recommendations/{recommendation}/measures/{measure}"
    done = await call.execute(RECOMMENDATION, recommendation, command, body=body, created=address)
    return done.model_copy(update={"id": measure})


@router.post("/recommendations/{recommendation}/measures/{measure}/completion")
async def report_measure_done(recommendation: UUID, measure: UUID, wish: Completion, call: Call) -> Done:
    """Report, in the name of the addressee that promised it, that a measure is done."""
    command = ReportMeasureDone(now=call.now, measure=measure, evidence=wish.evidence, done_on=wish.done_on)
    body = once_seen(call, lambda state: must_be_there(state, measure).promised.addressee)
    return await call.execute(RECOMMENDATION, recommendation, command, body=body, if_match="optional")


@router.post("/recommendations/{recommendation}/measures/{measure}/verification")
async def verify_measure(recommendation: UUID, measure: UUID, wish: Verification, call: Call) -> Done:
    """Verify, as the secretariat of the body that gave the recommendation, what was reported done."""

    def body(state: Recommendation) -> UUID | None:
        must_be_there(state, measure)
        return body_of(state)

    command = VerifyMeasure(now=call.now, measure=measure, finding=wish.finding, on=wish.on)
    return await call.execute(RECOMMENDATION, recommendation, command, body=once_seen(call, body), if_match="optional")


@router.get("/recommendations/{recommendation}/measures/{measure}")
async def show_measure(recommendation: UUID, measure: UUID, call: Call) -> ShownMeasure:
    """One measure, as the log has it now."""
    _, state = await call.runtime.store.refresh(RECOMMENDATION, recommendation, must_see(call))
    return await called_now(call, shown(must_be_there(state, measure), local_day(call.now)))


def must_be_there(state: Recommendation, measure: UUID) -> Measure:
    """The measure; NotFound where nobody has promised it."""
    found = state.measure(measure)
    if found is None:
        raise NotFound
    return found


def shown(measure: Measure, today: date) -> ShownMeasure:
    """A measure as people see it on this day."""
    promised, done, verified = measure.promised, measure.done, measure.verified
    return ShownMeasure(
        id=promised.measure,
        addressee=promised.addressee,
        addressee_name=promised.addressee_name,
        what=promised.what,
        due_on=promised.due_on,
        standing="verified" if verified else "reported_done" if done else "promised",
        overdue=done is None and promised.due_on < today,
        evidence=done.evidence if done else None,
        done_on=done.done_on if done else None,
        finding=verified.finding if verified else None,
        verified_on=verified.verified_on if verified else None,
    )
