"""A small service with personal data, as a process: people enrol for a course, with sealed name, address and needs.

`ENROLMENTS=1 python -m tests.faults.enrolments all` is its first version; with `ENROLMENTS=2` it calls the address otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.domain import Command, Contract, Decider, Event, Refusal
from shared.envelope import Received
from shared.http.call import Call, Done, Invocation
from shared.http.permissions import CITY, Permissions, role
from shared.http.problems import NotFound
from shared.privacy.keyring import Keyring
from shared.privacy.sealed import Erased, Sealed
from shared.projections.projection import OWN, Projection, Statement
from shared.run import main
from shared.service import Service

NAME = "enrolments"


class FirstReceived(Event, name="enrolments.EnrolmentReceived"):
    """Somebody enrols: the event's first version."""

    course: str
    person: Sealed[str]
    contact: Sealed[str]
    needs: Sealed[str]


class EnrolmentReceived(Event, name="enrolments.EnrolmentReceived", version=2):
    """Somebody enrols."""

    course: str
    person: Sealed[str]
    email: Sealed[str]
    needs: Sealed[str]

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        """The address has another name and is moved as it is."""
        return {"email": data.pop("contact"), **data}


class EnrolmentWithdrawn(Event, name="enrolments.EnrolmentWithdrawn"):
    """The person does not come."""


class SeatTaken(Contract, name="enrolments.SeatTaken"):
    """What others hear of an enrolment, still sealed."""

    course: str
    person: Sealed[str]
    reachable_at: Sealed[str]
    needs: Sealed[str]


class Enrol(Command):
    """Take part in a course."""

    course: str
    person: Sealed[str]
    email: Sealed[str]
    needs: Sealed[str]


class Withdraw(Command):
    """Do not come after all."""


class AlreadyWithdrawn(Refusal):
    """Whoever has withdrawn enrols anew under another number."""


@dataclass(frozen=True)
class Enrolment:
    """An enrolment as its rules see it."""

    received: EnrolmentReceived | None = None
    withdrawn: bool = False


def evolve(state: Enrolment, event: FirstReceived | EnrolmentReceived | EnrolmentWithdrawn) -> Enrolment:
    """Fold one fact into the state."""
    match event:
        case FirstReceived():
            return Enrolment(EnrolmentReceived(course=event.course, person=event.person, email=event.contact, needs=event.needs))
        case EnrolmentReceived():
            return Enrolment(event)
        case EnrolmentWithdrawn():
            return Enrolment(state.received, withdrawn=True)


def decide(command: Enrol | Withdraw, state: Enrolment) -> Sequence[FirstReceived | EnrolmentReceived | EnrolmentWithdrawn]:
    """Grant or refuse a command."""
    match command:
        case Enrol(course=course, person=person, email=email, needs=needs):
            if state.withdrawn:
                raise AlreadyWithdrawn(course=course)
            if IS_FIRST:
                return [FirstReceived(course=course, person=person, contact=email, needs=needs)]
            return [EnrolmentReceived(course=course, person=person, email=email, needs=needs)]
        case Withdraw():
            return [] if state.withdrawn else [EnrolmentWithdrawn()]


IS_FIRST = os.environ.get("ENROLMENTS") == "1"
EVENTS: tuple[type[Event], ...] = (FirstReceived if IS_FIRST else EnrolmentReceived, EnrolmentWithdrawn)
ENROLMENT: Decider[Any, Any, Any] = Decider(name="enrolments.Enrolment", initial=Enrolment(), evolve=evolve, decide=decide)
PUT = "insert into enrolled_v1 values ($1, $2, $3, $4, $5) on conflict (enrolment) do nothing"


def project(received: Received[EnrolmentReceived]) -> Iterable[Statement]:
    """A row of each enrolment, its personal values as they came."""
    told = received.message
    yield Statement(PUT, (received.stream, told.course, *(one.model_dump_json() for one in (told.person, told.email, told.needs))))


ENROLLED = Projection(
    name="enrolled_v1",
    folds={OWN: (EVENTS[0],)},
    tables="create table enrolled_v1 (enrolment uuid primary key, course text not null, person text, email text, needs text)",
    project=project,
)


def published(fact: Received[Event]) -> Contract | None:
    """The contract of an enrolment."""
    match fact.message:
        case FirstReceived(course=course, person=person, contact=email, needs=needs):
            return SeatTaken(course=course, person=person, reachable_at=email, needs=needs)
        case EnrolmentReceived(course=course, person=person, email=email, needs=needs):
            return SeatTaken(course=course, person=person, reachable_at=email, needs=needs)
        case _:
            return None


class Wish(BaseModel):
    """An enrolment form."""

    model_config = ConfigDict(extra="forbid")

    course: Annotated[str, Field(max_length=80)]
    person: Annotated[str, Field(max_length=80)]
    email: Annotated[str, Field(max_length=80, pattern="@")]
    needs: Annotated[str, Field(max_length=80)]


class Shown(BaseModel):
    """An enrolment, opened for whoever may see it."""

    course: str
    person: str | Erased
    email: str | Erased
    needs: str | Erased


router = APIRouter()


@router.post("/enrolments", status_code=201)
async def enrol(wish: Wish, call: Call) -> Done:
    """Enrol."""
    return await call.execute(ENROLMENT, call.new_stream(), await _sealed(wish, call), created=True)


@router.post("/enrolments/{enrolment}/again")
async def enrol_again(enrolment: UUID, wish: Wish, call: Call) -> Done:
    """Enrol under the same number."""
    return await call.execute(ENROLMENT, enrolment, await _sealed(wish, call), if_match="none")


@router.post("/enrolments/{enrolment}/withdrawal")
async def withdraw(enrolment: UUID, call: Call) -> Done:
    """Withdraw."""
    return await call.execute(ENROLMENT, enrolment, Withdraw(now=call.now), if_match="none")


@router.get("/enrolments/{enrolment}")
async def show_enrolment(enrolment: UUID, call: Call) -> Shown:
    """One enrolment, opened."""
    row = await call.read.fetchrow("select * from enrolled_v1 where enrolment = $1", enrolment)
    if row is None:
        raise NotFound
    values = [Sealed[str].model_validate_json(row[name]) for name in ("person", "email", "needs")]
    person, email, needs = await _keyring(call).open_many(values)
    return Shown(course=row["course"], person=person, email=email, needs=needs)


async def _sealed(wish: Wish, call: Invocation) -> Enrol:
    keyring = _keyring(call)
    subject = await keyring.subject_for(wish.email)
    return Enrol(
        now=call.now,
        course=wish.course,
        person=await keyring.seal(wish.person, subject, "enrolment.person"),
        email=await keyring.seal(wish.email, subject, "enrolment.email"),
        needs=await keyring.seal(wish.needs, subject, "enrolment.needs"),
    )


def _keyring(call: Invocation) -> Keyring:
    keyring = call.runtime.keyring
    assert isinstance(keyring, Keyring)
    return keyring


OFFICE = role("registry", of=CITY)
PERMISSIONS: Permissions = {"enrol": OFFICE, "enrol_again": OFFICE, "withdraw": OFFICE, "show_enrolment": OFFICE}
SERVICE = Service(
    name=NAME,
    events=EVENTS,
    deciders=(ENROLMENT,),
    contracts=(SeatTaken,),
    published=published,
    projections=() if IS_FIRST else (ENROLLED,),
    router=router,
    permissions=PERMISSIONS,
)

if __name__ == "__main__":
    main(SERVICE)
