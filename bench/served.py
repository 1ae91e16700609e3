"""`python -m bench.served ours|peer <settings as JSON>`: the two servers of the HTTP measures, under the same server settings."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import asyncpg
import uvloop
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel

from bench.appends import ACTOR, BARE_INSERT, TYPE
from services.meetings.api.meetings import NewMeeting
from services.meetings.service import SERVICE
from shared.http.auth import TokenVerifier
from shared.http.keys import StaticKeys
from shared.http.permissions import Principal
from shared.run import running, serve
from shared.settings import Settings
from shared.surroundings import surroundings


class Inserted(BaseModel):
    """What the peer answers."""

    id: UUID
    version: int
    position: int


async def principal(request: Request) -> Principal:
    """Whom the bearer token names."""
    tokens: TokenVerifier = request.app.state.tokens
    return await tokens.verify(request.headers["authorization"].removeprefix("Bearer "))


def peer_app(pool: asyncpg.Pool[asyncpg.Record], tokens: TokenVerifier) -> FastAPI:
    """FastAPI with the same input model and token check, and one bare insert."""
    app = FastAPI(openapi_url=None)
    app.state.tokens = tokens

    @app.post("/api/meetings/meetings", status_code=201)
    async def schedule(wish: NewMeeting, who: Annotated[Principal, Depends(principal)]) -> Inserted:
        stream = uuid4()
        data = wish.__pydantic_serializer__.to_json(wish)
        pos = await pool.fetchval(
            f"{BARE_INSERT.replace('into bare', 'into read.bare')} returning pos",
            stream, 1, TYPE, 1, uuid4(), datetime.now(UTC), who.id or ACTOR, None, None, data, b"l" * 32,
        )  # fmt: skip
        return Inserted(id=stream, version=1, position=pos)

    return app


async def serve_one(which: str, settings: Settings) -> None:
    """Serve until ended."""
    if which == "ours":
        async with surroundings(settings, "api") as around, running(SERVICE, around, "api") as process:
            await serve(process.app, settings.host, settings.port)
        return
    keys = StaticKeys(json.loads(Path(settings.token_keys).read_text(encoding="utf-8")))
    tokens = TokenVerifier(keys, settings.token_issuer, settings.token_audience)
    async with asyncpg.create_pool(settings.database_url, min_size=10, max_size=32) as pool:
        await serve(peer_app(pool, tokens), settings.host, settings.port)


if __name__ == "__main__":
    given: dict[str, Any] = json.loads(sys.argv[2])
    uvloop.run(serve_one(sys.argv[1], Settings.model_validate(given)))
