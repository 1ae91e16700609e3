"""Answers who registered for a conference; whatever is personal stands here as it came, sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, assert_never
from uuid import UUID

from services.conferences.events.registrations import (
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationRequested,
)
from services.conferences.parts import Language
from shared.envelope import Received
from shared.privacy.sealed import Sealed
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

Standing = Literal["requested", "confirmed", "cancelled"]

TABLES = """
create table registrations_v1 (
    registration uuid primary key,
    conference uuid not null,
    requested_at timestamptz not null,
    language text not null,
    name text,
    email text,
    access_needs text,
    standing text not null,
    erased boolean not null
);
"""
INDEXES = "create index registrations_v1_of on registrations_v1 (conference, requested_at, registration);"

REQUESTED = """insert into registrations_v1 (registration, conference, requested_at, language, name, email, access_needs, standing, erased)
values ($1, $2, $3, $4, $5, $6, $7, 'requested', false) on conflict (registration) do nothing"""
STANDS = "update registrations_v1 set standing = $2 where registration = $1"
ERASED = """update registrations_v1 set erased = true, name = null, email = null, access_needs = null
where registration = $1 and standing = 'confirmed'"""
FORGOTTEN = "delete from registrations_v1 where registration = $1 and standing <> 'confirmed'"

Folded = RegistrationRequested | RegistrationConfirmed | RegistrationCancelled | RegistrationErased


def project(received: Received[Folded]) -> Iterable[Statement]:
    """One row for each registration. Erased, a place that was taken is still counted, and of all others nothing is left."""
    event = received.message
    match event:
        case RegistrationRequested():
            needs = event.access_needs.model_dump_json() if event.access_needs else None
            personal = (event.name.model_dump_json(), event.email.model_dump_json(), needs)
            yield Statement(REQUESTED, (event.registration, event.conference, event.requested_at, event.language, *personal))
        case RegistrationConfirmed():
            yield Statement(STANDS, (event.registration, "confirmed"))
        case RegistrationCancelled():
            yield Statement(STANDS, (event.registration, "cancelled"))
        case RegistrationErased():
            yield Statement(ERASED, (event.registration,))
            yield Statement(FORGOTTEN, (event.registration,))
        case _:
            assert_never(event)


REGISTRATIONS_LIST = Projection(
    name="registrations_v1",
    folds={OWN: (RegistrationRequested, RegistrationConfirmed, RegistrationCancelled, RegistrationErased)},
    tables=TABLES,
    project=project,
    indexes=INDEXES,
)


@dataclass(frozen=True, slots=True)
class SealedRegistration:
    """A registration whose personal values nobody has opened yet."""

    registration: UUID
    requested_at: datetime
    language: Language
    standing: Standing
    erased: bool
    name: Sealed[str] | None
    email: Sealed[str] | None
    access_needs: Sealed[str] | None


SEALED = ("name", "email", "access_needs")
QUERY = """select registration, requested_at, language, standing, erased, name, email, access_needs from registrations_v1
where conference = $1 and ($2::text is null or standing = $2) and ($3::timestamptz is null or (requested_at, registration) > ($3, $4))
order by requested_at, registration limit $5"""


async def list_of_conference(
    db: Queryable, conference: UUID, standing: Standing | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[SealedRegistration]:
    """Registrations in the order in which they came, behind the (time, id) of the last one seen."""
    at, registration = after or (None, None)
    rows = await db.fetch(QUERY, conference, standing, at, registration, limit)
    return [SealedRegistration(**{**row, **{name: read_sealed(row[name]) if row[name] else None for name in SEALED}}) for row in rows]


def read_sealed(stored: str) -> Sealed[str]:
    """A sealed value as a table keeps it."""
    return Sealed[str].model_validate_json(stored)
