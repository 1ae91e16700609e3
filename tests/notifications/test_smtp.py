"""The mail server fails in every way that the reliability page names; each letter has its one outcome, and comes twice at most."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

import services.notifications.dispatcher as dispatching
from services.notifications.channels.channel import NotNow, Post, Refused
from services.notifications.channels.email import Email, Server
from services.notifications.channels.outbox import Outbox
from services.notifications.channels.table import channel_of
from services.notifications.claims import DUE
from services.notifications.dispatcher import Dispatcher
from services.notifications.events.notification import NotificationFailed, NotificationHandedOver, NotificationUnknown
from services.notifications.read_models.outcomes import OUTCOMES, UNTRIED, Untried, untried
from shared.domain import Event, Named
from shared.eventstore.log import read_log
from shared.settings import Settings, UnusableSettings
from tests.faults.processes import until
from tests.notifications.city import OPERATOR, PREFIX, SECRETARY, City, text_of, tokens
from tests.notifications.city import city as running_city
from tests.notifications.examples import (
    BOARD,
    CONFERENCE,
    MEETING,
    MEETING_INVITED,
    MEETING_SCHEDULED,
    MEMBER,
    NOTIFICATION_ID,
    registration_requested,
)
from tests.notifications.mailserver import HOST, Step, certificate, mail_server
from tests.support.postgres import Database

ADA = "ada@example.org"
AT_ONCE = timedelta(0)
POST = Post(NOTIFICATION_ID, f"<{NOTIFICATION_ID}@x>", "city@stadt.example", ADA, b"Subject: x\r\n\r\nx\r\n")


@pytest.fixture
async def city(database: Database, keyring_database: Database, tmp_path: Path) -> AsyncIterator[City]:
    """The service with no way out: each test dispatches by itself."""
    async with running_city(database, keyring_database, tmp_path, outbox=None) as made:
        yield made


async def planned(city: City) -> UUID:
    """A letter that waits to be handed over."""
    keyring = city.keyring
    subject = await keyring.subject_for(ADA)
    email, name, token = [await keyring.seal(value, subject, "test.value") for value in (ADA, "Ada", "token")]
    city.tell("conferences", CONFERENCE, registration_requested(email, name, token, token))

    async def is_known() -> bool:
        return bool(await city.process.pool.fetchval("select count(*) = 1 from outcomes_v4"))

    await until(is_known, "the letter is planned")
    found: UUID = await city.process.pool.fetchval("select notification from outcomes_v4")
    return found


def dispatcher(city: City, port: int, *, attempts: int = 4, query: str = "", seconds: float = 20.0) -> Dispatcher:
    """Without pauses; it waits so many `seconds` for a server's answer."""
    made = city.process.readers.effects["dispatch"]
    assert isinstance(made, Dispatcher)
    channel = Email(Server.of(f"smtp://{HOST}:{port}{query}"), seconds=seconds)
    return Dispatcher(made.at, channel, pauses=[AT_ONCE] * (attempts - 1))


async def outcomes(city: City) -> list[Event]:
    """Every outcome in the log."""
    facts = await read_log(city.process.pool, 0, 100)
    messages = [city.process.types.decode(fact.type, fact.schema_version, fact.data) for fact in facts]
    return [one for one in messages if isinstance(one, NotificationHandedOver | NotificationFailed | NotificationUnknown)]


async def dispatched(city: City, loop: Dispatcher, rounds: int = 10) -> list[Event]:
    """What became of the letter after some looks."""
    for _ in range(rounds):
        await loop.once()
    return await outcomes(city)


SCRIPTS: list[tuple[list[Step], str, int, int]] = [
    (["accept"], "handed over", 1, 1),
    (["421 at mail"], "handed over", 2, 1),
    (["550 at mail"], "handed over", 2, 1),
    (["450"], "handed over", 2, 1),
    (["451 at data"], "handed over", 2, 1),
    (["550"], "refused", 1, 0),
    (["554 at data"], "refused", 1, 0),
    (["drop before dot"], "handed over", 2, 1),
    (["drop after dot"], "handed over", 2, 2),
    (["slow dot"], "handed over", 2, 1),
    (["drop after dot", "drop after dot"], "unknown", 2, 2),
    (["drop after dot", "450", "450", "450"], "unknown", 4, 1),
    (["450", "450", "450", "450"], "given_up", 4, 0),
    (["450", "drop after dot", "421 at mail"], "handed over", 4, 2),
]
"""What the server does, the outcome, after how many attempts, and how many letters it took."""


@pytest.mark.parametrize(
    ("steps", "expected", "attempts", "taken"), SCRIPTS, ids=lambda value: "+".join(value) if isinstance(value, list) else ""
)
async def test_every_fault_of_a_mail_server_ends_in_one_outcome(
    city: City, steps: list[Step], expected: str, attempts: int, taken: int
) -> None:
    notification = await planned(city)
    async with mail_server(*steps) as server:
        found = await dispatched(city, dispatcher(city, server.port, seconds=1.0 if "slow dot" in steps else 20.0))
    [outcome] = found
    match outcome:
        case NotificationHandedOver():
            said = "handed over"
        case NotificationFailed():
            said = outcome.cause
        case _:
            said = "unknown"
    assert (said, getattr(outcome, "attempts"), len(server.taken)) == (expected, attempts, taken)  # noqa: B009 - each outcome counts them
    dots = sum(step == "drop after dot" for step in steps)
    assert len(server.taken) <= 1 + min(dots, 1), "a letter comes twice at most, and only where the line was lost behind its text"
    assert {letter["Message-ID"] for letter in server.taken} <= {f"<{notification}@bindeglied.bremerhaven>"}
    assert len({letter.as_bytes() for letter in server.taken}) <= 1, "what comes twice is the same letter"
    assert await city.process.pool.fetchval("select count(*) from work.notification") == 0
    assert server.visits == attempts, "what has its outcome is not tried again"


async def test_while_nobody_answers_the_letter_waits_visibly_and_goes_when_somebody_does(city: City) -> None:
    await planned(city)
    async with mail_server() as server:
        port = server.port
    loop = dispatcher(city, port, attempts=9)
    assert await dispatched(city, loop, 2) == []
    assert loop.waiting is not None
    assert ADA not in loop.waiting
    assert (await loop.standing())[:2] == (1, 1)
    async with mail_server() as server:
        [outcome] = await dispatched(city, dispatcher(city, server.port), 1)
    assert isinstance(outcome, NotificationHandedOver)
    assert len(server.taken) == 1


async def test_a_pause_is_kept(city: City) -> None:
    await planned(city)
    async with mail_server("450") as server:
        loop = dispatcher(city, server.port)
        loop.pauses = [timedelta(hours=1)]
        assert await dispatched(city, loop, 3) == []
        assert server.visits == 1
        await city.process.pool.execute("update work.notification set next_at = now()")
        assert len(await dispatched(city, loop, 1)) == 1


async def test_several_workers_send_a_letter_once(city: City) -> None:
    await planned(city)
    async with mail_server() as server:
        loops = [dispatcher(city, server.port) for _ in range(4)]
        for _ in range(3):
            for loop in loops:
                await loop.once()
    assert len(server.taken) == 1
    assert len(await outcomes(city)) == 1


async def test_a_letter_never_leaves_in_clear_where_the_address_says_starttls(city: City, tmp_path: Path) -> None:
    await planned(city)
    async with mail_server() as stripped:
        assert await dispatched(city, dispatcher(city, stripped.port, attempts=99, query="?starttls=1"), 2) == []
    cert, tls = certificate(tmp_path)
    async with mail_server(tls=tls) as unknown:
        assert await dispatched(city, dispatcher(city, unknown.port, attempts=99, query="?starttls=1"), 2) == []
    assert stripped.taken + unknown.taken == []
    async with mail_server(tls=tls) as trusted:
        [outcome] = await dispatched(city, dispatcher(city, trusted.port, query=f"?starttls=1&ca={cert}"), 1)
    assert isinstance(outcome, NotificationHandedOver)
    assert trusted.encrypted == [True]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", Server("mail.example", 25, tls=False, starttls=False)),
        ("smtp://u%40x:p%2Fw@mail.example:587?starttls=1", Server("mail.example", 587, False, True, "u@x", "p/w")),
        ("smtps://u:p@mail.example", Server("mail.example", 465, True, False, "u", "p")),
    ],
)
def test_an_address_of_a_server_is_read(url: str, expected: Server) -> None:
    assert Server.of(url) == expected
    assert "p/w" not in repr(Server.of(url))


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://mail.example/x", "smtp://mail.example?tls=1", "smtp://m:x25", "smtp://u:p@mail.example"]
)  # fmt: skip
def test_an_unusable_or_unsafe_address_is_refused_without_repeating_its_password(url: str) -> None:
    with pytest.raises(UnusableSettings) as refused:
        Server.of(url)
    assert "u:p@" not in str(refused.value).replace("user:password@", "")


def test_a_letter_leaves_on_one_way_only(tmp_path: Path) -> None:
    given = {"database_url": "x", "keyring_url": "x", "key_file": tmp_path, "token_issuer": "x", "token_keys": "x"}
    assert channel_of(Settings.model_validate(given)) is None
    assert isinstance(channel_of(Settings.model_validate({**given, "outbox": tmp_path})), Outbox)
    assert isinstance(channel_of(Settings.model_validate({**given, "smtp_url": "smtp://mail.example"})), Email)
    with pytest.raises(UnusableSettings, match="both set"):
        channel_of(Settings.model_validate({**given, "outbox": tmp_path, "smtp_url": "smtp://mail.example"}))


async def test_no_failure_repeats_what_the_server_said_of_an_address(loopback: None) -> None:
    async with mail_server("450", "550") as server:
        email = Email(Server.of(f"smtp://{HOST}:{server.port}"))
        with pytest.raises(NotNow) as later:
            await email.send(POST)
        with pytest.raises(Refused) as never:
            await email.send(POST)
    assert (str(later.value), str(never.value)) == ("smtp 450", "smtp 550")
    assert ADA not in repr(POST)


async def test_the_outbox_has_each_letter_once_and_whole(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    for _ in range(2):
        await outbox.send(POST)
    [file] = (tmp_path / "outbox").iterdir()
    assert (file.name, file.read_bytes()) == (f"{NOTIFICATION_ID}.eml", POST.data)
    assert (tmp_path / "outbox").stat().st_mode & 0o077 == 0


async def test_an_outbox_that_cannot_be_written_to_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(NotNow):
        await Outbox(tmp_path / "outbox").send(POST)


def test_the_certificate_of_the_tests_is_believed_by_nobody_else(tmp_path: Path) -> None:
    cert, _ = certificate(tmp_path)
    assert ssl.create_default_context(cafile=str(cert)).get_ca_certs() != []


async def test_what_has_its_outcome_is_not_sent_again_because_a_read_model_has_forgotten_it(city: City) -> None:
    await planned(city)
    async with mail_server() as server:
        loop = dispatcher(city, server.port)
        assert len(await dispatched(city, loop, 1)) == 1
        await until(lambda: is_standing(city, "handed_over"), "the outcome is read")
        await city.process.pool.execute("update outcomes_v4 set standing = 'planned'")
        assert len(await dispatched(city, loop, 2)) == 1
    assert len(server.taken) == 1


async def test_during_a_long_outage_nothing_is_looked_at_but_what_is_new_or_due(city: City) -> None:
    pool, notification = city.process.pool, await planned(city)
    async with mail_server("450") as server:
        loop = dispatcher(city, server.port)
        loop.pauses = [timedelta(hours=1)]
        assert [await loop.once() for _ in range(3)] == [1, 1, 0], "tried, noted as tried, and left alone"
        assert await untried(pool, 10) == Untried([], [])
        [outcome_model] = [one for one in city.process.readers.projectors if one.projection is OUTCOMES]
        await outcome_model.rebuild()  # Which forgets what is noted.
        assert await untried(pool, 10) == Untried([], [notification])
        assert [await loop.once() for _ in range(2)] == [1, 0]
        assert (await outcome_model.verify()).difference is None, "it is no part of what is verified"
        assert server.visits == 1
        await pool.execute("update work.notification set next_at = now()")
        assert await loop.claims.due(10) == [notification]
        assert len(await dispatched(city, loop, 1)) == 1
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off")
        for index, query in (("outcomes_v4_open", UNTRIED), ("notification_due", DUE)):
            assert index in str(await connection.fetch(f"explain {query}", 40))


async def test_who_was_erased_before_the_letter_left_gets_none(city: City) -> None:
    await planned(city)
    await city.keyring.erase(await city.keyring.subject_for(ADA))
    async with mail_server() as server:
        [outcome] = await dispatched(city, dispatcher(city, server.port), 2)
    assert isinstance(outcome, NotificationFailed)
    assert outcome.cause == "erased"
    assert server.visits == 0


async def waiting_for(city: City, told: Named = MEETING_SCHEDULED) -> tuple[UUID, str]:
    """A subscriber's letter that waits to be handed over, and the token that ends the subscription."""
    assert (await city.subscribe(ADA)).status_code == 202
    async with mail_server() as server:
        loop = dispatcher(city, server.port)

        async def has_left() -> bool:
            await loop.once()
            return bool(server.taken)

        await until(has_left, "the letter with the confirmation has left")
    confirm, stop = tokens(server.taken[0])
    assert (await city.post("/subscriptions/confirmation", {"token": confirm})).status_code == 200
    city.tell("meetings", MEETING, told)
    found: list[UUID] = []

    async def is_planned() -> bool:
        rows = "select notification from outcomes_v4 where kind like 'meeting%' and standing = 'planned'"
        found[:] = [row["notification"] for row in await city.process.pool.fetch(rows)]
        return bool(found)

    await until(is_planned, "the letter is planned")
    return found[0], stop


async def test_after_one_click_no_letter_leaves_that_waited_to_be_tried_again(city: City) -> None:
    notification, stop = await waiting_for(city)
    async with mail_server("450") as server:
        loop = dispatcher(city, server.port)
        assert len(await dispatched(city, loop, 1)) == 1, "only the confirmation has left"
        stopped = await city.client.post(f"{PREFIX}/subscriptions/stop/{stop}", data={"List-Unsubscribe": "One-Click"})
        assert stopped.status_code == 200
        _, outcome = await dispatched(city, loop, 3)
    assert isinstance(outcome, NotificationFailed)
    assert (outcome.cause, server.visits, server.taken) == ("stopped", 1, [])
    [listed] = (await city.get("/notifications", OPERATOR, about=str(MEETING))).json()["items"]
    assert (listed["notification"], listed["standing"], listed["failure"]) == (str(notification), "failed", "stopped")
    assert await loop.standing() == (2, 0, 0), "accounted for, and nothing that anybody has to see to"


async def test_nobody_knows_of_a_stopped_letter_whose_text_may_have_arrived(city: City) -> None:
    _, stop = await waiting_for(city)
    async with mail_server("drop after dot") as server:
        loop = dispatcher(city, server.port)
        assert len(await dispatched(city, loop, 1)) == 1
        assert (await city.post("/subscriptions/stop", {"token": stop, "everything": True})).status_code == 200
        _, outcome = await dispatched(city, loop, 3)
    assert isinstance(outcome, NotificationUnknown)
    assert (outcome.attempts, server.visits) == (1, 1)


async def test_a_member_is_invited_all_the_same_without_what_was_stopped(city: City) -> None:
    contact = {"member": str(MEMBER), "body": str(BOARD), "email": ADA, "language": "de"}
    assert (await city.post("/contacts", contact, SECRETARY)).status_code == 201
    _, stop = await waiting_for(city, MEETING_INVITED)
    async with mail_server("450") as server:
        loop = dispatcher(city, server.port)
        await dispatched(city, loop, 1)
        assert (await city.post("/subscriptions/stop", {"token": stop})).status_code == 200
        await dispatched(city, loop, 1)
    [letter] = server.taken
    assert (letter["To"], letter["List-Unsubscribe"]) == (ADA, None)
    assert stop not in text_of(letter)


async def test_a_letter_that_cannot_be_written_waits_for_whoever_mends_its_template(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    await planned(city)

    def broken(*_: object) -> Post:
        raise KeyError(ADA)

    async with mail_server() as server:
        loop = dispatcher(city, server.port, attempts=2)
        with monkeypatch.context() as patched:
            patched.setattr(dispatching, "compose", broken)
            assert await dispatched(city, loop, 5) == []
        assert loop.waiting == "this letter cannot be written: KeyError"
        [outcome] = await dispatched(city, loop, 1)
    assert isinstance(outcome, NotificationHandedOver)


async def is_standing(city: City, standing: str) -> bool:
    """Whether the one letter stands so in the read model."""
    return bool(await city.process.pool.fetchval("select standing = $1 from outcomes_v4", standing))
