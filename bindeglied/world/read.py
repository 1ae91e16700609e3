"""Reads the world's files into typed values, and knows the ids that its bodies will have."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from bindeglied.issuer import Persona
from shared.http.call import stream_begun_by

FOLDER = Path(__file__).parent
REGISTRY = "gremienbuero"
"""The persona that founds the bodies."""


class WorldBody(BaseModel):
    """A body of the demo city."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    name: str
    kind: str
    legal_nature: str
    secretariat: str | None = None
    founded_on: date
    cadence: dict[str, Any] | None = None


class WorldPersona(BaseModel):
    """A person of the demo city; grants name bodies by their keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    sub: str
    name: str
    function: str
    grants: tuple[str, ...]


class Step(BaseModel):
    """One step of the story: a request in somebody's name at a moment of the story's time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: datetime
    who: str
    tells: str
    post: str
    made: str | None = Field(default=None, alias="as")
    if_match: str | None = None
    send: dict[str, Any]


@dataclass(frozen=True)
class World:
    """The demo city and its story."""

    bodies: tuple[WorldBody, ...]
    personas: Mapping[str, Persona]
    steps: tuple[Step, ...]
    ids: Mapping[str, UUID]
    """The id of each body, by its key: known before the body is founded, because it follows from the founding's Idempotency-Key."""


def founding_key(body: str) -> str:
    """The Idempotency-Key under which a body of the world is founded."""
    return f"world:body:{body}"


def read_world(folder: Path = FOLDER) -> World:
    """The world in `folder`; ValueError where a file does not hold what it should."""

    def rows(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))[name.replace("story", "steps")]
        return found

    bodies = tuple(WorldBody.model_validate(row) for row in rows("bodies"))
    people = [WorldPersona.model_validate(row) for row in rows("personas")]
    founder = next(person for person in people if person.key == REGISTRY)
    ids = {body.key: stream_begun_by(f"user:{founder.sub}", founding_key(body.key)) for body in bodies}

    def grant(text: str) -> str:
        scope, _, role = text.partition(":")
        return text if scope == "city" else f"{ids[scope]}:{role}"

    personas = {p.key: Persona(p.sub, p.name, p.function, tuple(grant(g) for g in p.grants)) for p in people}
    return World(bodies, personas, tuple(Step.model_validate(row) for row in rows("story")), ids)
