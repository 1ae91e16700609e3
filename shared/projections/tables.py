"""The kit's own tables beside the read models: cursors, parked records, what each table was made for, scratch schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from shared.projections.cursors import READ

if TYPE_CHECKING:
    from shared.projections.cursors import Connection, Pool

FOR_ONE_PROJECTION = """
create table if not exists cursor (
    projection text not null,
    source text not null,
    generation int not null default 1,
    pos bigint not null default 0,
    event_id uuid,
    "offset" bigint,
    stopped text,
    primary key (projection, source)
);
create table if not exists parked (
    projection text not null,
    source text not null,
    pos bigint not null,
    prev bigint not null,
    event_id uuid not null,
    stream uuid not null,
    version int not null,
    type text not null,
    schema_version int not null,
    recorded_at timestamptz not null,
    actor text not null,
    causation_id uuid,
    correlation_id uuid,
    data bytea not null,
    generation int not null,
    "offset" bigint,
    error text,
    parked_at timestamptz not null default now(),
    skipped_by text,
    skipped_at timestamptz,
    primary key (projection, source, event_id)
);
create index if not exists parked_stream on parked (projection, source, stream, pos);
comment on column parked.error is 'Why the first record of the stream failed; null behind it.';
"""
"""Made in a scratch schema too, so that the same statements fill it."""

FOR_ALL = """
create table if not exists projection (
    name text primary key,
    shape text not null,
    tables text[] not null
);
create table if not exists scratch (
    schema text primary key,
    projection text not null,
    purpose text not null check (purpose in ('rebuild', 'verify', 'as_of')),
    positions text not null default '',
    ready boolean not null default false,
    used_at timestamptz not null default now(),
    session_pid int not null,
    session_start timestamptz not null
);
create unique index if not exists one_rebuild on scratch (projection) where purpose = 'rebuild';
create unique index if not exists one_as_of on scratch (projection, positions) where purpose = 'as_of' and ready;
create table if not exists refused_reaction (
    reaction text not null,
    command_id uuid not null,
    stream uuid not null,
    command text not null,
    refusal text not null,
    rule text not null,
    event_id uuid not null,
    source text not null,
    pos bigint not null,
    refused_at timestamptz not null default now(),
    primary key (reaction, command_id)
);
create table if not exists fired_timer (
    timers text not null,
    command_id uuid not null,
    stream uuid not null,
    command text not null,
    due_at timestamptz not null,
    fired_at timestamptz not null,
    refusal text,
    error text,
    primary key (timers, command_id)
);
create index if not exists refused_reaction_latest on refused_reaction (refused_at desc, command_id);
create index if not exists refused_reaction_by_event on refused_reaction (reaction, event_id);
create index if not exists fired_timer_failed on fired_timer (timers, fired_at desc, command_id) where error is not null;
"""


KIT = (
    *("cursor", "parked", "projection", "scratch", "refused_reaction", "fired_timer"),
    *("refused_reaction_latest", "refused_reaction_by_event", "fired_timer_failed"),
)
"""The tables, and the indexes that a database of an earlier release may lack."""

COLLISIONS = (
    asyncpg.UniqueViolationError,
    asyncpg.DuplicateSchemaError,
    asyncpg.DuplicateTableError,
    asyncpg.DuplicateObjectError,
    asyncpg.DeadlockDetectedError,
)


async def ensure_tables(pool: Pool) -> None:
    """Make the schema and the kit's tables where they are missing; processes may do this at the same moment."""
    known = "select relname from pg_class where relnamespace = to_regnamespace($1)"
    while set(KIT) - {row["relname"] for row in await pool.fetch(known, READ)}:
        try:
            async with pool.acquire() as connection, connection.transaction():
                if not await connection.fetchval("select true from pg_namespace where nspname = $1", READ):
                    await connection.execute(f"create schema {READ}")
                await connection.execute(f"set local search_path to {READ}; set local client_min_messages = warning")
                await connection.execute(FOR_ONE_PROJECTION + FOR_ALL)
        except COLLISIONS:
            continue  # "if not exists" still collides in the catalogue when two do it at once; the next look finds it there.


async def tables_of(connection: Connection, schema: str) -> list[str]:
    """The tables of a projection in its scratch schema: all but the kit's own two."""
    query = "select tablename from pg_tables where schemaname = $1 and tablename not in ('cursor', 'parked') order by tablename"
    return [row["tablename"] for row in await connection.fetch(query, schema)]
