"""One log of an `eventsourcing` application: its tables, its connections, and the thread whose event loop serves synchronous callers."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from importlib.resources import files
from typing import Any, ParamSpec, TypeVar

import asyncpg
import stamina
from eventsourcing.persistence import InterfaceError, ProgrammingError

from shared.clock import system_now
from shared.domain import Now
from shared.eventstore.append import Answer, Append
from shared.eventstore.facade.errors import connection_was_lost, in_the_librarys_terms
from shared.eventstore.log import must_be_safe
from shared.eventstore.signals import Signals
from shared.eventstore.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

Statement = tuple[str, Sequence[object]]
"""SQL with its arguments; names without a schema are those of the application's own."""

CALL_SECONDS = 10.0


def again(work: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Decorates what may be done twice: it is done again where the connection was lost."""

    @functools.wraps(work)
    async def until_it_is_done(*args: P.args, **kwargs: P.kwargs) -> T:
        # Not the library's own decorator: it logs the arguments, and they are events.
        waits = {"timeout": CALL_SECONDS, "wait_initial": 0.05, "wait_max": 1.0, "wait_jitter": 0.05}
        async for attempt in stamina.retry_context(on=connection_was_lost, attempts=20, **waits):
            with attempt:
                return await work(*args, **kwargs)
        raise AssertionError("the last attempt raises its own error")

    return until_it_is_done


class LogDatastore:
    """Connects when first used. May be called from any number of threads; concurrent appends become one call of the log's writer."""

    def __init__(self, dsn: str, schema: str, *, actor: str = "eventsourcing", pool_size: int = 5, clock: Now = system_now) -> None:
        self.dsn, self.schema, self.actor, self.pool_size, self.clock = dsn, schema, actor, pool_size, clock
        self.signals = Signals(dsn)
        self.pool: asyncpg.Pool[asyncpg.Record]
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._writer: Writer | None = None
        self._writer_starting = asyncio.Lock()

    def run(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` returns when it has run on the datastore's loop; its errors are raised in the library's terms."""
        loop = self._running_loop()
        with in_the_librarys_terms():
            return asyncio.run_coroutine_threadsafe(work(*args, **kwargs), loop).result()

    def begin(self, work: Callable[P, Coroutine[Any, Any, T]], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Let `work` run on the datastore's loop until it ends, is cancelled, or the datastore is closed."""
        return asyncio.run_coroutine_threadsafe(work(*args, **kwargs), self._running_loop())

    def close(self) -> None:
        """Finish the appends that wait, then close the connections; the datastore is not to be used any more."""
        with self._starting:
            self._closed = True
            loop, self._loop = self._loop, None
            if loop is None or self._thread is None:
                return
            asyncio.run_coroutine_threadsafe(self._shut(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()

    async def append(self, append: Append) -> Answer:
        """The log's answer to one command."""
        writer = self._writer or await self._started_writer()
        return await writer.submit(append)

    @again
    async def _started_writer(self) -> Writer:
        async with self._writer_starting:
            if self._writer is None:
                writer = Writer(self.dsn, self.signals, self.clock, schema=self.schema)
                await writer.start()
                self._writer = writer
            return self._writer

    @again
    async def fetch(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """The rows of a query, asked again where the connection was lost."""
        return await self.pool.fetch(sql, *args, timeout=CALL_SECONDS)

    def create_tables(self, more: Sequence[str] = ()) -> None:
        """Make the log and what the recorders need beside it, unless it is there; then `more`, statements that may be repeated."""
        self.run(self._create_tables, more)

    def must_be_ours(self) -> None:
        """Refuse a schema without the recorders' tables, and above all a service's log."""
        self.run(self._must_be_ours)

    async def _create_tables(self, more: Sequence[str]) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            # Two processes that start at once must not both find nothing; the lock ends with the transaction.
            await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"bindeglied.{self.schema}")
            if not await self._is_there(connection, "log"):
                runtime = await connection.fetchval("select quote_ident(current_user)")
                await connection.execute(f"create schema if not exists {self.schema}")
                for name in ("log.sql", "recorder.sql"):
                    ddl = files("shared.eventstore").joinpath(name).read_text(encoding="utf-8")
                    await connection.execute(ddl.replace("{schema}", self.schema).replace("{runtime}", runtime))
            elif not await self._is_there(connection, "originator"):
                raise ProgrammingError(
                    f"the log in schema {self.schema} is not one of an eventsourcing application; take another LOG_SCHEMA"
                )
            for statement in more:
                await connection.execute(statement)

    async def _must_be_ours(self) -> None:
        async with self.pool.acquire() as connection:
            if not await self._is_there(connection, "originator"):
                raise ProgrammingError(f"schema {self.schema} has no log of an eventsourcing application; allow CREATE_TABLE once")

    async def _is_there(self, connection: asyncpg.pool.PoolConnectionProxy[asyncpg.Record], table: str) -> bool:
        return await connection.fetchval("select to_regclass($1)", f"{self.schema}.{table}") is not None

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._closed:
                raise InterfaceError("the datastore is closed")
            if self._loop is None:
                loop = asyncio.new_event_loop()
                # A daemon, so that a program that forgot to close its application can still end.
                thread = threading.Thread(target=loop.run_forever, name=f"log:{self.schema}", daemon=True)
                thread.start()
                try:
                    with in_the_librarys_terms():
                        asyncio.run_coroutine_threadsafe(self._open(), loop).result()
                except BaseException:
                    loop.call_soon_threadsafe(loop.stop)
                    thread.join()
                    loop.close()
                    raise
                self._loop, self._thread = loop, thread
            return self._loop

    async def _open(self) -> None:
        settings = {
            "application_name": self.actor[:63],
            "search_path": self.schema,
            "default_transaction_isolation": "read committed",
            "synchronous_commit": "on",
            "idle_in_transaction_session_timeout": "5000",
        }
        pool = asyncpg.create_pool(self.dsn, min_size=0, max_size=self.pool_size, server_settings=settings, timeout=CALL_SECONDS)
        self.pool = await asyncio.wait_for(pool, CALL_SECONDS)
        try:
            await must_be_safe(self.pool)
        except BaseException:
            self.pool.terminate()
            raise
        await self.signals.start()

    async def _shut(self) -> None:
        if self._writer is not None:
            await self._writer.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.signals.close()
        self.pool.terminate()
