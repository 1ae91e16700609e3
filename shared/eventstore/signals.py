"""Waking: whoever waits for new events or a moved cursor, in this process at once, in others by NOTIFY after the fact."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict

import asyncpg
import structlog

logger = structlog.get_logger(__name__)

COALESCE_SECONDS = 0.005
"""Between two NOTIFYs of one process: a burst of commits is told once."""
RECONNECT_SECONDS = 0.5
CHANNELS = ("log", "read")


class Signals:
    """One per process and database. A signal is a hint to look, never the news itself: waiters also look when their time is up."""

    def __init__(self, dsn: str, *, prefix: str = "bindeglied_") -> None:
        self.dsn = dsn
        self._prefix = prefix
        self._counts: dict[str, int] = defaultdict(int)
        self._waiters: dict[str, set[asyncio.Future[None]]] = defaultdict(set)
        self._untold: set[str] = set()
        self._tell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen to other processes; it reconnects by itself."""
        self._task = asyncio.create_task(self._run(), name="signals")

    async def close(self) -> None:
        """Stop listening; waiters wait out their time."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def notify(self, channel: str) -> None:
        """Wake this process's waiters now and other processes' soon; to be called after the commit."""
        self._wake(channel)
        if self._task:
            self._untold.add(channel)
            self._tell.set()

    def ticket(self, channel: str) -> int:
        """What to take before looking at the data, so that a signal between look and wait is not missed."""
        return self._counts[channel]

    async def wait(self, channel: str, ticket: int, timeout: float) -> None:
        """Return as soon as the channel was signalled since `ticket`, or after `timeout` seconds."""
        if self._counts[channel] != ticket:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters[channel].add(waiter)
        try:
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes in the same moment as the signal.
            await asyncio.wait((waiter,), timeout=timeout)
        finally:
            self._waiters[channel].discard(waiter)

    def _wake(self, channel: str) -> None:
        self._counts[channel] += 1
        for waiter in self._waiters.pop(channel, ()):
            if not waiter.done():
                waiter.set_result(None)

    async def _run(self) -> None:
        while True:
            try:
                await self._listen_and_tell()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
                logger.info("signals.reconnecting", error=error.__class__.__name__)
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen_and_tell(self) -> None:
        # A NOTIFY assigns a transaction id, so its commit would wait for the disk; the signal is only a hint and need not.
        settings = {"synchronous_commit": "off", "application_name": "signals"}
        connection = await asyncpg.connect(self.dsn, server_settings=settings, timeout=5)
        try:
            own = connection.get_server_pid()

            def heard(_: object, pid: int, channel: str, __: object) -> None:
                if pid != own:
                    self._wake(channel.removeprefix(self._prefix))

            for channel in CHANNELS:
                await connection.add_listener(self._prefix + channel, heard)
            connection.add_termination_listener(lambda _: self._tell.set())
            for channel in CHANNELS:
                self._wake(channel)  # Something may have been said while nobody listened.
            if self._untold:
                self._tell.set()
            while not connection.is_closed():
                await self._tell.wait()
                self._tell.clear()
                while self._untold:
                    channel = self._untold.pop()
                    try:
                        await connection.execute("select pg_notify($1, '')", self._prefix + channel, timeout=5)
                    except BaseException:
                        self._untold.add(channel)  # Told as soon as there is a connection again.
                        raise
                await asyncio.sleep(COALESCE_SECONDS)
            raise ConnectionError("the listening connection was lost")
        finally:
            connection.terminate()
