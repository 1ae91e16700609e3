"""The faulty network does what it is told, each fault beside the ordinary case it differs from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import asyncpg
import pytest

from shared.dsn import database_of
from tests.support.postgres import Database, PostgresServer
from tests.support.proxy import Direction, Link, Proxy

pytestmark = pytest.mark.usefixtures("loopback")


class Echo:
    """A server that remembers what it got and says it back."""

    def __init__(self) -> None:
        self.got = b""
        self.ended = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1024):
                self.got += data
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self.ended.set()
            writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[tuple[Echo, Proxy]]:
    server = Echo()
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    async with Proxy(("127.0.0.1", listener.sockets[0].getsockname()[1])) as proxy:
        yield server, proxy
    listener.close()


async def say(proxy: Proxy, words: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
    writer.write(words)
    await writer.drain()
    return reader, writer


async def test_bytes_and_the_end_pass_in_both_directions(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    reader, writer = await say(proxy, b"hello")
    writer.write_eof()
    assert await reader.read() == b"hello"
    assert server.got == b"hello"
    writer.close()


async def test_a_unix_socket_is_a_target_too(tmp_path: Path) -> None:
    server = Echo()
    listener = await asyncio.start_unix_server(server, tmp_path / "s")
    async with Proxy(tmp_path / "s") as proxy:
        reader, writer = await say(proxy, b"hello")
        assert await reader.readexactly(5) == b"hello"
        writer.close()
    listener.close()


async def test_a_delay_holds_bytes_back_and_loses_none(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    proxy.delay["down"] = 0.6
    reader, writer = await say(proxy, b"hello")
    assert not await _arrives(reader, within=0.05)
    assert await reader.readexactly(5) == b"hello"
    writer.close()


async def test_swallowed_bytes_are_gone_and_the_connection_stays(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    proxy.swallow.add("down")
    reader, writer = await say(proxy, b"lost")
    await _until(lambda: server.got == b"lost")
    assert not await _arrives(reader, within=0.2)
    proxy.swallow.clear()
    writer.write(b"heard")
    assert await reader.readexactly(5) == b"heard"
    writer.close()


async def test_a_reset_reaches_both_sides(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    reader, writer = await say(proxy, b"hello")
    await reader.readexactly(5)
    proxy.reset()
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)
    await asyncio.wait_for(server.ended.wait(), 60)
    writer.close()


async def test_a_frozen_link_says_nothing_not_even_goodbye_until_it_thaws(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    reader, writer = await say(proxy, b"a")
    await reader.readexactly(1)
    proxy.freeze()
    writer.write(b"b")
    writer.write_eof()
    assert not await _arrives(reader, within=0.2)
    assert server.got == b"a"
    assert not server.ended.is_set()
    proxy.thaw()
    assert await reader.read() == b"b"
    writer.close()


async def test_a_cut_lets_exactly_so_many_bytes_pass(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo
    proxy.cut_after(7, "up")
    _, writer = await say(proxy, b"hello world")
    await asyncio.wait_for(server.ended.wait(), 60)
    assert server.got == b"hello w"
    writer.close()


async def test_refused_means_refused_and_admitted_means_the_same_port(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    port = proxy.port
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        await say(proxy, b"hello")
    await proxy.admit()
    assert proxy.port == port
    reader, writer = await say(proxy, b"hello")
    assert await reader.readexactly(5) == b"hello"
    writer.close()


async def test_a_hook_sees_and_changes_what_passes(echo: tuple[Echo, Proxy]) -> None:
    server, proxy = echo

    seen: list[Direction] = []

    async def shout(_: Link, direction: Direction, data: bytes) -> bytes:
        seen.append(direction)
        return data.upper() if direction == "up" else b"" if data == b"SECRET" else data

    proxy.hook = shout
    reader, writer = await say(proxy, b"secret")
    await _until(lambda: seen == ["up", "down"])
    assert not await _arrives(reader, within=0.2)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"HELLO"
    assert server.got == b"SECRETHELLO"
    writer.close()


async def test_a_dead_target_is_a_reset_connection() -> None:
    async with Proxy(("127.0.0.1", 1)) as proxy:
        reader, writer = await asyncio.open_connection(proxy.host, proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.close()


async def test_a_lost_reply_is_lost_after_the_statement_was_committed(postgres_server: PostgresServer, database: Database) -> None:
    direct = await asyncpg.connect(database.dsn)
    await direct.execute("create table read.done (what text)")
    async with Proxy(postgres_server.directory / ".s.PGSQL.5432") as proxy:
        connection = await asyncpg.connect(f"postgresql://{database.role}@{proxy.address}/{database_of(database.dsn)}")
        await connection.execute("insert into read.done values ('answered')")
        lost = proxy.lose_reply(to=lambda data: b"unanswered" in data)
        with pytest.raises((asyncpg.PostgresConnectionError, OSError)):
            await connection.execute("insert into read.done values ('unanswered')")
        await asyncio.wait_for(lost, 60)
        connection.terminate()
    assert [row["what"] for row in await direct.fetch("select what from read.done")] == ["answered", "unanswered"]
    await direct.close()


async def _until(holds: Callable[[], bool]) -> None:
    """Wait until it holds, with a bound."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def _arrives(reader: asyncio.StreamReader, *, within: float) -> bool:
    """Whether anything can be read in this time; what arrives later stays to be read."""
    deadline = asyncio.get_running_loop().time() + within
    while asyncio.get_running_loop().time() < deadline:
        if reader._buffer or reader.at_eof():  # type: ignore[attr-defined]  # Looking without taking is not part of the stream's interface.
            return True
        await asyncio.sleep(0.01)
    return False
