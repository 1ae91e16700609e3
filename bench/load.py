"""The load tool: keep-alive connections that each send a request, wait for the answer, and send the next. It counts 2xx answers only."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class UnexpectedAnswer(Exception):
    """The server answered something other than 2xx."""


async def requests_per_second(port: int, clients: int, request: Callable[[], bytes], seconds: float) -> float:
    """Answered requests per second on the loopback."""
    done = 0
    end = time.perf_counter() + seconds

    async def client() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while time.perf_counter() < end:
                writer.write(request())
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1])) if length else b""
                if not head.startswith(b"HTTP/1.1 2"):
                    raise UnexpectedAnswer(f"{head.splitlines()[0]!r} {body[:300]!r}")
                done += 1
        finally:
            writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return done / (time.perf_counter() - began)


def post(path: str, token: str, body: bytes, **headers: str) -> bytes:
    """The bytes of one POST with a JSON body."""
    lines = [
        f"POST {path} HTTP/1.1",
        "host: 127.0.0.1",
        f"authorization: Bearer {token}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
