"""The servers that all other tests stand on are themselves what they promise to be."""

from __future__ import annotations

import socket

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.infrastructure import Databases, NetworkForbidden
from tests.support.kafka import KafkaServer
from tests.support.postgres import Database, PostgresServer


async def test_each_database_is_migrated_and_runs_under_the_runtime_role(database: Database) -> None:
    connection = await asyncpg.connect(database.dsn)
    try:
        assert await connection.fetchval("select current_user") == database.role
        assert await connection.fetchval("select count(*) from log.log") == 0
        await connection.execute("create table read.mine ()")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table log.mine ()")
    finally:
        await connection.close()


async def test_two_databases_of_a_test_are_two(databases: Databases) -> None:
    first, second = await databases(), await databases()
    assert first.dsn != second.dsn


async def test_a_keyring_is_a_database_of_its_own_kind(keyring_database: Database) -> None:
    assert await _value(keyring_database.admin_dsn, "select count(*) from pg_tables where schemaname = 'keyring'")
    assert not await _value(keyring_database.admin_dsn, "select count(*) from pg_namespace where nspname in ('log', 'read')")


async def test_the_servers_settings_are_safe(postgres: str) -> None:
    connection = await asyncpg.connect(postgres)
    try:
        settings = [
            await connection.fetchval(f"show {name}") for name in ("fsync", "full_page_writes", "synchronous_commit", "server_version_num")
        ]
    finally:
        await connection.close()
    assert settings[:3] == ["on", "on", "on"]
    assert int(settings[3]) >= 180_000


async def test_an_own_postgres_keeps_what_was_committed_over_a_kill(own_postgres: PostgresServer) -> None:
    database = await own_postgres.create_database()
    await _execute(database.dsn, "create table read.kept as select 7 as seven")
    for end in (own_postgres.kill, own_postgres.stop, lambda: own_postgres.stop("immediate")):
        end()
        with pytest.raises(OSError):
            await asyncpg.connect(database.dsn)
        own_postgres.start()
        assert await _value(database.dsn, "select seven from read.kept") == 7


async def test_the_broker_makes_no_topics_by_itself_and_keeps_records(kafka: str, topic_prefix: str) -> None:
    await _make_topic(kafka, topic_prefix + "kept")
    await _produce(kafka, topic_prefix + "kept", b"one")
    assert await _consume(kafka, topic_prefix + "kept") == b"one"


async def test_an_own_broker_keeps_what_it_acknowledged_over_a_kill(own_kafka: KafkaServer) -> None:
    await _make_topic(own_kafka.bootstrap, "kept")
    await _produce(own_kafka.bootstrap, "kept", b"one")
    for end in (own_kafka.kill, own_kafka.stop):
        end()
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(own_kafka.bootstrap.rpartition(":")[2]))) != 0
        own_kafka.start()
        assert await _consume(own_kafka.bootstrap, "kept") == b"one"
    assert list(own_kafka.log_dir.glob("kept-0/*.log"))


def test_a_test_that_did_not_ask_has_no_network() -> None:
    with socket.socket() as probe, pytest.raises(NetworkForbidden):
        probe.connect(("127.0.0.1", 9))


@pytest.mark.usefixtures("loopback")
def test_a_test_that_asks_has_loopback_only() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.socket() as client:
            client.connect(listener.getsockname())
    with socket.socket() as probe, pytest.raises(NetworkForbidden):
        probe.connect(("192.0.2.1", 9))


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql)
    await connection.close()


async def _value(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def _make_topic(bootstrap: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1)])
    finally:
        await admin.close()


async def _produce(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def _consume(bootstrap: str, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    try:
        value: bytes | None = (await consumer.getone()).value
        return value
    finally:
        await consumer.stop()
