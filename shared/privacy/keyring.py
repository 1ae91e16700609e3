"""The keyring: who has a key, sealing and opening with it; with the modules beside it, the only client of the keyring's database.

There is one runtime role, and it may read wrapped keys. What lets a process open anything is the key store: a process that is given
no Keyring, or a Keyring whose store does not hold the key-encryption key, sees ciphertext. Relay, projectors and portal are given none.
A process that fingerprints bodies needs the key store too, and could therefore open: the roles do not keep those two apart.

An address leads to one subject, the person. What is kept of a person is sealed thing by thing, each under a subject of its own that stands
under the person: so one thing can be forgotten while another stays, and all of them at once with the person.

A key is committed before it is first used. Opening reads keys through a cache, so another process may go on opening for up to
CACHE_SECONDS after an erasure, and what it seals in that time can be read by nobody afterwards. This process stops at once.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg

from shared.clock import system_now
from shared.connections import BoundedPool
from shared.domain import Now
from shared.eventstore.log import must_be_safe
from shared.failpoints import failpoint
from shared.privacy.keycache import HeldKey, KeyCache
from shared.privacy.keystore import KEY_BYTES, KeyStore, UnknownKek, Wrapped
from shared.privacy.sealed import ERASED, BrokenSeal, Erased, Sealed, open_with, seal_with
from shared.privacy.subjects import Subjects, context_of

CACHE_SECONDS = 60.0
CHUNK = 1_000
"""Keys read by one query."""
TURNS = 3
"""Readings of a row whose key-encryption key is gone, before the store is to blame."""
ERASE = """update keyring.subject_key set state = 'erasing', wrapped = null, lookup = null, person = null, erasing_at = $1
where state = 'live'"""
SETTINGS = {
    "application_name": "keyring",
    "default_transaction_isolation": "read committed",
    "synchronous_commit": "on",
    "idle_in_transaction_session_timeout": "10000",
}

T = TypeVar("T")


class UnknownKey(Exception):
    """The keyring has never had this key or subject: not erased, but another keyring's, or an error."""


class SubjectErased(Exception):
    """The subject's key was erased: nothing is sealed for this reference ever again."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What one thing of a person is sealed under."""

    person: UUID
    subject: UUID
    """Of this thing alone; erased with the person."""


class Keyring:
    """Seals, opens and erases. `source` names who seals, as in `/bremen/meetings`, unless a call says otherwise; start() first."""

    def __init__(
        self, dsn: str, store: KeyStore, source: str, *, clock: Now = system_now, monotonic: Callable[[], float] = time.monotonic,
        cache_seconds: float = CACHE_SECONDS,
    ) -> None:  # fmt: skip
        if not 0 < cache_seconds <= CACHE_SECONDS:
            raise ValueError(f"keys live in memory for at most {CACHE_SECONDS:.0f} s: an erasure counts on it")
        self.dsn = dsn
        self.store = store
        self.source = source
        self.clock = clock
        self._subjects = Subjects(store, clock)
        self._cache = KeyCache(cache_seconds, monotonic)
        self._pool: asyncpg.Pool | None = None
        self._fingerprint_key: bytes | None = None

    async def start(self) -> None:
        """Connect, make the first keys of a new keyring, and refuse a key store that is unsafe or another keyring's."""
        pool = await BoundedPool(self.dsn, min_size=0, max_size=4, server_settings=SETTINGS)
        try:
            async with pool.acquire() as connection:
                await must_be_safe(connection)
                async with connection.transaction():
                    self._fingerprint_key = await self._subjects.meet_store(connection)
        except BaseException:
            pool.terminate()
            raise
        self._pool = pool

    async def close(self) -> None:
        """Disconnect and write over every key in memory."""
        self._cache.clear()
        self._fingerprint_key = None
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @property
    def pool(self) -> asyncpg.Pool:
        """The connections to the keyring's database, for the modules beside this one."""
        if self._pool is None:
            raise RuntimeError("the keyring has not been started")
        return self._pool

    async def new_subject(self) -> UUID:
        """A new subject that no address leads to, with its key committed."""
        async with self.pool.acquire() as connection, connection.transaction():
            kek = await connection.fetchval("select kek from keyring.head for share")
            subject = uuid4()
            await self._subjects.make(connection, kek, subject)
        return subject

    async def subject_for(self, address: str) -> UUID:
        """The one subject of a canonical address, made, with its key committed, where there is none. After an erasure it is a new one."""
        while True:
            async with self.pool.acquire() as connection, connection.transaction():
                found, _ = await self._subjects.person(connection, address)
            if found is not None:  # Otherwise somebody else made it in the same moment: it is found in the next turn.
                return found

    async def thing_of(self, address: str) -> Thing:
        """A new subject, with its key committed, for one thing of whoever has this address. With the last of them goes the person."""
        while True:
            async with self.pool.acquire() as connection, connection.transaction():
                person, kek = await self._subjects.person(connection, address)
                if person is not None:
                    subject = uuid4()
                    await self._subjects.make(connection, kek, subject, person=person)
                    return Thing(person, subject)

    async def person_at(self, address: str) -> UUID | None:
        """The subject of an address, if there is one: nothing is made."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute("select from keyring.head for share")
            lookup, _ = await self._subjects.lookup(connection, address)
            found: UUID | None = await connection.fetchval("select subject from keyring.subject_key where lookup = $1", lookup)
            return found

    async def seal(self, value: T, subject: UUID, purpose: str, *, of: Any = None, source: str | None = None) -> Sealed[T]:
        """`value` under the subject's key; SubjectErased or UnknownKey. `of` is its type where its class does not say it all;
        `source` seals in the name of one of several services that share this client."""
        while (held := self._cache.of_subject(subject)) is None:
            if await self._load("subject", [subject]):
                raise SubjectErased(f"subject {subject}")
        return seal_with(held.secret, value, source=source or self.source, subject=subject, key=held.key, purpose=purpose, of=of)

    async def open(self, sealed: Sealed[T]) -> T | Erased:
        """The value, or ERASED from the moment its erasure began; UnknownKey and BrokenSeal are errors."""
        return (await self.open_many([sealed]))[0]

    async def open_many(self, sealed: Sequence[Sealed[T]]) -> list[T | Erased]:
        """Like `open`, in the same order, with one query per thousand keys that are not in memory."""
        opened: list[T | Erased] = []
        for start in range(0, len(sealed), CHUNK):
            chunk = await self._open_chunk(sealed[start : start + CHUNK])
            opened += chunk
        return opened

    def fingerprint(self, data: bytes) -> bytes:
        """HMAC-SHA-256 under a key of the keyring's own: equal data, equal fingerprint, and nobody outside can try values out."""
        if self._fingerprint_key is None:
            raise RuntimeError("the keyring has not been started")
        return hmac.digest(self._fingerprint_key, data, "sha256")

    async def erase(self, subject: UUID) -> None:
        """Destroy the subject's key, the keys of what stands under it, and its person's where nothing stands there any more.

        They read as erased from now on; `erasure.py` makes it final in backups. Repeating is harmless."""
        failpoint("erasure.before_mark")
        async with self.pool.acquire() as connection, connection.transaction():
            # Behind this lock no rotation is under way, and behind the person's nothing new comes to stand under them.
            await connection.execute("select from keyring.head for share")
            row = await connection.fetchrow("select coalesce(person, subject) as root from keyring.subject_key where subject = $1", subject)
            if row is None:
                raise UnknownKey(f"subject {subject}")
            await connection.execute("select from keyring.subject_key where subject = $1 for update", row["root"])
            gone = await connection.fetch(f"{ERASE} and (subject = $2 or person = $2) returning subject", self.clock(), subject)
            gone += await connection.fetch(
                f"""{ERASE} and subject = $2 and $2 <> $3 and not exists (
                    select from keyring.subject_key other where other.person = $2 and other.state = 'live') returning subject""",
                self.clock(), row["root"], subject,
            )  # fmt: skip
        for known in {subject, *(row["subject"] for row in gone)}:
            self._cache.forget(known)
        failpoint("erasure.after_mark")

    async def erased_among(self, subjects: Collection[UUID]) -> set[UUID]:
        """Which of these were erased, by whomever."""
        query = "select subject from keyring.subject_key where subject = any($1) and state <> 'live'"
        return {row["subject"] for row in await self.pool.fetch(query, list(subjects))}

    async def _open_chunk(self, sealed: Sequence[Sealed[T]]) -> list[T | Erased]:
        erased: dict[UUID, UUID] = {}
        while True:
            # Each key is asked for once, and behind the last await: opening takes its time, and a key may be written over while one waits.
            wanted = {s.key for s in sealed if s.key not in erased}
            held = {key: found for key in wanted if (found := self._cache.get(key)) is not None}
            if len(held) == len(wanted):
                return [ERASED if s.key in erased and _belongs(s, erased[s.key]) else open_with(held[s.key].secret, s) for s in sealed]
            erased |= await self._load("key", list(wanted - held.keys()))

    async def _load(self, by: str, ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """Read keys into the cache; answers the erased ones with their subjects."""
        for turn in range(TURNS):
            read_at = self._cache.monotonic()
            rows = await self.pool.fetch(f"select key, subject, kek, wrapped from keyring.subject_key where {by} = any($1)", ids)
            if missing := set(ids) - {row[by] for row in rows}:
                raise UnknownKey(f"{by} {', '.join(map(str, sorted(missing)))}")
            live = [row for row in rows if row["wrapped"] is not None]
            try:
                unwrapped = await self.store.unwrap(
                    [Wrapped(row["kek"], context_of(row["subject"], row["key"]), row["wrapped"]) for row in live]
                )
            except UnknownKek:
                if turn + 1 == TURNS:
                    raise
                continue  # The rows were read before a rotation that has ended since.
            for row, secret in zip(live, unwrapped, strict=True):
                self._cache.put(HeldKey(row["key"], row["subject"], bytearray(secret[:KEY_BYTES]), read_at))
            return {row["key"]: row["subject"] for row in rows if row["wrapped"] is None}
        raise AssertionError("the last turn returns or raises")


def _belongs(sealed: Sealed[Any], subject: UUID) -> bool:
    """An erased key cannot check its seal any more, but it does know its subject."""
    if sealed.subject != subject:
        raise BrokenSeal(f"the sealed {sealed.purpose} names subject {sealed.subject} with another subject's key")
    return True
