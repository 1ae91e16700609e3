"""Renders a chain's revisions as one SQL script; alembic imports this file, and it never connects anywhere."""

from __future__ import annotations

from alembic import context

chain = context.config.attributes["chain"]
context.configure(
    dialect_name="postgresql",
    dialect_opts={"paramstyle": "named"},
    version_table=chain,
    version_table_schema="migration",
    transactional_ddl=False,
)
context.run_migrations()
