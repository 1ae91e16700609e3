"""Revision 0002 of a service's database: every process sees what holds up the topic."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Give the relay's cursors a place for the reason."""
    op.execute("alter table {schema}.relay add column held_up text")
    op.execute("comment on column {schema}.relay.held_up is 'Why nothing more is sent until another release runs; null while all is well.'")
