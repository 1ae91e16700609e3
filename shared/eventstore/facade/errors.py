"""What asyncpg and the log's writer raise, in the library's terms."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import CancelledError

import asyncpg
from eventsourcing.persistence import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)

from shared.eventstore.errors import OutcomeUnknown, StoreBusy, UnsafeSettings, Unstorable

# The first match counts, so the narrow classes stand before the broad ones.
# asyncpg refuses some values before it sends them, with a ValueError.
_TERMS: tuple[tuple[tuple[type[BaseException], ...], type[PersistenceError]], ...] = (
    ((asyncpg.IntegrityConstraintViolationError,), IntegrityError),
    ((asyncpg.exceptions.ClientConfigurationError,), ProgrammingError),
    ((asyncpg.DataError, asyncpg.ProgramLimitExceededError, Unstorable, ValueError), DataError),
    ((asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError), OperationalError),
    ((StoreBusy, OutcomeUnknown, UnsafeSettings, OSError), OperationalError),
    ((asyncpg.SyntaxOrAccessError, asyncpg.InvalidSchemaNameError, asyncpg.InvalidCatalogNameError), ProgrammingError),
    ((asyncpg.FeatureNotSupportedError,), NotSupportedError),
    ((asyncpg.InternalServerError, asyncpg.InvalidTransactionStateError), InternalError),
    ((asyncpg.InterfaceError, asyncpg.InternalClientError, CancelledError), InterfaceError),
    ((asyncpg.PostgresError,), DatabaseError),
)

# asyncpg tells its internal error when a server ends a connection between two steps of one call.
_LOST = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


@contextlib.contextmanager
def in_the_librarys_terms() -> Iterator[None]:
    """Raise the library's error for each of ours; others pass as they are."""
    try:
        yield
    except Exception as error:
        for ours, theirs in _TERMS:
            if isinstance(error, ours):
                raise theirs(f"{error.__class__.__name__}: {error}") from error
        raise


def connection_was_lost(error: Exception) -> bool:
    """Whether nothing is known of the call, so that an idempotent one is to be made again."""
    if isinstance(error, asyncpg.QueryCanceledError | ValueError):
        return False
    return isinstance(error, _LOST)
