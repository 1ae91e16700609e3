"""A command over HTTP against FastAPI with one bare insert: both as processes of their own, under the same load tool."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2

from bench.appends import BARE_TABLE
from bench.load import post, requests_per_second
from bench.rows import Row, in_turns, judged
from bench.server import Server
from bindeglied.issuer import AUDIENCE, ISSUER, DemoIssuer, Persona
from shared.dsn import with_role
from shared.migrate import ensure_database, migrate
from shared.settings import Settings

SECONDS = 2.0
PATH = "/api/meetings/meetings"
REGISTRY = Persona("office.registry", "Registry", "registry", ("city:registry",))


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def served(which: str, settings: Settings) -> AsyncIterator[int]:
    """One of the two servers, ready; answers its port."""
    port = free_port()
    said = settings.model_copy(update={"port": port}).model_dump_json()
    process = await asyncio.create_subprocess_exec(sys.executable, "-W", "ignore", "-m", "bench.served", which, said)
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.05)
        yield port
    finally:
        process.terminate()
        await process.wait()


async def against_fastapi(server: Server) -> list[Row]:
    """`http_command_1` and `http_command_32`: commands per second."""
    dsn = await server.database()
    connection = await asyncpg.connect(dsn)
    await connection.execute(BARE_TABLE.replace("create table bare", "create table read.bare").replace("bare_pos", "read.bare_pos"))
    await connection.close()
    keyring = await ensure_database(server.admin, f"bench_keyring_{uuid4().hex[:8]}")
    await migrate(keyring, "keyring", "bindeglied_keyring")
    folder = Path(tempfile.mkdtemp(prefix="bindeglied-bench-keys-"))
    issuer = DemoIssuer(folder, {"registry": REGISTRY})
    settings = Settings(
        database_url=dsn, keyring_url=with_role(keyring, "bindeglied_keyring"), key_file=folder / "kek.json", demo=True,
        token_issuer=ISSUER, token_audience=AUDIENCE, token_keys=str(issuer.public_keys),
    )  # fmt: skip
    token = issuer.token("registry")
    rows = []
    async with served("ours", settings) as ours, served("peer", settings) as peer:
        body = await _body(ours, token)
        wish = {"body": body, "title": "Sitzung", "starts_at": "2030-01-01T10:00:00+01:00", "place": "Stadthaus 1", "public": True}
        sent = json.dumps(wish).encode()

        def request() -> bytes:
            return post(PATH, token, sent, idempotency_key=str(uuid4()))

        for clients, bound in ((1, 0.7), (32, 0.9)):

            async def load(port: int, clients: int = clients) -> float:
                return await requests_per_second(port, clients, request, SECONDS)

            rows.append(judged(f"http_command_{clients}", *await in_turns(lambda: load(ours), lambda: load(peer)), "≥", bound))
    return rows


async def _body(port: int, token: str) -> str:
    wish = {"name": "Fachbeirat", "kind": "advisory_board", "legal_nature": "advisory", "founded_on": "2013-04-25"}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        answer = await client.post("/api/meetings/bodies", json=wish, headers={"authorization": f"Bearer {token}"})
        answer.raise_for_status()
        body: str = answer.json()["id"]
        return body
