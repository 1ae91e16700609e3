"""Erasure: at once for readers, for good against backups, and unstoppable by crashes and by whatever runs beside it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from shared.clock import ManualClock
from shared.failpoints import FailpointHit, set_failpoints
from shared.privacy.copies import CopyRefused, backup_to, restore_from
from shared.privacy.erasure import Erasure
from shared.privacy.keyring import Keyring, SubjectErased, UnknownKey
from shared.privacy.keystore import KEY_BYTES, FileKeyStore, UnknownKek, Wrapped
from shared.privacy.sealed import ERASED, Erased, Sealed, open_with
from shared.privacy.subjects import context_of
from tests.infrastructure import Databases
from tests.privacy.conftest import SOURCE, Keyrings, until
from tests.support.postgres import Database

CANARY = "canary-e7a5@example.org"
EMAIL = "registrant.email"
MINUTE = timedelta(seconds=60)

STEPS = [
    "erasure.before_mark", "erasure.after_mark",
    "rotation.before_make", "rotation.after_make", "rotation.after_chunk", "rotation.before_commit", "rotation.after_commit",
    "rotation.after_copy", "rotation.after_destroy", "rotation.after_record",
    "erasure.before_complete", "erasure.after_complete",
]  # fmt: skip


async def states(keyring: Keyring) -> dict[UUID, str]:
    return {row["subject"]: row["state"] for row in await keyring.pool.fetch("select subject, state from keyring.subject_key")}


async def dump(keyring: Keyring) -> list[Wrapped]:
    """What a backup of the database has: every subject's wrapped key."""
    rows = await keyring.pool.fetch("select subject, key, kek, wrapped from keyring.subject_key where wrapped is not null")
    return [Wrapped(row["kek"], context_of(row["subject"], row["key"]), row["wrapped"]) for row in rows]


async def steal(backup: Sequence[Wrapped], key_file: Path, sealed: Sealed[str]) -> str:
    """Open with an old backup of the database and today's secrets."""
    for wrapped in backup:
        if wrapped.context == context_of(sealed.subject, sealed.key):
            [secret] = await FileKeyStore(key_file).unwrap([wrapped])
            return open_with(secret[:KEY_BYTES], sealed)
    raise LookupError("the backup does not have this key")


async def opened(keyring: Keyring, sealed: Sealed[str]) -> str | Erased:
    return await keyring.open(sealed)


async def whole_erasure(erasure: Erasure, subject: UUID, clock: ManualClock) -> None:
    """From the wish to the end, in one go."""
    await erasure.erase(subject, now=True)
    clock.advance(MINUTE)
    await erasure.complete_erasures()


async def test_an_erased_value_is_marked_at_once_and_complete_when_neither_backup_nor_memory_has_the_key(
    keyring: Keyring, clock: ManualClock
) -> None:
    erasure = Erasure(keyring)
    subject = await keyring.subject_for(CANARY)
    sealed = await keyring.seal(CANARY, subject, EMAIL)
    await erasure.erase(subject, now=True)
    assert await keyring.open(sealed) == ERASED
    assert await states(keyring) == {subject: "erasing"}
    assert await erasure.complete_erasures() == []
    clock.advance(MINUTE - timedelta(microseconds=1))
    assert await erasure.complete_erasures() == []
    clock.advance(timedelta(microseconds=1))
    assert await erasure.complete_erasures() == [subject]
    assert await states(keyring) == {subject: "erased"}
    assert await keyring.open(sealed) == ERASED
    assert await erasure.complete_erasures() == []


async def test_rotations_are_collected_to_one_a_day(keyring: Keyring, clock: ManualClock) -> None:
    erasure = Erasure(keyring)
    one, two, stays = [await keyring.new_subject() for _ in range(3)]
    await erasure.erase(one)
    clock.advance(timedelta(hours=23, minutes=59))
    await erasure.erase(two)
    assert await erasure.complete_erasures() == []
    assert await keyring.pool.fetchval("select count(*) from keyring.kek") == 1
    clock.advance(timedelta(minutes=1))
    assert await erasure.complete_erasures() == []
    assert await keyring.pool.fetchval("select count(*) from keyring.kek") == 2
    clock.advance(MINUTE)
    assert set(await erasure.complete_erasures()) == {one, two}
    clock.advance(timedelta(days=30))
    assert await erasure.complete_erasures() == []
    assert await keyring.pool.fetchval("select count(*) from keyring.kek") == 2, "with nothing to erase there is nothing to rotate"
    assert (await states(keyring))[stays] == "live"


async def test_an_erased_subject_never_gets_a_key_again_and_its_address_becomes_somebody_new(keyring: Keyring, clock: ManualClock) -> None:
    erasure = Erasure(keyring)
    subject = await keyring.subject_for(CANARY)
    old = await keyring.seal(CANARY, subject, EMAIL)
    await erasure.erase(subject, now=True)
    for _ in range(2):
        with pytest.raises(SubjectErased):
            await keyring.seal(CANARY, subject, EMAIL)
        clock.advance(MINUTE)
        await erasure.complete_erasures()
    again = await keyring.subject_for(CANARY)
    assert again != subject
    assert await keyring.open(await keyring.seal(CANARY, again, EMAIL)) == CANARY
    assert await keyring.open(old) == ERASED


async def test_everyone_else_still_opens_and_is_still_found_after_a_rotation(
    keyring: Keyring, keyrings: Keyrings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.privacy.erasure.CHUNK", 4)
    addresses = [f"person{n}@example.org" for n in range(11)]
    subjects = [await keyring.subject_for(address) for address in addresses]
    nameless = await keyring.new_subject()
    sealed = [await keyring.seal(str(subject), subject, EMAIL) for subject in [*subjects, nameless]]
    fingerprint = keyring.fingerprint(b"body")
    before = await keyring.pool.fetch("select lookup from keyring.subject_key where lookup is not null order by lookup")
    await Erasure(keyring).rotate_kek()
    for client in (keyring, await keyrings()):
        assert [await client.subject_for(address) for address in addresses] == subjects
        assert await client.open_many(sealed) == [*map(str, subjects), str(nameless)]
        assert client.fingerprint(b"body") == fingerprint
    after = await keyring.pool.fetch("select lookup from keyring.subject_key where lookup is not null order by lookup")
    assert not {row["lookup"] for row in before} & {row["lookup"] for row in after}, "an old lookup would let addresses be tried out"


async def test_without_the_rotation_the_holder_of_a_backup_succeeds_and_with_it_not(keyring: Keyring, key_file: Path) -> None:
    subject, other = await keyring.new_subject(), await keyring.new_subject()
    sealed, others = await keyring.seal(CANARY, subject, EMAIL), await keyring.seal("other", other, EMAIL)
    backup = await dump(keyring)
    erasure = Erasure(keyring)
    await erasure.erase(subject)
    assert await steal(backup, key_file, sealed) == CANARY, "the negative control: deleting alone does not erase"
    await erasure.rotate_kek()
    with pytest.raises(UnknownKek):
        await steal(backup, key_file, sealed)
    with pytest.raises(LookupError):
        await steal(await dump(keyring), key_file, sealed)
    assert await steal(await dump(keyring), key_file, others) == "other"


@pytest.mark.parametrize("step", STEPS)
async def test_a_crash_at_any_step_ends_in_erased_after_a_restart(
    keyring: Keyring, keyrings: Keyrings, clock: ManualClock, key_file: Path, tmp_path: Path, step: str
) -> None:
    copy = tmp_path / "keyring.copy"
    subject, other = await keyring.subject_for(CANARY), await keyring.subject_for("other@example.org")
    sealed, others = await keyring.seal(CANARY, subject, EMAIL), await keyring.seal("other", other, EMAIL)
    backup = await dump(keyring)
    set_failpoints(f"{step}:raise")
    with pytest.raises(FailpointHit):
        await whole_erasure(Erasure(keyring, copy), subject, clock)
    set_failpoints("")
    assert await (await keyrings()).open(others) == "other"

    restarted = await keyrings()
    erasure = Erasure(restarted, copy)
    await erasure.erase(subject)  # Whoever asked has no answer yet and asks again.
    completed = []
    for wait in (timedelta(days=1), MINUTE, MINUTE):
        completed += await erasure.complete_erasures()
        clock.advance(wait)
    assert await states(restarted) == {subject: "erased", other: "live"}
    assert completed == [subject] or step == "erasure.after_complete"
    assert await restarted.open_many([sealed, others]) == [ERASED, "other"]
    assert await restarted.subject_for("other@example.org") == other
    assert len(await restarted.store.keks()) == 1
    with pytest.raises(UnknownKek):
        await steal(backup, key_file, sealed)


PROGRAM = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from shared.privacy.erasure import Erasure
from shared.privacy.keyring import Keyring
from shared.privacy.keystore import FileKeyStore

async def main(dsn, key_file, copy, subject):
    keyring = Keyring(dsn, FileKeyStore(Path(key_file)), "/bremen/conferences")
    await keyring.start()
    await Erasure(keyring, Path(copy)).erase(UUID(subject), now=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("step", [step for step in STEPS if not step.endswith("_complete")])
async def test_a_process_killed_at_any_step_leaves_nothing_that_a_new_one_cannot_finish(
    keyring: Keyring, keyring_database: Database, keyrings: Keyrings, clock: ManualClock, key_file: Path, tmp_path: Path, step: str
) -> None:
    copy = tmp_path / "keyring.copy"
    subject, other = await keyring.new_subject(), await keyring.new_subject()
    others = await keyring.seal("other", other, EMAIL)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, keyring_database.dsn, str(key_file), str(copy), str(subject),
        env={**os.environ, "FAILPOINT": f"{step}:kill"}, stderr=subprocess.PIPE,
    )  # fmt: skip
    _, complaint = await process.communicate()
    assert process.returncode == -9, complaint.decode()

    restarted = await keyrings()
    erasure = Erasure(restarted, copy)
    await erasure.erase(subject, now=True)
    clock.advance(timedelta(days=3650))  # The killed process had the real clock, this test has its own.
    await erasure.complete_erasures()
    clock.advance(MINUTE)
    await erasure.complete_erasures()
    assert await states(restarted) == {subject: "erased", other: "live"}
    assert await restarted.open(others) == "other"
    assert len(await restarted.store.keks()) == 1


async def test_erasures_and_rotations_at_the_same_moment_all_end_well(keyrings: Keyrings, clock: ManualClock, tmp_path: Path) -> None:
    clients = [await keyrings() for _ in range(4)]
    subjects = [await clients[0].new_subject() for _ in range(12)]
    stays = await clients[0].subject_for("stays@example.org")
    sealed = await clients[0].seal("stays", stays, EMAIL)
    erasures = [Erasure(client, tmp_path / "keyring.copy") for client in clients]
    await asyncio.gather(
        *(erasure.erase(subject, now=True) for erasure in erasures for subject in subjects),
        *(erasure.rotate_kek() for erasure in erasures),
    )
    clock.advance(MINUTE)
    await erasures[0].complete_erasures()
    assert await states(clients[0]) == {**dict.fromkeys(subjects, "erased"), stays: "live"}
    for client in clients:
        assert await client.open(sealed) == "stays"
        assert await client.subject_for("stays@example.org") == stays


async def test_sealing_and_opening_go_on_during_erasure_and_nothing_of_the_erased_is_left(keyrings: Keyrings, clock: ManualClock) -> None:
    writer, eraser = await keyrings(), await keyrings()
    subject, other = await writer.new_subject(), await writer.new_subject()
    late: list[Sealed[str]] = []
    others: list[Sealed[str]] = []
    refused = asyncio.Event()

    async def write() -> None:
        while not refused.is_set():
            others.append(await writer.seal("other", other, EMAIL))
            assert await writer.open(others[-1]) == "other"
            try:
                late.append(await writer.seal(CANARY, subject, EMAIL))
            except SubjectErased:
                refused.set()
            await asyncio.sleep(0)

    async def erase() -> None:
        await until(lambda: len(late) >= 20)
        await Erasure(eraser).erase(subject, now=True)
        clock.advance(MINUTE)
        writer._cache.clear()  # What a minute does to the writer's memory.

    await asyncio.gather(write(), erase())
    await Erasure(eraser).complete_erasures()
    fresh = await keyrings()
    assert len(late) >= 20
    assert await fresh.open_many(late) == [ERASED] * len(late)
    assert await fresh.open_many(others) == ["other"] * len(others)
    assert await states(fresh) == {subject: "erased", other: "live"}


async def test_subjects_found_and_made_during_rotations_stay_one_per_address(keyrings: Keyrings) -> None:
    clients = [await keyrings() for _ in range(3)]
    erasure = Erasure(clients[0])

    async def rotate() -> None:
        for _ in range(6):
            await erasure.rotate_kek()

    async def find(client: Keyring) -> list[UUID]:
        found = []
        for n in range(60):
            found.append(await client.subject_for(f"person{n % 20}@example.org"))
            assert await client.open(await client.seal(str(n), found[-1], EMAIL)) == str(n)
        return found

    rotating = asyncio.create_task(rotate())
    one, two, three = await asyncio.gather(*(find(client) for client in clients))
    await rotating
    assert one == two == three
    assert one[:20] == one[20:40] == one[40:]


class SlowStore(FileKeyStore):
    """A key store that answers when it is let."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()
        self.answer.set()

    async def unwrap(self, wrapped: Sequence[Wrapped]) -> list[bytes]:
        self.asked.set()
        await self.answer.wait()
        return await super().unwrap(wrapped)


async def test_a_key_that_was_being_read_when_its_erasure_came_is_not_used(
    keyrings: Keyrings, keyring_database: Database, key_file: Path
) -> None:
    other = await keyrings()
    subject = await other.new_subject()
    sealed = await other.seal(CANARY, subject, EMAIL)
    store = SlowStore(key_file)
    keyring = Keyring(keyring_database.dsn, store, SOURCE)
    await keyring.start()
    try:
        store.asked.clear()
        store.answer.clear()
        opening: asyncio.Task[str | Erased] = asyncio.create_task(opened(keyring, sealed))
        await store.asked.wait()
        await keyring.erase(subject)
        store.answer.set()
        assert await opening == ERASED
    finally:
        await keyring.close()


async def test_a_key_that_was_being_read_when_the_kek_changed_is_read_again(
    keyrings: Keyrings, keyring_database: Database, key_file: Path
) -> None:
    other = await keyrings()
    sealed = await other.seal(CANARY, await other.new_subject(), EMAIL)
    store = SlowStore(key_file)
    keyring = Keyring(keyring_database.dsn, store, SOURCE)
    await keyring.start()
    try:
        store.asked.clear()
        store.answer.clear()
        opening: asyncio.Task[str | Erased] = asyncio.create_task(opened(keyring, sealed))
        await store.asked.wait()
        await Erasure(other).rotate_kek()
        store.answer.set()
        assert await opening == CANARY
    finally:
        await keyring.close()


async def test_the_one_copy_is_replaced_before_the_old_key_is_destroyed(keyring: Keyring, tmp_path: Path, key_file: Path) -> None:
    copy = tmp_path / "keyring.copy"
    await keyring.new_subject()
    set_failpoints("rotation.after_copy:raise")
    with pytest.raises(FailpointHit):
        await Erasure(keyring, copy).rotate_kek()
    set_failpoints("")
    assert len(await keyring.store.keks()) == 2
    current = await keyring.pool.fetchval("select kek from keyring.head")
    assert [row["kek"] for row in json.loads(copy.read_text())["subject_key"]] == [str(current)]
    assert copy.stat().st_mode & 0o777 == 0o600
    await Erasure(keyring, copy).complete_erasures()
    assert await keyring.store.keks() == {current}


async def test_the_copy_brings_a_lost_keyring_back_and_erased_keys_do_not_return(
    keyring: Keyring, databases: Databases, key_file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "keyring.copy"
    subject, other = await keyring.new_subject(), await keyring.subject_for("other@example.org")
    sealed, others = await keyring.seal(CANARY, subject, EMAIL), await keyring.seal("other", other, EMAIL)
    await backup_to(keyring, copy)
    assert str(subject) in copy.read_text()
    await Erasure(keyring, copy).erase(subject, now=True)
    replacement = await databases("keyring")
    connection = await asyncpg.connect(replacement.dsn)
    await restore_from(connection, copy)
    restored = Keyring(replacement.dsn, FileKeyStore(key_file), SOURCE)
    await restored.start()
    try:
        assert await restored.open_many([sealed, others]) == [ERASED, "other"]
        assert await restored.subject_for("other@example.org") == other
        assert restored.fingerprint(b"body") == keyring.fingerprint(b"body")
        with pytest.raises(SubjectErased):
            await restored.seal(CANARY, subject, EMAIL)
        await Erasure(restored, copy).rotate_kek()
        assert await restored.open(others) == "other"
        with pytest.raises(CopyRefused, match="in use"):
            await restore_from(connection, copy)
    finally:
        await connection.close()
        await restored.close()


async def test_erasing_twice_is_harmless_and_an_unknown_subject_is_an_error(keyring: Keyring, clock: ManualClock) -> None:
    erasure = Erasure(keyring)
    subject = await keyring.new_subject()
    await asyncio.gather(*(erasure.erase(subject, now=True) for _ in range(3)))
    keks = await keyring.pool.fetchval("select count(*) from keyring.kek")
    await erasure.erase(subject, now=True)
    assert await keyring.pool.fetchval("select count(*) from keyring.kek") == keks == 2
    with pytest.raises(UnknownKey):
        await erasure.erase(UUID(int=7))


class PausedStore(FileKeyStore):
    """A key store whose next destruction waits until it is let, as in a process that was stopped just there."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.asked, self.answer = asyncio.Event(), asyncio.Event()

    async def destroy(self, keks: frozenset[UUID]) -> None:
        self.asked.set()
        await self.answer.wait()
        await super().destroy(keks)


async def test_a_process_that_wakes_up_after_its_lock_was_taken_away_destroys_nothing_that_is_needed(
    keyrings: Keyrings, keyring_database: Database, key_file: Path
) -> None:
    other = await keyrings()
    sealed = await other.seal("other", await other.new_subject(), EMAIL)
    store = PausedStore(key_file)
    zombie = Keyring(keyring_database.dsn, store, SOURCE)
    await zombie.start()
    try:
        rotation = asyncio.create_task(Erasure(zombie).rotate_kek())
        await store.asked.wait()
        admin = await asyncpg.connect(keyring_database.admin_dsn)
        killed = await admin.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"
        )
        await admin.close()
        assert len(killed) == 1
        await Erasure(other).rotate_kek()
        current = await other.pool.fetchval("select kek from keyring.head")
        store.answer.set()
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
            await rotation
        assert await other.store.keks() == {current}
        fresh = await keyrings()
        assert await fresh.open(sealed) == "other"
    finally:
        await zombie.close()
