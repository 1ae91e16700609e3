"""What falls due: exactly one overdue answer where none came, none where one did, on a real database with a clock of the test's own."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest

from services.recommendations.answering import AcknowledgeRecommendation, AnswerRecommendation, NoteOverdue
from services.recommendations.correcting import CorrectEntry, NeverHappened, RightIssue
from services.recommendations.deadlines import ANSWER_DEADLINES, acknowledgement_key, answer_key
from services.recommendations.drafting import DraftRecommendation, IssueRecommendation, StartRecommendation, WithdrawRecommendation
from services.recommendations.events import EVENTS
from services.recommendations.parts import Verdict
from services.recommendations.recommendation import RECOMMENDATION as RULES
from services.recommendations.rules import BREMEN_MODEL
from shared.clock import ManualClock
from shared.domain import Event
from shared.envelope import Received
from shared.eventstore.mapper import MessageTypes
from shared.eventstore.signals import Signals
from shared.eventstore.store import Origin, Store
from shared.eventstore.writer import Writer
from shared.firing import TimerLoop
from shared.localday import day_end
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.sources.log import LogSource
from shared.testing import History, assert_order_independent
from shared.timers import CallOff, Due
from tests.projector.running import running
from tests.recommendations.examples import (
    ACKNOWLEDGE_BY,
    ACKNOWLEDGED,
    ADDRESSED,
    ADMISSIBILITY,
    ANSWER_BY,
    ANSWERED,
    INFORMS,
    ISSUED,
    ISSUED_ON,
    NOW,
    OFFICE,
    REASONS,
    RECOMMENDATION,
    SCHOOLS,
    STARTED,
    TEXT,
    TITLE,
    WITHDRAWN,
)
from tests.support.postgres import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.projections.cursors import Pool


class Clockwork:
    """The log with the timers, and a clock that the test owns."""

    def __init__(self, pool: Pool, store: Store, signals: Signals, clock: ManualClock) -> None:
        self.pool, self.store, self.signals, self.clock = pool, store, signals, clock
        self.projector = Projector(ANSWER_DEADLINES.projection, {OWN: lambda: LogSource(pool, signals, "recommendations")}, pool, signals)

    def loop(self) -> TimerLoop:
        """Another process's loop over the same plan."""
        return TimerLoop(ANSWER_DEADLINES, self.projector, self.store, self.clock, self.signals)

    async def send(self, command: Any) -> None:
        """A wish, at the clock's time."""
        at = command.model_copy(update={"now": self.clock()})
        await self.store.execute(RULES, RECOMMENDATION, at, Origin("test", uuid4(), "office:test"))

    async def issue(self) -> None:
        """Issued to both offices."""
        await self.send(StartRecommendation(now=NOW, **STARTED.model_dump()))
        await self.send(
            DraftRecommendation(now=NOW, title=TITLE, text=TEXT, admissibility=ADMISSIBILITY, addressees=ADDRESSED, informs=INFORMS)
        )
        await self.send(
            IssueRecommendation(now=NOW, issued_on=ISSUED_ON, acknowledge_by=ACKNOWLEDGE_BY, answer_by=ANSWER_BY, rule=BREMEN_MODEL)
        )

    async def answer(self, office: UUID) -> None:
        """This office answers."""
        await self.send(AnswerRecommendation(now=NOW, addressee=office, verdict=Verdict.ACCEPTED, reasons=REASONS))

    async def found_overdue(self) -> list[tuple[str, str]]:
        """What was found overdue, and whose."""
        rows = await self.pool.fetch(
            "select type, convert_from(data, 'UTF8')::json->>'addressee' as whose from log.log where type like '%Overdue' order by pos"
        )
        return [(row["type"].removeprefix("recommendations."), row["whose"]) for row in rows]

    async def fire_all(self) -> None:
        """Fire what is due by the clock, with two loops at once."""
        await self.projector.start()
        readers = {OWN: LogSource(self.pool, self.signals, "recommendations")}
        async with running(self.projector):
            assert await self.projector.reached(OWN, await readers[OWN].tail(), 60)
            while sum(await asyncio.gather(self.loop().fire(readers), self.loop().fire(readers))):
                assert await self.projector.reached(OWN, await readers[OWN].tail(), 60)


@pytest.fixture
async def clockwork(database: Database) -> AsyncIterator[Clockwork]:
    clock = ManualClock(NOW)
    async with asyncpg.create_pool(database.dsn, min_size=1, max_size=8) as pool:
        signals = Signals(database.dsn)
        await signals.start()
        writer = Writer(database.dsn, signals, clock)
        await writer.start()
        store = Store(writer, pool, MessageTypes(EVENTS))
        yield Clockwork(pool, store, signals, clock)
        await store.close()
        await writer.close()
        await signals.close()


async def test_exactly_one_answer_is_overdue_for_each_who_did_not_answer(clockwork: Clockwork) -> None:
    await clockwork.issue()
    await clockwork.answer(OFFICE)
    clockwork.clock.now = day_end(ACKNOWLEDGE_BY) - timedelta(seconds=1)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == []
    clockwork.clock.now = day_end(ACKNOWLEDGE_BY)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == [("AcknowledgementOverdue", str(SCHOOLS))]
    clockwork.clock.now = day_end(ANSWER_BY) + timedelta(days=100)
    await clockwork.fire_all()
    await clockwork.projector.rebuild()
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == [("AcknowledgementOverdue", str(SCHOOLS)), ("AnswerOverdue", str(SCHOOLS))]
    await clockwork.answer(SCHOOLS)  # Late, and an answer all the same.
    assert await clockwork.pool.fetchval("select count(*) from log.log where type = 'recommendations.RecommendationAnswered'") == 2


async def test_who_has_acknowledged_still_owes_an_answer(clockwork: Clockwork) -> None:
    await clockwork.issue()
    for office in (OFFICE, SCHOOLS):
        await clockwork.send(AcknowledgeRecommendation(now=NOW, addressee=office))
    await clockwork.answer(SCHOOLS)
    clockwork.clock.now = day_end(ANSWER_BY)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == [("AnswerOverdue", str(OFFICE))]


async def test_nobody_owes_anything_after_a_withdrawal(clockwork: Clockwork) -> None:
    await clockwork.issue()
    await clockwork.send(WithdrawRecommendation(now=NOW, reason="Überholt."))
    clockwork.clock.now = day_end(ANSWER_BY)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == []


async def test_what_was_issued_long_ago_is_overdue_only_after_a_working_day_in_which_its_answers_can_be_entered(
    clockwork: Clockwork,
) -> None:
    friday, monday = datetime(2020, 2, 7, 15, 0, tzinfo=UTC), date(2020, 2, 10)
    clockwork.clock.now = friday
    await clockwork.issue()
    await clockwork.fire_all()
    clockwork.clock.now = day_end(monday) - timedelta(seconds=1)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == []
    await clockwork.answer(OFFICE)
    clockwork.clock.now = day_end(monday)
    await clockwork.fire_all()
    assert sorted(await clockwork.found_overdue()) == [("AcknowledgementOverdue", str(SCHOOLS)), ("AnswerOverdue", str(SCHOOLS))]


async def test_another_day_of_the_issue_moves_what_falls_due(clockwork: Clockwork) -> None:
    await clockwork.issue()
    day = date(2019, 2, 22)
    last = date(2019, 3, 4)
    right = RightIssue(kind="issue", title=TITLE, issued_on=day, rule=BREMEN_MODEL, acknowledge_by=last, answer_by=date(2019, 4, 5))
    clockwork.clock.now = day_end(day)
    await clockwork.send(CorrectEntry(now=NOW, right=right, reason="Verlesen."))
    clockwork.clock.now = day_end(last) - timedelta(seconds=1)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == []
    clockwork.clock.now = day_end(last)
    await clockwork.fire_all()
    assert sorted(await clockwork.found_overdue()) == sorted(("AcknowledgementOverdue", str(one)) for one in (OFFICE, SCHOOLS))


async def test_an_answer_that_never_was_is_overdue_after_a_working_day_in_which_the_true_one_can_be_entered(clockwork: Clockwork) -> None:
    await clockwork.issue()
    await clockwork.answer(OFFICE)
    await clockwork.answer(SCHOOLS)
    friday, monday = datetime(2020, 2, 7, 15, 0, tzinfo=UTC), date(2020, 2, 10)
    clockwork.clock.now = friday
    await clockwork.fire_all()
    for office in (OFFICE, SCHOOLS):
        never = NeverHappened(kind="never_happened", entry="answer", of=office)
        await clockwork.send(CorrectEntry(now=NOW, right=never, reason="Verwechselt."))
    clockwork.clock.now = day_end(monday) - timedelta(seconds=1)
    await clockwork.fire_all()
    assert await clockwork.found_overdue() == []
    await clockwork.answer(OFFICE)
    clockwork.clock.now = day_end(monday)
    await clockwork.fire_all()
    assert sorted(await clockwork.found_overdue()) == [("AcknowledgementOverdue", str(SCHOOLS)), ("AnswerOverdue", str(SCHOOLS))]


def planned(event: Event) -> list[Due | CallOff]:
    (entry,) = History().add(RECOMMENDATION, event).entries
    return list(ANSWER_DEADLINES.plan(Received(event, entry)))


def test_each_addressee_has_two_timers_at_the_end_of_its_last_days_in_the_city() -> None:
    dues = [due for due in planned(ISSUED) if isinstance(due, Due)]
    assert [(due.key, due.at, due.stream) for due in dues] == [
        (acknowledgement_key(OFFICE), day_end(ACKNOWLEDGE_BY), RECOMMENDATION),
        (answer_key(OFFICE), day_end(ANSWER_BY), RECOMMENDATION),
        (acknowledgement_key(SCHOOLS), day_end(ACKNOWLEDGE_BY), RECOMMENDATION),
        (answer_key(SCHOOLS), day_end(ANSWER_BY), RECOMMENDATION),
    ]
    commands = [due.command for due in dues]
    assert [(one.addressee, one.expected) for one in commands if isinstance(one, NoteOverdue)] == [
        (OFFICE, "acknowledgement"), (OFFICE, "answer"), (SCHOOLS, "acknowledgement"), (SCHOOLS, "answer"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        (ACKNOWLEDGED, [acknowledgement_key(OFFICE)]),
        (ANSWERED, [acknowledgement_key(OFFICE), answer_key(OFFICE)]),
        (WITHDRAWN, [key(office) for office in (OFFICE, SCHOOLS) for key in (acknowledgement_key, answer_key)]),
    ],
)
def test_what_has_come_or_was_withdrawn_is_called_off(event: Event, keys: list[str]) -> None:
    assert planned(event) == [CallOff(key) for key in keys]


async def test_the_plan_does_not_depend_on_the_order_across_streams(pool: Pool) -> None:
    story = History()
    for number, last in enumerate((ACKNOWLEDGED, ANSWERED, WITHDRAWN)):
        story.add(uuid5(RECOMMENDATION, str(number)), STARTED, ISSUED, last)
    dump = await assert_order_independent(pool, ANSWER_DEADLINES.projection, story)
    assert dump.count(b"\n") == 5
