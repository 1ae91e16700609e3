"""Answers which registration a token out of a mail is for; it knows of tokens their SHA-256 only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from services.conferences.events import RegistrationRequested
from shared.envelope import Received
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

Purpose = Literal["confirm", "manage"]

TABLES = """
create table tokens_v1 (
    digest text primary key,
    purpose text not null,
    conference uuid not null,
    registration uuid not null
);
"""
MADE = "insert into tokens_v1 (digest, purpose, conference, registration) values ($1, $2, $3, $4) on conflict (digest) do nothing"


def project(received: Received[RegistrationRequested]) -> Iterable[Statement]:
    """One row for each token."""
    event = received.message
    yield Statement(MADE, (event.confirm, "confirm", event.conference, event.registration))
    yield Statement(MADE, (event.manage, "manage", event.conference, event.registration))


TOKENS = Projection(name="tokens_v1", folds={OWN: (RegistrationRequested,)}, tables=TABLES, project=project)


@dataclass(frozen=True, slots=True)
class Held:
    """What a token is for."""

    conference: UUID
    registration: UUID


async def find_token(db: Queryable, digest: str, purpose: Purpose) -> Held | None:
    """The registration that the token of this SHA-256 is for; None where there is none."""
    row = await db.fetchrow("select conference, registration from tokens_v1 where digest = $1 and purpose = $2", digest, purpose)
    return Held(**row) if row else None
