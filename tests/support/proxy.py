"""A faulty network of our own: forwards TCP connections to a server and delays, drops, resets, freezes or cuts them as told."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal, Self

Direction = Literal["up", "down"]
"""Up: from the client to the server. Down: back."""

Hook = Callable[["Link", Direction, bytes], Awaitable[bytes]]
"""Sees every piece of bytes before it goes on and answers what goes on instead; no bytes withhold it. May wait; may reset the link."""


class Link:
    """One connection of a client, and the proxy's own to the server that belongs to it."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.writers: dict[Direction, asyncio.StreamWriter] = {"up": server, "down": client}
        self.passed: dict[Direction, int] = {"up": 0, "down": 0}
        """Bytes that went on, in each direction."""
        self.replies_lost = False

    def reset(self) -> None:
        """End both connections with RST, as a crashed host does."""
        for writer in self.writers.values():
            _reset(writer)

    @property
    def closed(self) -> bool:
        """Whether it is over."""
        return any(writer.is_closing() for writer in self.writers.values())


class Proxy:
    """Listens on 127.0.0.1; the target is `(host, port)` or the path of a unix socket. `async with Proxy(target) as proxy: …`."""

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self.target = target
        self.host, self.port = "127.0.0.1", 0
        self.delay: dict[Direction, float] = {"up": 0.0, "down": 0.0}
        """Seconds that every piece of bytes waits."""
        self.swallow: set[Direction] = set()
        """Directions whose bytes vanish."""
        self.hook: Hook | None = None
        self.links: list[Link] = []
        self.accepted = 0
        """Connections since the start."""
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._cut: tuple[Direction, int] | None = None
        self._lose: Callable[[bytes], bool] | None = None
        self._lost: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> str:
        """`host:port`, for clients."""
        return f"{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        await self.admit()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.refuse()
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def admit(self) -> None:
        """Accept connections (again)."""
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, self.host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """Refuse new connections, as a server that is down does; those that are open stay open."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def reset(self) -> None:
        """End all connections with RST."""
        for link in self.links:
            link.reset()
        self.links.clear()

    def freeze(self) -> None:
        """Half-open: nothing passes in either direction, nobody is told, not even that a peer has closed."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let everything pass that was held back."""
        self._flowing.set()

    def cut_after(self, count: int, direction: Direction) -> None:
        """Reset each connection, from now on, once `count` bytes went that way; not one more does."""
        self._cut = (direction, count)

    def lose_reply(self, to: Callable[[bytes], bool] = lambda _: True) -> asyncio.Future[None]:
        """Let the next piece that `to` picks reach the server, and reset the connection when the answer arrives, which gets lost.
        The future is done then: whatever the server did, it has done, and the client will never hear of it."""
        self._lose, self._lost = to, asyncio.get_running_loop().create_future()
        return self._lost

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self._flowing.wait()
            if isinstance(self.target, Path):
                server_reader, server_writer = await asyncio.open_unix_connection(self.target)
            else:
                server_reader, server_writer = await asyncio.open_connection(*self.target)
        except OSError:
            _reset(writer)
            return
        except asyncio.CancelledError:
            _reset(writer)
            raise
        link = Link(writer, server_writer)
        self.links.append(link)
        try:
            await asyncio.gather(self._pump(link, "up", reader), self._pump(link, "down", server_reader))
        except OSError:
            link.reset()
        finally:
            for end in link.writers.values():
                end.close()
            with contextlib.suppress(ValueError):
                self.links.remove(link)

    async def _pump(self, link: Link, direction: Direction, reader: asyncio.StreamReader) -> None:
        """Carry one direction to its end; a client or server that says goodbye says it to the other side, too."""
        writer = link.writers[direction]
        while data := await reader.read(65536):
            await asyncio.sleep(self.delay[direction])
            await self._flowing.wait()
            if self.hook is not None:
                data = await self.hook(link, direction, data)
            data = self._last_bytes(link, direction, data)
            if link.closed:
                return
            if direction in self.swallow or not data:
                continue
            writer.write(data)
            link.passed[direction] += len(data)
            await writer.drain()
            if self._cut is not None and self._cut[0] == direction and link.passed[direction] >= self._cut[1]:
                link.reset()
                return
        await self._flowing.wait()
        if not link.closed and writer.can_write_eof():
            writer.write_eof()

    def _last_bytes(self, link: Link, direction: Direction, data: bytes) -> bytes:
        """What of these bytes may pass before the connection is cut."""
        if direction == "down" and link.replies_lost:
            link.reset()
            if self._lost is not None and not self._lost.done():
                self._lost.set_result(None)
            return b""
        if direction == "up" and self._lose is not None and self._lose(data):
            self._lose, link.replies_lost = None, True
        if self._cut is not None and self._cut[0] == direction:
            return data[: self._cut[1] - link.passed[direction]]
        return data


def _reset(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
