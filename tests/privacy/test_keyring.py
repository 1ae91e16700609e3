"""Keys: committed before they are used, known or unknown or erased, held in memory for a minute at most."""

from __future__ import annotations

import asyncio
import logging
import traceback
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.failpoints import FailpointHit, set_failpoints
from shared.privacy.keyring import Keyring, SubjectErased, UnknownKey
from shared.privacy.keystore import FileKeyStore, WrongKeyStore
from shared.privacy.sealed import ERASED, BrokenSeal, Sealed, open_with
from tests.privacy.conftest import SOURCE, Keyrings, until
from tests.support.postgres import Database

CANARY = "canary-51c9@example.org"
EMAIL = "registrant.email"


class Monotonic:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


async def test_what_one_process_seals_another_opens_as_the_promised_type(keyrings: Keyrings) -> None:
    one, other = await keyrings(), await keyrings()
    subject = await one.new_subject()
    born = await one.seal(date(1990, 2, 28), subject, "registrant.born")
    arrived = Sealed[date].model_validate_json(born.model_dump_json())
    assert await other.open(arrived) == date(1990, 2, 28)
    assert (arrived.source, arrived.subject, arrived.purpose) == (SOURCE, subject, "registrant.born")
    elsewhere = await one.seal(date(1990, 2, 28), subject, "registrant.born", source="/bremen/notifications")
    assert (elsewhere.source, await other.open(elsewhere)) == ("/bremen/notifications", date(1990, 2, 28))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
@given(value=st.text() | st.integers() | st.lists(st.text()))
async def test_any_value_makes_the_journey(keyring: Keyring, value: Any) -> None:
    sealed: Sealed[Any] = await keyring.seal(value, await keyring.subject_for("journey@example.org"), EMAIL)
    assert await keyring.open(sealed) == value


async def test_an_address_has_one_subject_whoever_asks_and_however_many_at_once(keyrings: Keyrings) -> None:
    clients = [await keyrings() for _ in range(4)]
    found = await asyncio.gather(
        *(client.subject_for(spelling) for client in clients for spelling in ("Zoe@example.org", "zoe@Example.org "))
    )
    assert len(set(found)) == 1
    assert await clients[0].subject_for("other@example.org") not in found
    assert await clients[0].new_subject() != await clients[0].new_subject()


async def test_subjects_and_keys_say_nothing_about_addresses(keyring: Keyring, keyring_database: Database) -> None:
    await keyring.subject_for(CANARY)
    assert b"canary" not in await everything(keyring_database)


async def test_a_key_is_committed_before_anything_is_sealed_with_it(keyring: Keyring, keyrings: Keyrings) -> None:
    set_failpoints("keyring.before_key_commit:raise")
    with pytest.raises(FailpointHit):
        await keyring.new_subject()
    set_failpoints("")
    assert await keyring.pool.fetchval("select count(*) from keyring.subject_key") == 0
    subject = await keyring.new_subject()
    assert await keyring.pool.fetchval("select count(*) from keyring.subject_key") == 1
    assert await (await keyrings()).open(await keyring.seal(CANARY, subject, EMAIL)) == CANARY


async def test_unknown_is_an_error_and_erased_is_a_value(keyring: Keyring) -> None:
    subject = await keyring.new_subject()
    sealed = await keyring.seal(CANARY, subject, EMAIL)
    with pytest.raises(UnknownKey):
        await keyring.open(sealed.model_copy(update={"key": uuid4()}))
    with pytest.raises(UnknownKey):
        await keyring.seal(CANARY, uuid4(), EMAIL)
    with pytest.raises(UnknownKey):
        await keyring.erase(uuid4())
    assert await keyring.open(sealed) == CANARY
    await keyring.erase(subject)
    assert await keyring.open(sealed) == ERASED


async def test_another_keyrings_value_is_unknown_here(keyring: Keyring, databases: Any, tmp_path: Path) -> None:
    elsewhere = Keyring((await databases("keyring")).dsn, FileKeyStore(tmp_path / "elsewhere.json"), SOURCE)
    await elsewhere.start()
    try:
        sealed = await elsewhere.seal(CANARY, await elsewhere.new_subject(), EMAIL)
    finally:
        await elsewhere.close()
    with pytest.raises(UnknownKey):
        await keyring.open(sealed)


async def test_a_tampered_value_is_a_broken_seal_whosever_key_it_names(keyring: Keyring) -> None:
    one, two, gone = [await keyring.new_subject() for _ in range(3)]
    sealed, others, erased = [await keyring.seal(CANARY, subject, EMAIL) for subject in (one, two, gone)]
    await keyring.erase(gone)
    for change in (
        {"subject": two},
        {"key": others.key},
        {"purpose": "registrant.name"},
        {"source": "/x"},
        {"nonce": others.nonce},
        {"key": erased.key},
    ):
        with pytest.raises(BrokenSeal) as broken:
            await keyring.open(sealed.model_copy(update=change))
        assert CANARY not in shown(broken.value)
    assert await keyring.open(sealed) == CANARY


async def test_many_open_in_order_erased_ones_among_them(keyring: Keyring, keyrings: Keyrings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.privacy.keyring.CHUNK", 7)
    subjects = [await keyring.new_subject() for _ in range(20)]
    sealed = [await keyring.seal(n, subject, "registrant.number") for n, subject in enumerate(subjects)]
    for subject in subjects[::3]:
        await keyring.erase(subject)
    expected = [ERASED if n % 3 == 0 else n for n in range(20)]
    assert await keyring.open_many(sealed) == expected
    assert await (await keyrings()).open_many(sealed + sealed[::-1]) == expected + expected[::-1]
    assert await keyring.open_many([]) == []


async def test_a_fingerprint_is_the_same_in_every_process_and_in_no_other_keyring(
    keyrings: Keyrings, databases: Any, tmp_path: Path
) -> None:
    one, other = await keyrings(), await keyrings()
    elsewhere = Keyring((await databases("keyring")).dsn, FileKeyStore(tmp_path / "elsewhere.json"), SOURCE)
    await elsewhere.start()
    try:
        assert one.fingerprint(b"body") == other.fingerprint(b"body") != one.fingerprint(b"other body")
        assert elsewhere.fingerprint(b"body") != one.fingerprint(b"body")
    finally:
        await elsewhere.close()
    with pytest.raises(RuntimeError, match="started"):
        elsewhere.fingerprint(b"body")


async def test_a_key_is_read_again_when_its_minute_is_over(keyrings: Keyrings, keyring_database: Database) -> None:
    monotonic = Monotonic()
    reader, eraser = await keyrings(monotonic=monotonic), await keyrings()
    subject = await eraser.new_subject()
    sealed = await eraser.seal(CANARY, subject, EMAIL)
    assert await reader.open(sealed) == CANARY
    await eraser.erase(subject)
    assert await eraser.open(sealed) == ERASED
    monotonic.seconds += 59.9
    assert await reader.open(sealed) == CANARY, "another process may hold the key for up to a minute: erasure waits for that"
    monotonic.seconds += 0.1
    assert await reader.open(sealed) == ERASED
    with pytest.raises(SubjectErased):
        await reader.seal(CANARY, subject, EMAIL)


async def test_keys_whose_minute_ends_while_many_values_are_opened_open_all_of_them(
    keyrings: Keyrings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monotonic = Monotonic()
    reader = await keyrings(monotonic=monotonic)
    subjects = [await reader.new_subject() for _ in range(3)]
    sealed = [await reader.seal(CANARY, subject, EMAIL) for subject in (*subjects, *subjects)]

    def slow(*given: Any) -> Any:
        monotonic.seconds += 25
        return open_with(*given)

    monkeypatch.setattr("shared.privacy.keyring.open_with", slow)
    assert await reader.open_many(sealed) == [CANARY] * 6


async def test_keys_leave_memory_even_if_nobody_asks_again_and_are_written_over(keyrings: Keyrings) -> None:
    keyring = await keyrings(cache_seconds=0.5)
    await keyring.seal(CANARY, await keyring.new_subject(), EMAIL)
    [held] = keyring._cache._keys.values()  # The test is about what is left in memory.
    await until(lambda: len(keyring._cache) == 0)
    assert held.secret == bytes(32)


async def test_nobody_may_keep_keys_for_longer_than_erasure_waits(keyring_database: Database, key_file: Path) -> None:
    with pytest.raises(ValueError, match="60 s"):
        Keyring(keyring_database.dsn, FileKeyStore(key_file), SOURCE, cache_seconds=61)


async def test_a_keyring_without_its_key_file_refuses_to_start(keyring: Keyring, keyrings: Keyrings, key_file: Path) -> None:
    sealed = await keyring.seal(CANARY, await keyring.new_subject(), EMAIL)
    away = key_file.rename(key_file.with_suffix(".away"))
    with pytest.raises(WrongKeyStore, match="wrong key store"):
        await keyrings()
    assert not key_file.exists(), "a new key file would hide that the old one is missed"
    away.rename(key_file)
    assert await (await keyrings()).open(sealed) == CANARY


async def test_a_key_file_of_another_keyring_refuses_the_start(
    keyring: Keyring, keyrings: Keyrings, keyring_database: Database, key_file: Path
) -> None:
    await as_admin(keyring_database, "update keyring.head set keyring = gen_random_uuid()")
    before = key_file.read_bytes()
    with pytest.raises(WrongKeyStore, match="belongs to keyring"):
        await keyrings()
    assert key_file.read_bytes() == before


async def test_a_first_start_that_crashed_is_repeated_without_repair(keyrings: Keyrings) -> None:
    set_failpoints("keyring.after_first_kek:raise")
    with pytest.raises(FailpointHit):
        await keyrings()
    set_failpoints("")
    keyring = await keyrings()
    assert await keyring.open(await keyring.seal(CANARY, await keyring.new_subject(), EMAIL)) == CANARY


async def test_first_starts_at_the_same_moment_agree(keyrings: Keyrings) -> None:
    clients = await asyncio.gather(*(keyrings() for _ in range(5)))
    assert len({client.fingerprint(b"body") for client in clients}) == 1


async def test_a_database_set_to_forget_does_not_make_the_keyring_forget(keyring_database: Database, keyrings: Keyrings) -> None:
    await as_admin(keyring_database, f'alter database "{keyring_database.name}" set synchronous_commit = off')
    keyring = await keyrings()
    assert await keyring.pool.fetchval("show synchronous_commit") == "on"


@pytest.mark.parametrize(
    "statement",
    [
        "delete from keyring.subject_key",
        "truncate keyring.subject_key",
        "update keyring.subject_key set state = 'live', wrapped = '\\x00', erasing_at = null",
        "update keyring.subject_key set subject = gen_random_uuid()",
        """insert into keyring.subject_key (key, subject, kek, wrapped, made_at)
           select gen_random_uuid(), subject, kek, '\\x00', now() from keyring.subject_key""",
    ],
)
async def test_not_even_the_owner_brings_an_erased_key_back(keyring: Keyring, keyring_database: Database, statement: str) -> None:
    await keyring.erase(await keyring.new_subject())
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UniqueViolationError)):
        await as_admin(keyring_database, statement)
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.UniqueViolationError)):
        await keyring.pool.execute(statement)


async def test_nothing_secret_is_logged_shown_or_stored(
    keyring: Keyring, keyring_database: Database, key_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    subject = await keyring.subject_for(CANARY)
    sealed = await keyring.seal({"address": CANARY}, subject, EMAIL)
    await keyring.open(sealed)
    shows = caplog.text + repr(keyring) + repr(sealed) + repr(vars(keyring)) + sealed.model_dump_json()
    assert CANARY not in shows
    assert CANARY.encode() not in await everything(keyring_database) + key_file.read_bytes()
    [held] = keyring._cache._keys.values()  # The test is about what is left in memory.
    secret = bytes(held.secret)
    for form in (secret, secret.hex().encode()):
        assert form not in await everything(keyring_database) + shows.encode()


async def everything(database: Database) -> bytes:
    """All rows of the keyring's tables, bytes as they are and in hexadecimal."""
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        found = b""
        for table in ("kek", "head", "hmac_key", "subject_key"):
            for row in await connection.fetch(f"select * from keyring.{table}"):
                found += b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
                found += b"".join(value.hex().encode() for value in row.values() if isinstance(value, bytes))
        return found
    finally:
        await connection.close()


async def as_admin(database: Database, statement: str) -> None:
    """Run a statement as the role that migrates."""
    connection = await asyncpg.connect(database.admin_dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def shown(error: BaseException) -> str:
    """Everything that a log would say of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__) + repr(error.__context__)
