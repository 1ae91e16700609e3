"""The key file: what it refuses, what it survives, and that a destroyed key is gone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.privacy.keystore import FileKeyStore, UnknownKek, UnsafeKeyStore, Wrapped, WrongKeyStore, partial_of

KEYRING = uuid4()


async def opened(path: Path, keyring: UUID = KEYRING) -> FileKeyStore:
    store = FileKeyStore(path)
    await store.open(keyring)
    return store


async def test_what_was_wrapped_is_unwrapped_by_any_process_that_has_the_file(key_file: Path) -> None:
    store = await opened(key_file)
    kek = await store.make()
    wrapped = await store.wrap(kek, [(b"one", b"secret 1"), (b"two", b"secret 2")])
    assert await (await opened(key_file)).unwrap(wrapped) == [b"secret 1", b"secret 2"]
    assert not any(b"secret" in item.data for item in wrapped)


async def test_a_wrapped_key_is_of_no_use_in_another_row(key_file: Path) -> None:
    store = await opened(key_file)
    [wrapped] = await store.wrap(await store.make(), [(b"one", b"secret")])
    with pytest.raises(WrongKeyStore):
        await store.unwrap([wrapped._replace(context=b"two")])


async def test_the_file_is_its_owners_alone(key_file: Path) -> None:
    await (await opened(key_file)).make()
    assert key_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
async def test_a_file_that_others_can_read_is_refused(key_file: Path, mode: int) -> None:
    await (await opened(key_file)).make()
    key_file.chmod(mode)
    with pytest.raises(UnsafeKeyStore, match="chmod 600"):
        await opened(key_file)


async def test_a_file_inside_a_postgresql_data_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data" / "base").mkdir(parents=True)
    (tmp_path / "data" / "PG_VERSION").write_text("18\n")
    with pytest.raises(UnsafeKeyStore, match="outside"):
        await opened(tmp_path / "data" / "base" / "keyring.json")
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(UnsafeKeyStore, match="outside"):
        await opened(tmp_path / "link" / "keyring.json")
    await opened(tmp_path / "keyring.json")


async def test_another_keyrings_file_is_refused(key_file: Path) -> None:
    await (await opened(key_file)).make()
    with pytest.raises(WrongKeyStore, match="wrong key store"):
        await opened(key_file, uuid4())


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"keyring": 1, "keks": {}}'])
async def test_a_damaged_file_is_refused_and_left_as_it_is(key_file: Path, content: str) -> None:
    key_file.parent.mkdir()
    key_file.touch(0o600)
    key_file.write_text(content)
    with pytest.raises(WrongKeyStore, match="damaged"):
        await opened(key_file)
    assert key_file.read_text() == content


async def test_a_destroyed_key_is_gone_from_the_directory_and_from_the_old_files_bytes(key_file: Path) -> None:
    store = await opened(key_file)
    old, new = await store.make(), await store.make()
    [wrapped] = await store.wrap(old, [(b"", b"secret")])
    encoded = key_file.read_bytes()
    with key_file.open("rb") as before:
        await store.destroy(frozenset({old}))
        before.seek(0)
        assert before.read() == bytes(len(encoded))
    assert await store.keks() == {new}
    assert str(old).encode() not in b"".join(path.read_bytes() for path in key_file.parent.iterdir())
    with pytest.raises(UnknownKek):
        await store.unwrap([wrapped])
    await store.destroy(frozenset({old}))
    assert await store.keks() == {new}


async def test_what_a_crash_left_half_written_neither_counts_nor_stays(key_file: Path) -> None:
    store = await opened(key_file)
    kek = await store.make()
    partial_of(key_file).write_bytes(key_file.read_bytes()[:20])
    assert await store.keks() == {kek}
    await store.make()
    assert not partial_of(key_file).exists()


async def test_writers_take_turns_and_readers_never_see_half_a_file(key_file: Path) -> None:
    stores = [await opened(key_file) for _ in range(4)]
    kept = await stores[0].make()

    async def work(store: FileKeyStore) -> None:
        for _ in range(10):
            kek = await store.make()
            await store.destroy(frozenset({kek}))

    async def read(store: FileKeyStore) -> None:
        [wrapped] = await store.wrap(kept, [(b"", b"secret")])
        for _ in range(200):
            assert await asyncio.to_thread(lambda: asyncio.run(store.unwrap([wrapped]))) == [b"secret"]

    await asyncio.gather(*(work(store) for store in stores[:3]), read(stores[3]))
    assert await stores[0].keks() == {kept}


async def test_a_reader_whose_file_was_written_over_under_its_hands_reads_the_new_one(
    key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await opened(key_file)
    kek = await store.make()
    contents = iter([bytes(200), key_file.read_bytes()[:50], key_file.read_bytes()])
    loads = json.loads
    monkeypatch.setattr("shared.privacy.keystore.json.loads", lambda _: loads(next(contents)))
    assert await store.keks() == {kek}


async def test_a_key_that_is_not_held_wraps_nothing(key_file: Path) -> None:
    store = await opened(key_file)
    await store.make()
    with pytest.raises(UnknownKek):
        await store.wrap(uuid4(), [(b"", b"secret")])
    with pytest.raises(UnknownKek):
        await store.unwrap([Wrapped(uuid4(), b"", bytes(60))])
