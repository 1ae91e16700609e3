"""The recorder test cases that ship with `eventsourcing`, unmodified, on the facade; and a wrong recorder that they must catch."""

from __future__ import annotations

import asyncio
import unittest
from collections.abc import Sequence
from typing import Any
from uuid import UUID

# The module, not its classes: pytest would collect the abstract test cases here.
import eventsourcing.tests.persistence as conformance
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import Environment

from shared.eventstore.facade.datastore import LogDatastore
from shared.eventstore.facade.events import LogAggregateRecorder, LogApplicationRecorder
from shared.eventstore.facade.tracking import LogProcessRecorder, LogTrackingRecorder
from shared.eventstore.recorder import LogFactory
from tests.eventstore.recorders import Datastores


class TestAggregateRecorder(Datastores, conformance.AggregateRecorderTestCase):
    def create_recorder(self) -> LogAggregateRecorder:
        recorder = LogAggregateRecorder(self.datastore())
        recorder.create_table()
        return recorder


class TestApplicationRecorder(Datastores, conformance.ApplicationRecorderTestCase[LogApplicationRecorder]):
    def create_recorder(self) -> LogApplicationRecorder:
        recorder = LogApplicationRecorder(self.datastore())
        recorder.create_table()
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestApplicationRecorderWithNamedOriginators(TestApplicationRecorder):
    """The same where originators have names instead of UUIDs."""

    def new_originator_id(self) -> str:
        return f"matter-{super().new_originator_id()}"


class TestTrackingRecorder(Datastores, conformance.TrackingRecorderTestCase):
    def create_recorder(self) -> LogTrackingRecorder:
        recorder = LogTrackingRecorder(self.datastore())
        recorder.create_table()
        return recorder


class TestProcessRecorder(Datastores, conformance.ProcessRecorderTestCase):
    def create_recorder(self) -> LogProcessRecorder:
        recorder = LogProcessRecorder(self.datastore())
        recorder.create_table()
        return recorder


class TestProcessRecorderAsApplicationRecorder(TestApplicationRecorder):
    def create_recorder(self) -> LogProcessRecorder:
        recorder = LogProcessRecorder(self.datastore())
        recorder.create_table()
        return recorder


class TestNonInterleavingNotificationIDs(Datastores, conformance.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> LogApplicationRecorder:
        recorder = LogApplicationRecorder(self.datastore())
        recorder.create_table()
        return recorder


class View(LogTrackingRecorder):
    """A materialised view without anything in it."""


class TestFactory(Datastores, conformance.InfrastructureFactoryTestCase[LogFactory]):
    def setUp(self) -> None:
        self.env = Environment("Matters", {"PERSISTENCE_MODULE": "shared.eventstore.recorder", "LOG_DSN": self.dsn})
        super().setUp()

    def expected_factory_class(self) -> type[LogFactory]:
        return LogFactory

    def expected_aggregate_recorder_class(self) -> type[LogAggregateRecorder]:
        return LogAggregateRecorder

    def expected_application_recorder_class(self) -> type[LogApplicationRecorder]:
        return LogApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[LogTrackingRecorder]:
        return LogTrackingRecorder

    def tracking_recorder_subclass(self) -> type[LogTrackingRecorder]:
        return View

    def expected_process_recorder_class(self) -> type[LogProcessRecorder]:
        return LogProcessRecorder


class SequenceRecorder(LogApplicationRecorder):
    """Wrong on purpose: it numbers events by a sequence and takes no lock, so numbers are given before their order of commit is known."""

    def __init__(self, datastore: LogDatastore) -> None:
        super().__init__(datastore)
        self._both_have_begun = asyncio.Barrier(2)

    def create_table(self) -> None:
        super().create_table()
        self.datastore.create_tables(["create sequence if not exists numbers"])

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        return self.datastore.run(self._number_and_insert, stored_events)

    async def _number_and_insert(self, events: Sequence[StoredEvent]) -> list[int]:
        sql = (
            "insert into log (pos, stream, version, type, schema_version, event_id, recorded_at, actor, data, leaf_hash)"
            " values (nextval('numbers'), $1, $2, $3, 0, gen_random_uuid(), now(), '', $4, '') returning pos"
        )
        positions: list[int] = []
        async with self.datastore.pool.acquire() as connection, connection.transaction():
            for event in events:
                assert isinstance(event.originator_id, UUID)
                args = (event.originator_id, event.originator_version + 1, event.topic, event.state)
                positions.append(await connection.fetchval(sql, *args))
                if len(positions) == 1:
                    await self._both_have_begun.wait()
        return positions


class TestSequenceNumbersAreCaught(Datastores):
    """Negative control: the library's test of notification ids must fail where they come from a sequence."""

    def test_a_recorder_that_numbers_by_a_sequence_fails_the_non_interleaving_test(self) -> None:
        recorder = SequenceRecorder(self.datastore())
        recorder.create_table()

        class OnASequence(conformance.NonInterleavingNotificationIDsBaseCase):
            def create_recorder(self) -> SequenceRecorder:
                return recorder

        result = unittest.TestResult()
        OnASequence("test").run(result)
        assert result.errors == []
        assert len(result.failures) == 1
        assert "not greater than" in result.failures[0][1]
