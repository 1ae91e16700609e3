"""Tells a fault of the surroundings, which waiting heals, from an entry that can never be applied."""

from __future__ import annotations

import asyncpg

from shared.eventstore.errors import OutcomeUnknown, StoreBusy, VersionMismatch

PASSING_CLASSES = {"08", "25", "40", "53", "55", "57", "58", "XX"}
"""SQLSTATE classes of lost connections, ended transactions, deadlocks, exhausted resources, locks, operators, the system."""


def is_passing(error: BaseException) -> bool:
    """Whether the same work may succeed later, unchanged: connection, timeout, disk and lock errors."""
    match error:
        case asyncpg.InvalidCachedStatementError() | asyncpg.OutdatedSchemaCacheError():
            return True  # A rebuild has just switched the tables below a prepared statement.
        case StoreBusy() | OutcomeUnknown() | VersionMismatch():
            return True  # The same command with the same id is answered later.
        case asyncpg.PostgresError():
            return (error.sqlstate or "08")[:2] in PASSING_CLASSES
        case ValueError():
            return False  # asyncpg's own DataError is an InterfaceError and a ValueError: a value that does not fit.
        case asyncpg.InterfaceError():
            return "arguments for this query" not in str(error) and "argument for this query" not in str(error)
        case _:
            return isinstance(error, OSError | asyncpg.InternalClientError)
