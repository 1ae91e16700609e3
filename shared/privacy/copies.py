"""The keyring's one current copy: a file that replaces the last, because older ones would bring erased keys back."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from shared.privacy.keyring import Keyring
from shared.privacy.keystore import replace_durably

TABLES = ("kek", "head", "hmac_key", "subject_key")
FORMAT = 1


class CopyRefused(Exception):
    """A copy cannot be put back; the message says why."""


async def write_copy(connection: Any, path: Path) -> None:
    """Write what one statement sees: wrapped keys and tombstones, of no use without the key store, which belongs elsewhere."""
    tables = ", ".join(f"'{table}', (select coalesce(json_agg(t), '[]') from keyring.{table} t)" for table in TABLES)
    content = await connection.fetchval(f"select json_build_object('format', {FORMAT}, {tables})::text")
    await asyncio.to_thread(replace_durably, path, content.encode())


async def backup_to(keyring: Keyring, path: Path) -> None:
    """Replace the copy at `path` now, without waiting for the next rotation: keys made since the last copy are in no other."""
    async with keyring.pool.acquire() as connection, connection.transaction():
        # With the lock, no rotation comes between reading and writing and leaves the older of two copies in place.
        await connection.execute("select from keyring.head for update")
        await write_copy(connection, path)


async def restore_from(connection: Any, path: Path) -> None:
    """Fill a keyring that was never started from its copy; then start with the key store that belonged to it."""
    content = json.loads(await asyncio.to_thread(path.read_bytes))
    if content["format"] != FORMAT:
        raise CopyRefused(f"{path} is a copy of format {content['format']}; this program reads format {FORMAT}")
    async with connection.transaction():
        if await connection.fetchval("select kek from keyring.head for update") is not None:
            raise CopyRefused("this keyring is in use: a copy goes into a newly migrated database")
        for table in TABLES:
            rows = json.dumps(content[table])
            copied = f"json_populate_recordset(null::keyring.{table}, $1::json) c"
            if table == "head":
                await connection.execute(f"update keyring.head h set (keyring, kek) = (c.keyring, c.kek) from {copied}", rows)
            else:
                await connection.execute(f"insert into keyring.{table} select c.* from {copied}", rows)
