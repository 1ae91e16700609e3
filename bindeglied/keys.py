"""`bindeglied keys`: what an operator does with the keyring, of either form: wrap it anew, copy it, put a copy back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from bindeglied.embedded import keyring_database
from bindeglied.postgres import start_postgres
from bindeglied.progress import doing
from bindeglied.work import DATABASE, STARTING, errors, home_with_data, out, run
from shared.migrate import migrate
from shared.privacy.copies import CopyRefused, backup_to, restore_from
from shared.privacy.erasure import Erasure
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore
from shared.run import KEYRING_ROLE
from shared.settings import Settings

keys = typer.Typer(no_args_is_help=True, help="The keyring: the keys that seal personal data.")

CopyFile = Annotated[Path, typer.Argument(metavar="FILE", help="The copy; never beside the key file.")]


@dataclass(frozen=True)
class Place:
    """Where a keyring is."""

    dsn: str
    key_file: Path
    copy: Path | None

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Keyring]:
        """The keyring, once it has met its key file."""
        keyring = Keyring(self.dsn, FileKeyStore(self.key_file), "/console")
        await keyring.start()
        try:
            yield keyring
        finally:
            await keyring.close()


async def _place() -> Place:
    """The scaled form's keyring if BINDEGLIED_DATABASE_URL is set, else the one of the embedded form's home."""
    if DATABASE in os.environ:
        settings = Settings.from_environment()
        if settings.keyring_admin_url:
            await migrate(settings.keyring_admin_url, "keyring", KEYRING_ROLE)
        return Place(*settings.keyring_place(), settings.key_backup)
    home = home_with_data()
    with doing(errors, STARTING):
        server = await asyncio.to_thread(start_postgres, home.postgres)
        return Place(await keyring_database(server.get_uri()), home.key_file, None)


@keys.command()
def rotate() -> None:
    """Wrap every key under a new key-encryption key and destroy the old one, so that no older copy opens anything."""

    async def work() -> Place:
        place = await _place()
        async with place.started() as keyring:
            await Erasure(keyring, place.copy).rotate_kek()
        return place

    place = run(work)
    copied = f"the copy at {place.copy} is replaced" if place.copy else "no copy is kept: `bindeglied keys copy FILE` makes one"
    out.print(f"{place.key_file} holds a new key, the old one is destroyed; {copied}", soft_wrap=True)


@keys.command()
def copy(file: CopyFile) -> None:
    """Put a copy of the keyring into FILE, in place of an older one: wrapped keys, of no use without the key file."""

    async def work() -> None:
        place = await _place()
        async with place.started() as keyring:
            await backup_to(keyring, file)

    run(work)
    out.print(f"the keyring's copy is {file}: keep it apart from the key file", soft_wrap=True)


@keys.command()
def restore(file: CopyFile) -> None:
    """Fill a new, never used keyring from its copy; the key file that belongs to it must be in its place."""

    async def work() -> None:
        await put_back(await _place(), file)

    run(work)
    out.print(f"the keyring is what {file} holds, and the key file opens it", soft_wrap=True)


async def put_back(place: Place, file: Path) -> None:
    """Fill the keyring from its copy; CopyRefused for what is none, KeyStoreError where the key file does not belong to it."""
    connection = await asyncpg.connect(place.dsn)
    try:
        await restore_from(connection, file)
    except (KeyError, TypeError, ValueError):
        raise CopyRefused(f"{file} is no copy of a keyring, or a damaged one") from None
    finally:
        await connection.close()
    async with place.started():
        pass  # The key file has been found to belong to it.
