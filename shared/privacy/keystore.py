"""Where the key-encryption keys live, outside every database: the protocol, and the file that the embedded form uses."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class KeyStoreError(Exception):
    """Base of what a key store may raise; the message says what to do."""


class WrongKeyStore(KeyStoreError):
    """The store does not hold this keyring's key-encryption key."""


class UnsafeKeyStore(KeyStoreError):
    """The store is kept where others, or the database's own backups, could read it."""


class UnknownKek(KeyStoreError):
    """The store does not hold, or no longer holds, the key-encryption key that was asked for."""


class Wrapped(NamedTuple):
    """A secret as the database keeps it: `context` says whose it is and is bound to it."""

    kek: UUID
    context: bytes
    data: bytes


class KeyStore(Protocol):
    """Wraps and unwraps under keys that never leave it as part of a row, a dump or a backup of the database."""

    async def open(self, keyring: UUID) -> None:
        """Serve this keyring from now on; WrongKeyStore or UnsafeKeyStore where that must not be."""

    async def keks(self) -> frozenset[UUID]:
        """The key-encryption keys it holds."""

    async def make(self) -> UUID:
        """Make another one, durable before its id is answered."""

    async def destroy(self, keks: frozenset[UUID]) -> None:
        """Destroy these, and no others, for good; unknown ones are gone already."""

    async def wrap(self, kek: UUID, secrets: Sequence[tuple[bytes, bytes]]) -> list[Wrapped]:
        """Wrap pairs of context and secret; UnknownKek where the store does not hold `kek`."""

    async def unwrap(self, wrapped: Sequence[Wrapped]) -> list[bytes]:
        """The secrets; UnknownKek where one's key is not held, WrongKeyStore where one was not wrapped under it."""


class FileKeyStore:
    """One file, readable by its owner alone, replaced as a whole. It belongs neither into the database's directory nor into its backups.

    It is read anew for every call, so that no process keeps a destroyed key; writers, of any process, take turns by a lock file beside it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._keyring: UUID | None = None

    async def open(self, keyring: UUID) -> None:
        """Refuses a file of another keyring, one that others can read, and one inside a PostgreSQL data directory."""
        resolved = self.path.resolve()
        for folder in resolved.parents:
            if (folder / "PG_VERSION").exists():
                raise UnsafeKeyStore(
                    f"the key file {self.path} lies inside the PostgreSQL data directory {folder}, so that every copy of it "
                    "would carry its own key: move it to a directory outside"
                )
        owner, _ = self._read()
        if owner is not None and owner != keyring:
            raise WrongKeyStore(
                f"wrong key store: the key file {self.path} belongs to keyring {owner}, the database is keyring {keyring}: name the key "
                "file that belongs to this database; only if that other keyring is gone for good, move its key file away"
            )
        self._keyring = keyring

    async def keks(self) -> frozenset[UUID]:
        """The ids in the file; none while it does not exist."""
        return frozenset(self._read()[1])

    async def make(self) -> UUID:
        """Add a key to the file and make it durable."""
        kek = uuid4()
        await asyncio.to_thread(self._change, lambda keks: {**keks, kek: secrets.token_bytes(KEY_BYTES)})
        return kek

    async def destroy(self, keks: frozenset[UUID]) -> None:
        """Replace the file by one without these keys and write over the old one's bytes (which a copying file system may keep)."""
        await asyncio.to_thread(self._change, lambda held: {kek: key for kek, key in held.items() if kek not in keks})

    async def wrap(self, kek: UUID, secrets: Sequence[tuple[bytes, bytes]]) -> list[Wrapped]:
        """AES-256-GCM with the context as associated data: a nonce of 12 bytes, then the box."""
        cipher = AESGCM(self._held(self._read()[1], kek))
        nonces = [os.urandom(NONCE_BYTES) for _ in secrets]
        return [
            Wrapped(kek, context, nonce + cipher.encrypt(nonce, secret, context))
            for nonce, (context, secret) in zip(nonces, secrets, strict=True)
        ]

    async def unwrap(self, wrapped: Sequence[Wrapped]) -> list[bytes]:
        """What `wrap` was given."""
        _, keks = self._read()
        ciphers = {kek: AESGCM(self._held(keks, kek)) for kek in {item.kek for item in wrapped}}
        try:
            return [ciphers[kek].decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], context) for kek, context, data in wrapped]
        except InvalidTag:
            raise WrongKeyStore(f"a key in the database was not wrapped under the key of that id in {self.path}, or was changed") from None

    def _held(self, keks: dict[UUID, bytes], kek: UUID) -> bytes:
        if kek not in keks:
            raise UnknownKek(f"{self.path} does not hold the key-encryption key {kek}")
        return keks[kek]

    def _read(self) -> tuple[UUID | None, dict[UUID, bytes]]:
        for _ in range(5):
            try:
                with self.path.open("rb") as file:
                    if os.fstat(file.fileno()).st_mode & 0o077:
                        raise UnsafeKeyStore(f"the key file {self.path} can be read by others: run chmod 600 on it, and ask who had a look")
                    content = json.loads(file.read())
                return UUID(content["keyring"]), {UUID(kek): b64decode(key) for kek, key in content["keks"].items()}
            except FileNotFoundError:
                return None, {}
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # It was replaced, and its old bytes written over, between opening and reading: there is a new one now.
        raise WrongKeyStore(f"{self.path} is no key file, or a damaged one: put its last good copy there")

    def _change(self, change: Callable[[dict[UUID, bytes]], dict[UUID, bytes]]) -> None:
        if self._keyring is None:
            raise RuntimeError("open() says for which keyring this file is")
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._turn():
            _, before = self._read()
            keks = {str(kek): b64encode(key).decode() for kek, key in change(before).items()}
            with ExitStack() as replaced:
                # What a crash left half done holds keys as well.
                old = [replaced.enter_context(path.open("r+b")) for path in (self.path, partial_of(self.path)) if path.exists()]
                partial_of(self.path).unlink(missing_ok=True)
                replace_durably(self.path, json.dumps({"keyring": str(self._keyring), "keks": keks}).encode())
                for file in old:
                    file.write(bytes(os.fstat(file.fileno()).st_size))
                    file.flush()
                    os.fsync(file.fileno())

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self.path.with_name(f"{self.path.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def replace_durably(path: Path, content: bytes) -> None:
    """Put `content` in the file's place, readable by its owner alone: after a crash there is the old or the new, whole."""
    partial = partial_of(path)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    partial.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def partial_of(path: Path) -> Path:
    """Where a file's next content is written before it takes the file's place."""
    return path.with_name(f"{path.name}.partial")
