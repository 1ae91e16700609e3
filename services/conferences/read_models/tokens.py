"""Answers which registration or contribution a token out of a mail is for; it knows of tokens their SHA-256 only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.conferences.events.contribution import ContributionReceived
from services.conferences.events.registrations import RegistrationRequested
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
create table tokens_v1_erasure (
    digest text primary key,
    contribution uuid not null
);
"""
MADE = "insert into tokens_v1 (digest, purpose, conference, registration) values ($1, $2, $3, $4) on conflict (digest) do nothing"
ERASES = "insert into tokens_v1_erasure (digest, contribution) values ($1, $2) on conflict (digest) do nothing"


def project(received: Received[RegistrationRequested | ContributionReceived]) -> Iterable[Statement]:
    """One row for each token."""
    event = received.message
    match event:
        case RegistrationRequested():
            yield Statement(MADE, (event.confirm, "confirm", event.conference, event.registration))
            yield Statement(MADE, (event.manage, "manage", event.conference, event.registration))
        case ContributionReceived():
            if event.erasure:
                yield Statement(ERASES, (event.erasure, received.stream))
        case _:
            assert_never(event)


TOKENS = Projection(name="tokens_v1", folds={OWN: (RegistrationRequested, ContributionReceived)}, tables=TABLES, project=project)


@dataclass(frozen=True, slots=True)
class Held:
    """What a token is for."""

    conference: UUID
    registration: UUID


async def find_token(db: Queryable, digest: str, purpose: Purpose) -> Held | None:
    """The registration that the token of this SHA-256 is for; None where there is none."""
    row = await db.fetchrow("select conference, registration from tokens_v1 where digest = $1 and purpose = $2", digest, purpose)
    return Held(**row) if row else None


async def find_erasure(db: Queryable, digest: str) -> UUID | None:
    """The contribution whose contributor the token of this SHA-256 erases; None where there is none."""
    found: UUID | None = await db.fetchval("select contribution from tokens_v1_erasure where digest = $1", digest)
    return found
