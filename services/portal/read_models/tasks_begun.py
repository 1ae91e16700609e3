"""How a task begins and ends in its table."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from shared.projections.projection import Statement

BEGIN = """insert into tasks_v1 (task, what, who, body, body_name, title, about, within, other, other_name, matter, since, due_on, done)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, false) on conflict (task, what) do update set
body = excluded.body, body_name = excluded.body_name, title = excluded.title, since = excluded.since, due_on = excluded.due_on"""
END = "update tasks_v1 set done = $3 where task = $1 and what = any($2::text[])"
RENAME = "update tasks_v1 set title = $2 where task = $1"
SECRETARIAT, OFFICER, PROPOSER = "secretariat", "officer", "proposer"


def begin(
    task: UUID,
    what: str,
    who: str,
    body: tuple[UUID, str],
    title: str,
    about: UUID,
    since: date,
    *,
    within: UUID | None = None,
    other: tuple[UUID, str] | None = None,
    matter: UUID | None = None,
    due_on: date | None = None,
) -> Statement:
    """A task of a body begins."""
    return Statement(BEGIN, (task, what, who, *body, title, about, within, *(other or (None, None)), matter, since, due_on))


def end(task: UUID, *what: str, done: bool = True) -> Statement:
    """What there was to do is done, or is not after all."""
    return Statement(END, (task, list(what), done))


def rename(task: UUID, title: str) -> Statement:
    """What it is about is called otherwise."""
    return Statement(RENAME, (task, title))
