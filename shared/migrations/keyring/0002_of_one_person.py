"""Revision 0002 of the keyring's database: several keys of one person, each of one thing that is kept."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = """
alter table {schema}.subject_key add column person uuid, add check (state = 'live' or person is null);
create index on {schema}.subject_key (person) where person is not null;
comment on column {schema}.subject_key.person is 'The subject of an address, of whom this key seals one thing; erased, of nobody.';
grant update (person) on {schema}.subject_key to {runtime};
"""


def upgrade() -> None:
    """Let a key say whose thing it seals."""
    op.execute(SQL.replace(":", "\\:"))
