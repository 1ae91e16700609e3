"""The erasure of a subject's key: at once for whoever opens, and for good once no backup can bring the key back.

1. **Mark.** One update destroys the wrapped key and its lookup: live → erasing. From here the subject's values read as erased.
2. **Rotate.** What was deleted is still in the write-ahead log and in backups, wrapped under the key-encryption key (KEK). So a new KEK
   is made durable, in one transaction all remaining keys are wrapped under it, the keyring's one copy is replaced, and the old KEK is
   destroyed. Rotations are collected: one a day at most, unless one is asked for.
3. **Complete.** When the old KEK has been gone for as long as a key may live in some process's memory: erasing → erased.

Every step may be the last one of a process. Whoever comes next finishes what was begun: the database says which KEK is current, and any
other that the store still holds is left over, either old or never used. All of that happens behind one lock, the row of `head`; the
store destroys named KEKs only, so even a process that wakes up long after its lock was taken from it can do no harm.

An address' HMAC key is made anew as well, since whoever keeps an old lookup could otherwise try addresses out.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.failpoints import failpoint
from shared.privacy.copies import write_copy
from shared.privacy.keyring import CACHE_SECONDS, Keyring
from shared.privacy.keystore import KEY_BYTES, Wrapped
from shared.privacy.subjects import context_of, hmac_context

AT_MOST = timedelta(days=1)
CACHE_LIFE = timedelta(seconds=CACHE_SECONDS)
CHUNK = 1_000
NOTHING = UUID(int=0)


class Erasure:
    """Erases subjects' keys from a started keyring. `copy` is the keyring's one backup; without it, there is none."""

    def __init__(self, keyring: Keyring, copy: Path | None = None) -> None:
        self.keyring = keyring
        self.copy = copy

    async def erase(self, subject: UUID, *, now: bool = False) -> None:
        """Destroy the subject's key; `now` rotates at once instead of with the next collection. Harmless when repeated."""
        await self.keyring.erase(subject)
        if now:
            await self._rotate(only_if_wanted=True)

    async def rotate_kek(self) -> None:
        """Wrap every remaining key under a new KEK and destroy the old one."""
        await self._rotate(only_if_wanted=False)

    async def complete_erasures(self) -> list[UUID]:
        """Finish what was begun, rotate if due, answer the subjects whose erasure is complete now. To be called at every start and hour."""
        await self._finish_rotation()
        due = await self.keyring.pool.fetchval(
            """select exists (select from keyring.subject_key s where s.state = 'erasing' and s.kek = h.kek)
                 from keyring.head h join keyring.kek k on k.id = h.kek where k.made_at <= $1""",
            self.keyring.clock() - AT_MOST,
        )  # fmt: skip
        if due:
            await self._rotate(only_if_wanted=True)
        failpoint("erasure.before_complete")
        now = self.keyring.clock()
        rows = await self.keyring.pool.fetch(
            """update keyring.subject_key s set state = 'erased', erased_at = $1 from keyring.kek k
                where s.state = 'erasing' and k.id = s.kek and k.destroyed_at <= $2 returning s.subject""",
            now, now - CACHE_LIFE,
        )  # fmt: skip
        failpoint("erasure.after_complete")
        return [row["subject"] for row in rows]

    async def _rotate(self, *, only_if_wanted: bool) -> None:
        store = self.keyring.store
        async with self.keyring.pool.acquire() as connection, connection.transaction():
            old = await connection.fetchval("select kek from keyring.head for update")
            wanted = "select exists (select from keyring.subject_key where state = 'erasing' and kek = $1)"
            if not only_if_wanted or await connection.fetchval(wanted, old):
                failpoint("rotation.before_make")
                new = await store.make()
                failpoint("rotation.after_make")
                await connection.execute("insert into keyring.kek (id, made_at) values ($1, $2)", new, self.keyring.clock())
                address = await self._rewrap_hmac_keys(connection, new)
                await self._rewrap_subjects(connection, new, address)
                await connection.execute("update keyring.head set kek = $1", new)
                failpoint("rotation.before_commit")
        failpoint("rotation.after_commit")
        await self._finish_rotation()

    async def _rewrap_hmac_keys(self, connection: Any, new: UUID) -> bytes:
        """Wrap the fingerprint key anew; make a new address key and answer it."""
        store = self.keyring.store
        row = await connection.fetchrow("select kek, wrapped from keyring.hmac_key where purpose = 'fingerprint'")
        [fingerprint] = await store.unwrap([Wrapped(row["kek"], hmac_context("fingerprint"), row["wrapped"])])
        address = secrets.token_bytes(KEY_BYTES)
        for purpose, key in {"fingerprint": fingerprint, "address": address}.items():
            [wrapped] = await store.wrap(new, [(hmac_context(purpose), key)])
            await connection.execute("update keyring.hmac_key set kek = $1, wrapped = $2 where purpose = $3", new, wrapped.data, purpose)
        return address

    async def _rewrap_subjects(self, connection: Any, new: UUID, address: bytes) -> None:
        store = self.keyring.store
        last = NOTHING
        while rows := await connection.fetch(
            "select key, subject, kek, wrapped from keyring.subject_key where state = 'live' and key > $1 order by key limit $2 for update",
            last,
            CHUNK,
        ):
            last = rows[-1]["key"]
            opened = await store.unwrap([Wrapped(row["kek"], context_of(row["subject"], row["key"]), row["wrapped"]) for row in rows])
            wrapped = await store.wrap(
                new, [(context_of(row["subject"], row["key"]), secret) for row, secret in zip(rows, opened, strict=True)]
            )
            digests = [secret[KEY_BYTES:] for secret in opened]
            await connection.execute(
                """update keyring.subject_key s set kek = $1, wrapped = u.wrapped, lookup = u.lookup
                     from unnest($2::uuid[], $3::bytea[], $4::bytea[]) u(key, wrapped, lookup) where s.key = u.key""",
                new, [row["key"] for row in rows], [item.data for item in wrapped],
                [hmac.digest(address, digest, "sha256") if digest else None for digest in digests],
            )  # fmt: skip
            failpoint("rotation.after_chunk")

    async def _finish_rotation(self) -> None:
        """Replace the copy and destroy every KEK but the current one; nothing to do is the usual case."""
        store = self.keyring.store
        async with self.keyring.pool.acquire() as connection, connection.transaction():
            current = await connection.fetchval("select kek from keyring.head for update")
            left_over = await store.keks() - {current}
            unrecorded = await connection.fetchval(
                "select exists (select from keyring.kek where id <> $1 and destroyed_at is null)", current
            )
            if not left_over and not unrecorded:
                return
            if self.copy is not None:
                await write_copy(connection, self.copy)
                failpoint("rotation.after_copy")
            await store.destroy(left_over)
            failpoint("rotation.after_destroy")
            await connection.execute(
                "update keyring.kek set destroyed_at = $1 where id <> $2 and destroyed_at is null", self.keyring.clock(), current
            )
        failpoint("rotation.after_record")
