"""What the facade promises beyond the library's test cases: atomic calls, lost answers, the log's own numbers, and start-up refusals."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from eventsourcing.persistence import (
    DataError,
    InfrastructureFactory,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    StoredEvent,
    Tracking,
)
from eventsourcing.utils import Environment

from shared.eventstore.facade.datastore import LogDatastore
from shared.eventstore.facade.events import LogApplicationRecorder
from shared.eventstore.facade.tracking import LogProcessRecorder
from tests.eventstore.recorders import execute, fresh_database

Open = Callable[[], LogProcessRecorder]


@pytest.fixture
def dsn(postgres: str) -> Iterator[str]:
    """An empty database."""
    with fresh_database(postgres) as dsn:
        yield dsn


@pytest.fixture
def opened(dsn: str) -> Iterator[Open]:
    """Opens the same log, each time as a process of its own would: nothing is remembered."""
    datastores: list[LogDatastore] = []

    def open_again() -> LogProcessRecorder:
        datastores.append(LogDatastore(dsn, "app"))
        recorder = LogProcessRecorder(datastores[-1])
        recorder.create_table()
        return recorder

    yield open_again
    for datastore in datastores:
        datastore.close()


def events(originator: UUID | str, *versions: int) -> list[StoredEvent]:
    """Events of one originator."""
    return [StoredEvent(originator, version, "Noted", b"{}") for version in versions]


def numbers(recorder: LogProcessRecorder) -> list[tuple[UUID | str, int]]:
    """All of the log: originators and versions in the order of positions, which must be without a gap."""
    found = recorder.select_notifications(None, 100_000)
    assert [one.id for one in found] == list(range(1, len(found) + 1))
    return [(one.originator_id, one.originator_version) for one in found]


def test_several_streams_are_appended_together_or_not_at_all(opened: Open) -> None:
    recorder = opened()
    a, b, c = uuid4(), uuid4(), uuid4()
    assert recorder.insert_events([*events(a, 1, 2), *events(b, 1)]) == [1, 2, 3]
    with pytest.raises(IntegrityError):
        recorder.insert_events([*events(c, 1), *events(b, 1)])
    with pytest.raises(IntegrityError):
        recorder.insert_events([*events(c, 1), *events(a, 3), *events(b, 3)])
    assert numbers(recorder) == [(a, 1), (a, 2), (b, 1)]


def test_each_event_of_a_mixed_call_is_answered_its_own_position(opened: Open) -> None:
    recorder = opened()
    a, b = uuid4(), uuid4()
    mixed = [*events(a, 0), *events(b, 1), *events(a, 1), *events(b, 2), *events(a, 2)]
    positions = recorder.insert_events(mixed)
    assert positions is not None
    by_position = {one.id: (one.originator_id, one.originator_version) for one in recorder.select_notifications(None, 10)}
    assert [by_position[position] for position in positions] == [(one.originator_id, one.originator_version) for one in mixed]


def test_events_and_tracking_are_written_together_or_not_at_all(opened: Open) -> None:
    recorder = opened()
    a, b = uuid4(), uuid4()
    recorder.insert_events(events(a, 1), tracking=Tracking("up", 7))
    with pytest.raises(IntegrityError):
        recorder.insert_events([*events(a, 2), *events(b, 1)], tracking=Tracking("up", 7))
    with pytest.raises(IntegrityError):
        recorder.insert_events(events(a, 1), tracking=Tracking("up", 8))
    assert numbers(recorder) == [(a, 1)]
    assert recorder.max_tracking_id("up") == 7


@pytest.mark.parametrize("start", [0, 1, 5])
def test_a_stream_counts_from_where_its_first_event_says_also_for_another_process(opened: Open, start: int) -> None:
    a = uuid4()
    opened().insert_events(events(a, start, start + 1))
    opened().insert_events(events(a, start + 2))
    third = opened()
    for taken_or_gap in (start + 1, start + 2, start + 4):
        with pytest.raises(IntegrityError):
            opened().insert_events(events(a, taken_or_gap))
    assert [one.originator_version for one in third.select_events(a)] == [start, start + 1, start + 2]
    assert [one.originator_version for one in third.select_events(a, gt=start, lte=start + 1)] == [start + 1]
    assert [one.originator_version for one in third.select_events(a, desc=True, limit=1)] == [start + 2]
    assert numbers(third) == [(a, start), (a, start + 1), (a, start + 2)]


def test_a_version_before_the_first_and_one_beyond_the_column_are_refused(opened: Open) -> None:
    recorder = opened()
    a = uuid4()
    recorder.insert_events(events(a, 1))
    with pytest.raises(IntegrityError):
        recorder.insert_events(events(a, 0))
    with pytest.raises(DataError):
        recorder.insert_events(events(uuid4(), 40_000))
    with pytest.raises(DataError):
        recorder.insert_events([StoredEvent("a\0b", 1, "Noted", b"{}")])
    with pytest.raises(DataError):
        recorder.insert_events([StoredEvent(a, 2, "No\0ted", b"{}")])
    assert numbers(recorder) == [(a, 1)]


def test_named_originators_keep_their_names_in_the_log(opened: Open) -> None:
    opened().insert_events([*events("matter-1", 1), *events("matter-2", 1)])
    recorder = opened()
    recorder.insert_events(events("matter-1", 2))
    assert numbers(recorder) == [("matter-1", 1), ("matter-2", 1), ("matter-1", 2)]
    assert recorder.select_events("matter-1") == events("matter-1", 1, 2)


def test_concurrent_inserts_share_calls_and_number_without_a_gap(opened: Open) -> None:
    recorder = opened()
    streams = [uuid4() for _ in range(16)]

    def write(stream: UUID) -> None:
        for version in range(1, 21):
            recorder.insert_events(events(stream, version))

    with ThreadPoolExecutor(len(streams)) as threads:
        list(threads.map(write, streams))
    assert Counter(stream for stream, _ in numbers(recorder)) == dict.fromkeys(streams, 20)
    writer = recorder.datastore._writer
    assert writer is not None
    assert writer.counts.commands == 320
    assert writer.counts.calls < 320


def test_of_many_who_want_the_same_version_one_gets_it(opened: Open) -> None:
    recorder = opened()
    stream = uuid4()
    outcomes: list[bool] = []

    def write(version: int) -> None:
        try:
            recorder.insert_events(events(stream, version))
            outcomes.append(True)
        except IntegrityError:
            outcomes.append(False)

    for version in (1, 2):
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(write, [version] * 8))
    assert Counter(outcomes) == {True: 2, False: 14}
    assert numbers(recorder) == [(stream, 1), (stream, 2)]


def test_connections_cut_under_load_lose_nothing_and_double_nothing(opened: Open, dsn: str) -> None:
    recorder = opened()
    acknowledged: Counter[UUID] = Counter()
    stop = threading.Event()

    def write(with_tracking: bool) -> None:
        stream = uuid4()
        while not stop.is_set():
            version = acknowledged[stream] + 1
            tracking = Tracking(str(stream), version) if with_tracking else None
            recorder.insert_events(events(stream, version), tracking=tracking)
            acknowledged[stream] = version

    others = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    with ThreadPoolExecutor(6) as threads:
        writing = [threads.submit(write, n % 2 == 0) for n in range(6)]
        cuts = 0
        while cuts < 8 or min(acknowledged.values(), default=0) < 5:
            if any(one.done() for one in writing):
                break  # Its own error is raised below.
            written = sum(acknowledged.values())
            threading.Event().wait(0.15)
            while sum(acknowledged.values()) == written and not any(one.done() for one in writing):
                threading.Event().wait(0.05)  # A busy machine connects slowly: somebody has to have come through.
            execute(dsn, others)
            cuts += 1
        stop.set()
        for future in writing:
            future.result()
    assert Counter(stream for stream, _ in numbers(recorder)) == acknowledged
    writer = recorder.datastore._writer
    assert writer is not None
    assert writer.counts.reconnects > 0


@pytest.mark.parametrize("tracked", [True, False])
def test_an_answer_lost_after_the_commit_is_found_again(opened: Open, monkeypatch: pytest.MonkeyPatch, tracked: bool) -> None:
    recorder = opened()
    a, b = uuid4(), uuid4()
    lost: list[Any] = []
    fetchval = asyncpg.Pool.fetchval

    async def fetchval_and_lose(self: asyncpg.Pool[asyncpg.Record], query: str, *args: Any) -> Any:
        answer = await fetchval(self, query, *args)
        if len(lost) < 2:
            lost.append(answer)
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        return answer

    monkeypatch.setattr(asyncpg.Pool, "fetchval", fetchval_and_lose)
    tracking = Tracking("up", 3) if tracked else None
    assert recorder.insert_events([*events(a, 1, 2), *events(b, 1)], tracking=tracking) == [1, 2, 3]
    assert lost == [[2, 3], [2, 3]]
    assert numbers(recorder) == [(a, 1), (a, 2), (b, 1)]
    assert recorder.max_tracking_id("up") == (3 if tracked else None)


def test_a_tracking_whose_answer_was_lost_is_known_and_its_statements_ran_once(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = opened()
    recorder.datastore.create_tables(["create table if not exists counted (n int)"])
    lost: list[bool] = []
    leave = asyncpg.transaction.Transaction.__aexit__

    async def commit_and_lose(self: asyncpg.transaction.Transaction, *error: Any) -> None:
        await leave(self, *error)
        if not lost and error == (None, None, None):
            lost.append(True)
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")

    monkeypatch.setattr(asyncpg.transaction.Transaction, "__aexit__", commit_and_lose)
    recorder.insert_tracking(Tracking("up", 3), [("insert into counted values ($1)", (1,))])
    assert lost
    assert [tuple(row) for row in recorder.fetch("select count(*), sum(n) from counted")] == [(1, 1)]
    with pytest.raises(IntegrityError):
        recorder.insert_tracking(Tracking("up", 3))


def test_a_view_whose_statement_fails_is_not_tracked(opened: Open) -> None:
    recorder = opened()
    with pytest.raises(ProgrammingError):
        recorder.insert_tracking(Tracking("up", 3), [("insert into no_such_table values (1)", ())])
    assert recorder.max_tracking_id("up") is None


def test_the_log_of_an_application_is_append_only(opened: Open) -> None:
    recorder = opened()
    recorder.insert_events(events(uuid4(), 1))
    with pytest.raises(ProgrammingError, match="append-only"):
        recorder.fetch("update app.log set data = '' returning pos")


def test_a_subscription_ends_when_its_datastore_is_closed(opened: Open) -> None:
    recorder = opened()
    recorder.insert_events(events(uuid4(), 1))
    with recorder.subscribe() as subscription:
        assert next(subscription).id == 1
        threading.Timer(0.1, recorder.datastore.close).start()
        with pytest.raises((InterfaceError, StopIteration)):
            next(subscription)
    with pytest.raises(InterfaceError, match="closed"):
        recorder.max_notification_id()


def construct(**env: str) -> InfrastructureFactory[Any]:
    """A factory in this environment."""
    return InfrastructureFactory.construct(Environment("Matters", {"PERSISTENCE_MODULE": "shared.eventstore.recorder", **env}))


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, "LOG_DSN is not set"),
        ({"POSTGRES_ENABLE_DB_FUNCTIONS": "yes"}, "without the lock"),
        ({"MATTERS_POSTGRES_ENABLE_DB_FUNCTIONS": "t"}, "readers miss events"),
        ({"LOG_SCHEMA": "Ä;drop"}, "small letters"),
        ({"LOG_SCHEMA": "x" * 60}, "at most 63"),
        ({"LOG_SCHEMA": "pg_x"}, "small letters"),
        ({"LOG_POOL_SIZE": "many"}, "LOG_POOL_SIZE"),
        ({"LOG_POOL_SIZE": "0"}, "LOG_POOL_SIZE"),
    ],
)
def test_an_unusable_environment_is_refused_by_name(env: dict[str, str], told: str) -> None:
    given = {"LOG_DSN": "postgresql://nowhere", **env} if env else {}
    with pytest.raises(OSError, match=told):
        construct(**given)


@pytest.mark.parametrize("schema", ["log", "read", "public", "keyring"])
def test_a_schema_of_the_services_is_refused(schema: str) -> None:
    env = {"PERSISTENCE_MODULE": "shared.eventstore.recorder", "LOG_DSN": "postgresql://nowhere", "LOG_SCHEMA": schema}
    with pytest.raises(OSError, match="belongs to others"):
        InfrastructureFactory.construct(Environment(env=env))


def test_a_recorder_of_another_kind_is_refused() -> None:
    factory = construct(LOG_DSN="postgresql://nowhere", APPLICATION_RECORDER_TOPIC="eventsourcing.popo:POPOApplicationRecorder")
    with pytest.raises(OSError, match="not a LogApplicationRecorder"):
        factory.application_recorder()


def test_a_log_that_is_not_an_applications_is_never_written_to(dsn: str) -> None:
    ddl = files("shared.eventstore").joinpath("log.sql").read_text(encoding="utf-8")
    execute(dsn, "create schema foreign_matters;" + ddl.replace("{schema}", "foreign_matters").replace("{runtime}", "current_user"))
    for create in ("yes", "no"):
        factory = construct(LOG_DSN=dsn, LOG_SCHEMA="foreign", CREATE_TABLE=create)
        with pytest.raises(ProgrammingError, match="foreign_matters"):
            factory.application_recorder()
        factory.close()


def test_without_leave_to_create_a_missing_schema_is_told(dsn: str) -> None:
    factory = construct(LOG_DSN=dsn, CREATE_TABLE="no")
    with pytest.raises(ProgrammingError, match="CREATE_TABLE"):
        factory.application_recorder()
    factory.close()


def test_many_processes_may_create_the_same_log_at_once(dsn: str) -> None:
    datastores = [LogDatastore(dsn, "app") for _ in range(6)]
    recorders: Sequence[LogApplicationRecorder] = [LogApplicationRecorder(datastore) for datastore in datastores]
    with ThreadPoolExecutor(len(recorders)) as threads:
        list(threads.map(LogApplicationRecorder.create_table, recorders))
        inserted = [positions for positions in threads.map(lambda one: one.insert_events(events(uuid4(), 1)), recorders) if positions]
    assert sorted(position for positions in inserted for position in positions) == [1, 2, 3, 4, 5, 6]
    for datastore in datastores:
        datastore.close()


def test_a_database_that_is_away_is_an_operational_error() -> None:
    datastore = LogDatastore("postgresql://postgres@/postgres?host=/nonexistent", "app")
    with pytest.raises(OperationalError):
        LogApplicationRecorder(datastore).max_notification_id()
    datastore.close()
