"""What may be expected to go wrong outside a program while it starts or works, and the one sentence that tells it."""

from __future__ import annotations

import asyncpg

from shared.dsn import database_of
from shared.eventstore.errors import UnsafeSettings
from shared.migrate import MigrationFailed
from shared.privacy.keystore import KeyStoreError
from shared.settings import Settings, UnusableSettings

_OF_THE_DATABASE = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, MigrationFailed)
_NOT_MIGRATED = (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError)
EXPECTED: tuple[type[Exception], ...] = (UnusableSettings, UnsafeSettings, KeyStoreError, *_OF_THE_DATABASE)
"""Whatever else is raised is a defect of ours and keeps its traceback."""


def sentence(error: Exception, settings: Settings | None = None) -> str:
    """What went wrong, with the databases that `settings` lead to where one of them may be the reason."""
    said = str(error) or type(error).__name__
    if isinstance(error, _NOT_MIGRATED):
        said = f"{said}: the database was not migrated, which a process with BINDEGLIED_ADMIN_URL and BINDEGLIED_KEYRING_ADMIN_URL does"
    if settings and isinstance(error, _OF_THE_DATABASE):
        databases = [database_of(url) for url in (settings.database_url, settings.keyring_url) if url]
        said = f"{said} ({'databases' if len(databases) > 1 else 'database'} {' and '.join(databases)})"
    return said
