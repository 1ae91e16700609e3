"""A small service to try the kit on: a body's notebooks, some of them hidden from outsiders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.domain import Command, Decider, Event, Refusal
from shared.http.call import Call, CommandAnswer, Done
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.permissions import BODY, CITY, PUBLIC, SIGNED_IN, Permissions, role
from shared.http.positions import MinPosition
from shared.http.problems import NotFound


class NotebookBegun(Event, name="notes.NotebookBegun"):
    body: UUID
    hidden: bool


class LineWritten(Event, name="notes.LineWritten"):
    text: str


class NotebookClosed(Event, name="notes.NotebookClosed"):
    pass


class BeginNotebook(Command):
    body: UUID
    hidden: bool


class WriteLine(Command):
    text: str


class CloseNotebook(Command):
    pass


class NotebookIsClosed(Refusal):
    """A closed notebook takes no more lines."""


@dataclass(frozen=True)
class Notebook:
    body: UUID | None = None
    hidden: bool = False
    lines: tuple[str, ...] = ()
    closed: bool = False


def evolve(state: Notebook, event: NotebookBegun | LineWritten | NotebookClosed) -> Notebook:
    match event:
        case NotebookBegun():
            return replace(state, body=event.body, hidden=event.hidden)
        case LineWritten():
            return replace(state, lines=(*state.lines, event.text))
        case NotebookClosed():
            return replace(state, closed=True)


def decide(command: BeginNotebook | WriteLine | CloseNotebook, state: Notebook) -> list[NotebookBegun | LineWritten | NotebookClosed]:
    match command:
        case BeginNotebook():
            return [] if state.body else [NotebookBegun(body=command.body, hidden=command.hidden)]
        case WriteLine():
            if state.closed:
                raise NotebookIsClosed(lines=len(state.lines), status="closed")
            return [LineWritten(text=command.text)]
        case CloseNotebook():
            return [] if state.closed else [NotebookClosed()]


NOTEBOOK = Decider[Notebook, BeginNotebook | WriteLine | CloseNotebook, NotebookBegun | LineWritten | NotebookClosed](
    "notes.Notebook", Notebook(), evolve, decide
)
EVENTS = (NotebookBegun, LineWritten, NotebookClosed)


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Beginning(Input):
    body: UUID
    hidden: bool = False


class Line(Input):
    text: Annotated[str, Field(max_length=200)]
    written_at: datetime | None = None


class NotebookView(BaseModel):
    lines: list[str]


class Whoever(BaseModel):
    principal: str


router = APIRouter()


@router.get("/whoami")
async def whoami(call: Call) -> Whoever:
    return Whoever(principal=call.principal_id)


@router.post("/notebooks", status_code=201)
async def begin_notebook(wish: Beginning, call: Call) -> Done:
    command = BeginNotebook(now=call.now, body=wish.body, hidden=wish.hidden)
    return await call.execute(NOTEBOOK, call.new_stream(), command, body=wish.body, created=True)


class Left(CommandAnswer):
    """What everybody is answered who leaves a notebook."""

    left: bool = True


@router.post("/left-notebooks", status_code=201, responses={404: {}})
async def leave_notebook(wish: Beginning, call: Call) -> Left:
    command = BeginNotebook(now=call.now, body=wish.body, hidden=wish.hidden)
    await call.execute(NOTEBOOK, call.new_stream(), command, begins=True)
    return Left()


@router.post("/notebooks/{notebook}/lines")
async def write_line(notebook: UUID, wish: Line, call: Call) -> Done:
    command = WriteLine(now=call.now, text=wish.text)
    return await call.execute(NOTEBOOK, notebook, command, body=lambda state: state.body, hidden=lambda state: state.hidden)


@router.post("/notebooks/{notebook}/closing")
async def close_notebook(notebook: UUID, call: Call) -> Done:
    command = CloseNotebook(now=call.now)
    return await call.execute(NOTEBOOK, notebook, command, body=lambda state: state.body, if_match="none")


@router.get("/notebooks/{notebook}")
async def read_notebook(notebook: UUID, call: Call, min_position: MinPosition = 0) -> NotebookView:
    await call.wait_for("notebooks_v1", min_position)

    def permit(state: Notebook) -> None:
        if state.body is None or (state.hidden and not call.may(PERMISSIONS["write_line"], state.body)):
            raise NotFound

    version, state = await call.runtime.store.refresh(NOTEBOOK, notebook, permit)
    call.show_version(version, PERMISSIONS["write_line"], state.body)
    return NotebookView(lines=list(state.lines))


NUMBERS = Listing("numbers", int)


@router.get("/numbers")
async def list_numbers(call: Call, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page[int]:
    """The numbers from 1 to 7."""
    key = NUMBERS.after(after)
    start = key[0] if key else 0
    assert isinstance(start, int)
    rows = [number for number in range(1, 8) if number > start][: limit + 1]
    return call.page(NUMBERS, rows, limit, lambda number: [number])


@router.get("/forgetful")
async def forget_to_ask(call: Call) -> Whoever:
    """A route with a hole: it needs a role in a body and never asks in which."""
    return Whoever(principal=call.principal_id)


@router.get("/broken")
async def break_down(call: Call) -> Whoever:
    """A route with a defect, whose message repeats what nobody may see."""
    raise ValueError("erika@example.org could not be found")


@router.get("/database")
async def ask_database(call: Call) -> int:
    one: int = await call.read.fetchval("select 1")
    return one


PERMISSIONS: Permissions = {
    "whoami": PUBLIC,
    "begin_notebook": role("secretariat", "chair", of=BODY) | role("registry", of=CITY),
    "leave_notebook": PUBLIC,
    "write_line": role("secretariat", of=BODY),
    "close_notebook": role("secretariat", of=BODY),
    "read_notebook": PUBLIC,
    "list_numbers": SIGNED_IN,
    "forget_to_ask": role("secretariat", of=BODY),
    "break_down": PUBLIC,
    "ask_database": PUBLIC,
}


@dataclass(frozen=True)
class Notes:
    name: str
    router: APIRouter
    permissions: Permissions


NOTES = Notes("notes", router, PERMISSIONS)
