"""The same node as the reactor's tests have."""

from __future__ import annotations

from tests.reactor.conftest import no_failpoints, pool, signals, store

__all__ = ["no_failpoints", "pool", "signals", "store"]
