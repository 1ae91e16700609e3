"""A process that runs commands on the log, for tests that kill it: JSON lines in, JSON lines out."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any
from uuid import UUID

from shared.domain import Refusal
from shared.eventstore.errors import CommandReused, OutcomeUnknown, StoreBusy, Unstorable, VersionMismatch
from tests.eventstore.nodes import Node, node


async def answer(one: Node, wish: dict[str, Any]) -> dict[str, Any]:
    """What became of one command."""
    try:
        outcome = await one.add(UUID(wish["stream"]), wish["amount"], id=UUID(wish["id"]), parts=wish["parts"])
    except StoreBusy:
        return {"answer": "busy"}
    except OutcomeUnknown:
        return {"answer": "unknown"}
    except (Refusal, CommandReused, Unstorable, VersionMismatch):
        return {"answer": "refused"}
    return {"answer": "accepted", "version": outcome.version, "position": outcome.position}


async def serve(dsn: str) -> None:
    """Run commands as they come, many at a time, until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks: set[asyncio.Task[None]] = set()
    async with node(dsn) as one:

        async def run(line: bytes) -> None:
            wish = json.loads(line)
            sys.stdout.write(json.dumps({"number": wish["number"], **await answer(one, wish)}) + "\n")
            sys.stdout.flush()

        sys.stdout.write('{"ready": true}\n')
        sys.stdout.flush()
        while line := await reader.readline():
            task = asyncio.create_task(run(line))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(sys.argv[1]))
