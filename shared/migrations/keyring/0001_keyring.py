"""Revision 0001 of the keyring's database: the subjects' wrapped keys."""

from __future__ import annotations

from pathlib import Path

from alembic import op

import shared.privacy

revision = "0001"
down_revision = None

DDL = Path(shared.privacy.__file__).with_name("keyring.sql")


def upgrade() -> None:
    """Create the keyring's schema."""
    sql = "create schema {schema};\n" + DDL.read_text(encoding="utf-8")
    op.execute(sql.replace(":", "\\:"))
