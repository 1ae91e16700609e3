"""Revision 0001 of a service's database: the log, which is the migrating role's, and a schema of its own for the read models."""

from __future__ import annotations

from pathlib import Path

from alembic import op

import shared.eventstore

revision = "0001"
down_revision = None

DDL = Path(shared.eventstore.__file__).with_name("log.sql")


def upgrade() -> None:
    """Create both schemas."""
    sql = "create schema {schema};\n" + DDL.read_text(encoding="utf-8") + "\ncreate schema read authorization {runtime};\n"
    op.execute(sql.replace(":", "\\:"))
