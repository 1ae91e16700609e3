"""Whose key is it: the keyring's rows as they are made, found by an address, and bound to the key store."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any
from uuid import UUID, uuid4

from shared.domain import Now
from shared.failpoints import failpoint
from shared.privacy.addresses import canonical
from shared.privacy.keystore import KEY_BYTES, KeyStore, Wrapped, WrongKeyStore


class Subjects:
    """What a keyring writes and looks up, each within its caller's transaction."""

    def __init__(self, store: KeyStore, clock: Now) -> None:
        self.store, self.clock = store, clock

    async def meet_store(self, connection: Any) -> bytes:
        """Make the first keys of a new keyring, or refuse a key store that is another keyring's; answers the fingerprint key."""
        head = await connection.fetchrow("select keyring, kek from keyring.head for update")
        await self.store.open(head["keyring"])
        if head["kek"] is None:
            kek = await self.store.make()
            failpoint("keyring.after_first_kek")
            await connection.execute("insert into keyring.kek (id, made_at) values ($1, $2)", kek, self.clock())
            first = await self.store.wrap(kek, [(hmac_context(p), secrets.token_bytes(KEY_BYTES)) for p in ("address", "fingerprint")])
            for purpose, item in zip(("address", "fingerprint"), first, strict=True):
                await connection.execute(
                    "insert into keyring.hmac_key (purpose, kek, wrapped) values ($1, $2, $3)", purpose, kek, item.data
                )
            await connection.execute("update keyring.head set kek = $1", kek)
        elif head["kek"] not in await self.store.keks():
            raise WrongKeyStore(
                f"wrong key store: it does not hold the keyring's key-encryption key {head['kek']}, without which nothing sealed can be "
                "opened: name the store that belongs to this database, or put its key file back where it was"
            )
        return await self._hmac_key(connection, "fingerprint")

    async def person(self, connection: Any, address: str) -> tuple[UUID | None, UUID]:
        """The subject of an address, held until the transaction ends, and the current KEK; None where it is being made elsewhere."""
        kek: UUID = await connection.fetchval("select kek from keyring.head for share")
        lookup, digest = await self.lookup(connection, address)
        found: UUID | None = await connection.fetchval("select subject from keyring.subject_key where lookup = $1 for share", lookup)
        if found is None and await self.make(connection, kek, subject := uuid4(), digest, lookup):
            found = subject
        return found, kek

    async def lookup(self, connection: Any, address: str) -> tuple[bytes, bytes]:
        """What finds an address' subject under the address key of now, and the digest that it is made of."""
        digest = hashlib.sha256(canonical(address).encode()).digest()
        return hmac.digest(await self._hmac_key(connection, "address"), digest, "sha256"), digest

    async def make(
        self, connection: Any, kek: UUID, subject: UUID, digest: bytes = b"", lookup: bytes | None = None, person: UUID | None = None
    ) -> bool:
        """Make a key of `subject`; False where another subject has this `lookup`. Its `digest` is kept with it, for lookups to come."""
        key = uuid4()
        [wrapped] = await self.store.wrap(kek, [(context_of(subject, key), secrets.token_bytes(KEY_BYTES) + digest)])
        made = await connection.fetchval(
            """insert into keyring.subject_key (key, subject, kek, wrapped, lookup, made_at, person) values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (lookup) do nothing returning true""",
            key, subject, kek, wrapped.data, lookup, self.clock(), person,
        )  # fmt: skip
        failpoint("keyring.before_key_commit")
        return bool(made)

    async def _hmac_key(self, connection: Any, purpose: str) -> bytes:
        row = await connection.fetchrow("select kek, wrapped from keyring.hmac_key where purpose = $1", purpose)
        return (await self.store.unwrap([Wrapped(row["kek"], hmac_context(purpose), row["wrapped"])]))[0]


def context_of(subject: UUID, key: UUID) -> bytes:
    """What binds a wrapped key to its row."""
    return b"subject\0" + subject.bytes + key.bytes


def hmac_context(purpose: str) -> bytes:
    """What binds a wrapped HMAC key to its purpose."""
    return b"hmac\0" + purpose.encode()
