"""Real `eventsourcing` applications on the facade: saving, reading, snapshots, a projection and a process that follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.application import AggregateNotFoundError, Application, ProcessingEvent
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, DomainEventProtocol, event
from eventsourcing.persistence import IntegrityError, Tracking
from eventsourcing.projection import EventSourcedProjection, EventSourcedProjectionRunner, Projection, ProjectionRunner

from shared.eventstore.facade.tracking import LogProcessRecorder, LogTrackingRecorder
from tests.eventstore.recorders import fresh_database


class Matter(Aggregate):
    """A matter with its notes."""

    @event("Opened")
    def __init__(self, title: str) -> None:
        self.title = title
        self.notes: list[str] = []

    @event("Noted")
    def note(self, text: str) -> None:
        """Add a note."""
        self.notes.append(text)


class Matters(Application[UUID]):
    """All matters."""

    def open(self, title: str) -> UUID:
        """Open a matter."""
        matter = Matter(title)
        self.save(matter)
        return matter.id

    def note(self, id: UUID, text: str) -> int:
        """Note something; the position of the note."""
        matter: Matter = self.repository.get(id)
        matter.note(text)
        return self.save(matter)[-1].notification.id


class Counts(LogTrackingRecorder):
    """How many notes each matter has."""

    tables = ("create table if not exists counts (matter uuid primary key, notes int not null)",)

    def add(self, matter: UUID, tracking: Tracking) -> None:
        """Count one note."""
        sql = "insert into counts values ($1, 1) on conflict (matter) do update set notes = counts.notes + 1"
        self.insert_tracking(tracking, [(sql, (matter,))])

    def of(self, matter: UUID) -> int:
        """The notes of a matter."""
        return sum(row["notes"] for row in self.fetch("select notes from counts where matter = $1", matter))


class CountNotes(Projection[Counts]):
    """Counts notes."""

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Other events only move the tracking."""
        self.view.insert_tracking(tracking)

    @process_event.register
    def _noted(self, domain_event: Matter.Noted, tracking: Tracking) -> None:  # type: ignore[name-defined]  # the library makes the class
        self.view.add(domain_event.originator_id, tracking)


class Receipt(Aggregate):
    """That a matter was opened and heard of."""

    @event("Issued")
    def __init__(self, matter: UUID) -> None:
        self.matter = matter


class Receipts(EventSourcedProjection[UUID]):
    """Issues a receipt for each matter."""

    def policy(self, domain_event: DomainEventProtocol[UUID], processing_event: ProcessingEvent[UUID]) -> None:
        """Two receipts for each matter, in one call, so that several streams and the tracking are written together."""
        if isinstance(domain_event, Matter.Opened):  # type: ignore[attr-defined]  # the library makes the class
            processing_event.collect_events(Receipt(domain_event.originator_id), Receipt(domain_event.originator_id))


@pytest.fixture
def env(postgres: str) -> Iterator[dict[str, str]]:
    """The environment of applications on a database of this test's own."""
    with fresh_database(postgres) as dsn:
        yield {"PERSISTENCE_MODULE": "shared.eventstore.recorder", "LOG_DSN": dsn}


def test_an_application_saves_and_another_instance_loads(env: dict[str, str]) -> None:
    with Matters(env) as matters:
        radweg = matters.open("Radweg")
        assert matters.note(radweg, "begangen") == 2
    with Matters(env) as again:
        matter: Matter = again.repository.get(radweg)
        assert (matter.title, matter.notes, matter.version) == ("Radweg", ["begangen"], 2)
        assert matter.id == radweg
        with pytest.raises(AggregateNotFoundError):
            again.repository.get(UUID(int=1))


def test_two_who_change_the_same_version_cannot_both_save(env: dict[str, str]) -> None:
    with Matters(env) as matters:
        radweg = matters.open("Radweg")
        first: Matter = matters.repository.get(radweg)
        second: Matter = matters.repository.get(radweg)
        first.note("eins")
        second.note("zwei")
        matters.save(first)
        with pytest.raises(IntegrityError):
            matters.save(second)
        stored: Matter = matters.repository.get(radweg)
        assert stored.notes == ["eins"]


def test_the_notification_log_has_sections_in_the_order_of_commits(env: dict[str, str]) -> None:
    with Matters(env) as matters:
        ids = [matters.open(f"Matter {n}") for n in range(12)]
        first, second = matters.notification_log["1,10"], matters.notification_log["11,20"]
        assert [item.id for item in (*first.items, *second.items)] == list(range(1, 13))
        assert [item.originator_id for item in (*first.items, *second.items)] == ids
        assert (first.next_id, second.next_id) == ("11,20", None)


def test_a_snapshot_is_kept_outside_the_log_and_read_with_what_follows(env: dict[str, str]) -> None:
    with Matters({**env, "IS_SNAPSHOTTING_ENABLED": "yes"}) as matters:
        radweg = matters.open("Radweg")
        for n in range(4):
            matters.note(radweg, str(n))
        matters.take_snapshot(radweg, version=3)
        matters.take_snapshot(radweg)
        matters.note(radweg, "danach")
        assert matters.snapshots is not None
        assert [snapshot.originator_version for snapshot in matters.snapshots.get(radweg)] == [3, 5]
        matter: Matter = matters.repository.get(radweg)
        assert matter.notes == ["0", "1", "2", "3", "danach"]
        assert matters.recorder.max_notification_id() == 6


def test_applications_in_one_database_have_a_log_each(env: dict[str, str]) -> None:
    with Matters(env) as matters, Matters({**env, "LOG_SCHEMA": "elsewhere"}) as others:
        matters.open("here")
        assert others.recorder.max_notification_id() is None
        others.open("there")
        assert matters.recorder.max_notification_id() == others.recorder.max_notification_id() == 1


def test_a_projection_follows_and_resumes_where_it_stopped(env: dict[str, str]) -> None:
    with ProjectionRunner(application_class=Matters, projection_class=CountNotes, view_class=Counts, env=env) as runner:
        before = runner.app.open("Radweg")
        runner.wait(runner.app.note(before, "eins"), timeout=60)
        assert runner.view.of(before) == 1
    runner.view.datastore.close()

    with Matters(env) as matters:
        missed = matters.note(before, "zwei")
    with ProjectionRunner(application_class=Matters, projection_class=CountNotes, view_class=Counts, env=env) as runner:
        runner.wait(missed, timeout=60)
        assert runner.view.of(before) == 2
        runner.wait(runner.app.note(before, "drei"), timeout=60)
        assert runner.view.of(before) == 3
    runner.view.datastore.close()


def test_a_process_writes_several_streams_together_with_its_tracking(env: dict[str, str]) -> None:
    with EventSourcedProjectionRunner(application_class=Matters, projection_class=Receipts, env=env) as runner:
        matter = runner.app.open("Radweg")
        runner.wait(runner.app.note(matter, "no receipt for a note"), timeout=60)
        recorder = runner.projection.recorder
        assert isinstance(recorder, LogProcessRecorder)
        assert recorder.max_tracking_id("Matters") == 2
        receipts: list[Receipt] = [
            runner.projection.repository.get(one.originator_id)  # type: ignore[arg-type]  # these originators have UUIDs
            for one in recorder.select_notifications(1, 10)
        ]
        assert [receipt.matter for receipt in receipts] == [matter, matter]
