"""Revision 0003 of a service's database: how far each generation of its topic for outsiders is filled."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = """
create table {schema}.relay_public (like {schema}.relay including all);
insert into {schema}.relay_public (generation) select max(generation) from {schema}.relay;
comment on table {schema}.relay_public is 'How far each generation of the topic for outsiders is filled, in the numbers of that topic.';
grant select, insert, update on {schema}.relay_public to {runtime};
"""


def upgrade() -> None:
    """Make the cursor rows."""
    op.execute(SQL.replace(":", "\\:"))
