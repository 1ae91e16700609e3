"""Reads the world's files into typed values, and knows the ids that its bodies and people will have."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict, Field

from bindeglied.issuer import Persona
from shared.http.command_ids import stream_begun_by

if TYPE_CHECKING:
    from bindeglied.world.crowd import Crowd

FOLDER = Path(__file__).parent
REGISTRY = "gremienbuero"
"""The persona that founds the bodies and fills their seats."""
_MEMBERS = UUID("2b4f0c7e-1d0e-5a0c-9a55-9d8c6b0a7f31")


class Part(BaseModel):
    """A row of one of the world's files."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WorldBody(Part):
    """A body of the demo city; other bodies are named by their keys."""

    key: str
    name: str
    kind: str
    legal_nature: str
    secretariat: str | None = None
    lead_office: str | None = None
    reports_to: str | None = None
    founded_on: date
    cadence: dict[str, Any] | None = None


class WorldSeat(Part):
    """A seat of a body and who holds it."""

    key: str
    """Of the member, unique in the world."""
    body: str
    title: str
    kind: str
    voting: bool = True
    member_name: str
    on_behalf_of: str | None = None
    since: date
    email: str
    language: Literal["de", "en"] = "de"


class WorldPersona(Part):
    """A person of the demo city; grants name bodies by their keys."""

    key: str
    sub: str
    name: str
    function: str
    grants: tuple[str, ...]


class Find(Part):
    """Something that follows by itself: asked for until it is there."""

    get: str
    among: str = "items"
    """The list in the answer; empty for the answer itself."""
    where: Mapping[str, Any] = {}
    """What the one meant says of itself; a dotted name reaches inside."""
    take: Mapping[str, str] = {}
    """What to remember of it: name → (dotted) field."""


class Mail(Part):
    """A letter that somebody gets: waited for, and the token of its link remembered."""

    to: str
    link: str
    """A part of the link's path, as in `registration/confirm`."""
    made: str = Field(alias="as")


class Step(Part):
    """One step of the story: what has to be there before, and a request in somebody's name at a moment of the story's time."""

    at: datetime
    who: str | None = None
    """A persona; nobody is signed in without."""
    tells: str
    find: Find | None = None
    mail: Mail | None = None
    post: str | None = None
    made: str | None = Field(default=None, alias="as")
    if_match: str | None = None
    send: dict[str, Any] = {}
    keep: Mapping[str, str] = {}
    """What to remember of the answer: name → (dotted) field."""


@dataclass(frozen=True)
class World:
    """The demo city and its story."""

    bodies: tuple[WorldBody, ...]
    seats: tuple[WorldSeat, ...]
    personas: Mapping[str, Persona]
    steps: tuple[Step, ...]
    ids: Mapping[str, UUID]
    """The id of each body and member, by its key; a body's follows from the Idempotency-Key of its founding, so it is known before."""
    crowd: Crowd | None = None


def founding_key(body: str) -> str:
    """The Idempotency-Key under which a body of the world is founded."""
    return f"world:body:{body}"


def read_world(folder: Path = FOLDER) -> World:
    """The world in `folder`; ValueError where a file does not hold what it should."""

    def rows(name: str, table: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))[table]
        return found

    bodies = tuple(WorldBody.model_validate(row) for row in rows("bodies", "bodies"))
    seats = tuple(WorldSeat.model_validate(row) for row in rows("seats", "seats"))
    people = [WorldPersona.model_validate(row) for row in rows("personas", "personas")]
    founder = next(person for person in people if person.key == REGISTRY)
    ids = {body.key: stream_begun_by(f"user:{founder.sub}", founding_key(body.key)) for body in bodies}
    ids |= {seat.key: uuid5(_MEMBERS, seat.key) for seat in seats}

    def grant(text: str) -> str:
        scope, _, role = text.partition(":")
        return text if scope == "city" else f"{ids[scope]}:{role}"

    personas = {p.key: Persona(p.sub, p.name, p.function, tuple(grant(g) for g in p.grants)) for p in people}
    return World(bodies, seats, personas, tuple(Step.model_validate(row) for row in rows("story", "steps")), ids)
