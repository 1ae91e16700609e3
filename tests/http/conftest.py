"""The sample service on a real store, and callers with tokens of a test issuer."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.clock import ManualClock
from shared.connections import BoundedPool
from shared.eventstore.log import log_tail
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Store
from shared.eventstore.writer import Writer
from shared.http.app import Routed, create_app
from shared.http.auth import TokenVerifier
from shared.http.health import Readiness, database_probe, no_broker
from shared.http.keys import StaticKeys
from shared.http.operations import FailedTimer, ParkedStream, ReaderPosition, RefusedReaction
from shared.http.runtime import Runtime
from tests.http.notebook import EVENTS, NOTES
from tests.support.postgres import Database

ISSUER, AUDIENCE = "https://issuer.test", "bindeglied"
SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test"})
JWKS = {"keys": [SIGNING_KEY.as_dict(private=False)]}
PARKED = ParkedStream(
    reader="notebooks_v1", source="own", stream=UUID(int=7), position=12, type="notes.LineWritten", error="KeyError", waiting=2,
    since=datetime(2026, 3, 1, tzinfo=UTC),
)  # fmt: skip
FAILED = FailedTimer(
    timer="deadlines_v1", command=UUID(int=8), wish="NoteOverdue", stream=UUID(int=7), due_at=datetime(2026, 2, 28, tzinfo=UTC),
    failed_at=datetime(2026, 3, 1, tzinfo=UTC), error="KeyError",
)  # fmt: skip


def token(sub: Any = "secretary", *grants: str, key: OKPKey = SIGNING_KEY, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A bearer token of the test issuer; a claim given as None is left out."""
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "name": "Somebody", "grants": list(grants), "exp": int(time.time()) + 86_400}
    chosen = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(header or {"alg": "Ed25519", "kid": "test"}, chosen, key, algorithms=["Ed25519"])


def bearer(sub: str = "secretary", *grants: str, **claims: Any) -> dict[str, str]:
    """The header that goes with it."""
    return {"authorization": f"Bearer {token(sub, *grants, **claims)}"}


class ShownOperations:
    """Readers as an operator would find them; one stream is parked, and one timer has failed."""

    def __init__(self) -> None:
        self.parked_streams = [PARKED]
        self.failures = [FAILED]

    async def positions(self) -> Sequence[ReaderPosition]:
        return [ReaderPosition(reader="notebooks_v1", kind="projection", source="own", position=11, tail=13, lag=2, parked=1, stopped=None)]

    async def parked(self, limit: int) -> Sequence[ParkedStream]:
        return self.parked_streams[:limit]

    async def refused(self, limit: int) -> Sequence[RefusedReaction]:
        return []

    async def failed_timers(self, limit: int) -> Sequence[FailedTimer]:
        return self.failures[:limit]

    async def retry_timer(self, timer: str, command: UUID) -> bool:
        found = [failed for failed in self.failures if (failed.timer, failed.command) == (timer, command)]
        self.failures = [failed for failed in self.failures if failed not in found]
        return bool(found)

    async def retry(self, reader: str, source: str, stream: UUID) -> bool | None:
        found = [parked for parked in self.parked_streams if (parked.reader, parked.source, parked.stream) == (reader, source, stream)]
        if not found:
            return None
        self.parked_streams.remove(found[0])
        return True

    async def skip(self, reader: str, source: str, stream: UUID, by: str) -> bool | None:
        return await self.retry(reader, source, stream)


class Cursors:
    """How far the read models are: as far as the test says."""

    def __init__(self) -> None:
        self.at: dict[str, int] = {}

    async def __call__(self, name: str) -> int:
        return self.at.get(name, 0)


async def last_position(pool: asyncpg.Pool[asyncpg.Record]) -> int:
    """Where the log ends."""
    return (await log_tail(pool))[0]


class Hashing:
    """A keyring's HMAC, as far as the kit can tell."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def fingerprint(self, data: bytes) -> bytes:
        self.seen.append(data)
        return b"hmac" + bytes([sum(data) % 256])


class Served:
    """A running application of the sample service and what it stands on."""

    def __init__(self, app: FastAPI, client: httpx2.AsyncClient, runtime: Runtime, cursors: Cursors, signals: Signals) -> None:
        self.app, self.client, self.runtime, self.cursors, self.signals = app, client, runtime, cursors, signals
        self.body = uuid4()

    def secretary(self, sub: str = "secretary") -> dict[str, str]:
        """The header of the secretariat of the test's body."""
        return bearer(sub, f"{self.body}:secretariat")

    async def begin(self, **members: Any) -> httpx2.Response:
        """Begin a notebook."""
        wish = {"body": str(self.body), **members}
        return await self.client.post("/api/notes/notebooks", json=wish, headers=self.secretary())

    async def write(self, notebook: str, text: str, **headers: str) -> httpx2.Response:
        """Write a line as the secretariat; header names have underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"/api/notes/notebooks/{notebook}/lines"
        return await self.client.post(address, json={"text": text}, headers={**self.secretary(), **named})


Serve = Callable[..., Any]


@asynccontextmanager
async def served_on(dsn: str, service: Routed = NOTES, **options: Any) -> AsyncIterator[Served]:
    """The sample service on the database at `dsn`."""
    async with AsyncExitStack() as stack:
        signals = Signals(dsn)
        await signals.start()
        stack.push_async_callback(signals.close)
        made = BoundedPool(dsn, min_size=1, max_size=options.pop("connections", 4), free_within=options.pop("free_within", 10.0))
        pool = await stack.enter_async_context(made)
        clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        writer = Writer(dsn, signals, clock, answer_within=options.pop("answer_within", 30.0))
        await writer.start()
        stack.push_async_callback(writer.close)
        store = Store(writer, pool, MessageTypes(EVENTS))
        stack.push_async_callback(store.close)
        cursors = Cursors()
        runtime = Runtime(
            store=store,
            read=pool,
            now=clock,
            signals=signals,
            cursor=cursors,
            tail=lambda: last_position(pool),
            tokens=TokenVerifier(StaticKeys(JWKS), ISSUER, AUDIENCE),
            operations=ShownOperations(),
            readiness=Readiness({"database": database_probe(pool), "broker": no_broker}),
            keyring=options.pop("keyring", None),
            budget=options.pop("budget", None),
        )
        app = create_app(service, runtime, **options)
        transport = httpx2.ASGITransport(app)
        client = await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url="http://test"))
        yield Served(app, client, runtime, cursors, signals)


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    """The sample service on a database of this test's own."""
    async with served_on(database.dsn) as running:
        yield running
