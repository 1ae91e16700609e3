"""What only the operator sees: how the readers are doing, parked streams and the way on, and the demo's outbox."""

from __future__ import annotations

import os
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from services.portal.pages import operations
from services.portal.pages.operations import changes
from services.portal.pages.outbox import listed
from services.portal.read_models.tasks import TASKS
from services.portal.read_models.timeline import TIMELINE
from shared.projections.apply import apply
from shared.projections.projection import Reading
from shared.testing import History
from tests.portal.read_models import story
from tests.portal.read_models.conftest import Front, cookie_of
from tests.support.spoken import spoken, unmarked

OPERATOR = "city:operator"


def a_letter(folder: Path, number: int) -> UUID:
    """A letter as the outbox keeps it; the higher its number, the newer."""
    letter = story.named(f"letter {number}")
    message = EmailMessage()
    message["To"], message["Subject"] = "a.beispiel@example.org", f"Einladung {number}"
    message.set_content("Bitte bestätigen: http://city.test/de/registration/confirm?token=abc\n<b>kein Markup</b>\n")
    message.add_alternative("<p>Bitte</p>", subtype="html")
    message["Content-Language"] = "de"
    folder.mkdir(exist_ok=True)
    file = folder / f"{letter}.eml"
    file.write_bytes(bytes(message))
    os.utime(file, (number, number))
    return letter


async def test_an_operator_sees_how_far_every_reader_is_and_which_service_does_not_answer(front: Front) -> None:
    page = (await front.get("/de/operations", OPERATOR)).text
    for projection in (TASKS, TIMELINE):
        assert projection.name in page
    assert "Der Dienst antwortet nicht." in page  # The other services do not run in this test.


async def test_whoever_watches_is_told_at_first_and_at_each_change() -> None:
    seen, pauses = iter(["a", "a", "b"]), list[int]()

    async def digest() -> str:
        return next(seen)

    async def pause() -> None:
        pauses.append(1)

    told = [message async for message in changes(digest, pause, 3)]
    assert told == ["event: state\ndata: a\n\n", ": nothing new\n\n", "event: state\ndata: b\n\n"]
    assert len(pauses) == 3


async def test_the_page_carries_the_digest_that_the_messages_carry(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "LOOKS", 1)
    monkeypatch.setattr(operations, "SECONDS", 0.0)
    page = (await front.get("/de/operations", OPERATOR)).text
    told = await front.get("/de/operations/changes", OPERATOR)
    assert told.headers["content-type"].startswith("text/event-stream")
    digest = told.text.partition("data: ")[2].strip()
    assert f'id="live" data-state="{digest}"' in page
    assert (await front.get("/de/operations/changes")).status_code == 303


async def test_a_parked_stream_is_shown_and_given_up_with_a_button(front: Front) -> None:
    broken = History("meetings").add_stored(story.BOARD, "meetings.MeetingHeld", 1, b'{"secret": "Name"}')
    async with front.pool.acquire() as connection:
        await apply(connection, Reading(TASKS), "meetings", broken.entries)
    page = (await front.get("/de/operations", OPERATOR)).text
    address = f"/de/operations/portal/tasks_v1/meetings/{story.BOARD}"
    assert f'action="{address}/skip"' in page
    assert "Name" not in page
    again = await front.client.post(f"{address}/retry", headers=cookie_of(OPERATOR))
    assert again.headers["location"] == "/de/operations?said=parked"
    assert (await front.client.post(f"{address}/skip", headers=cookie_of("city:registry"))).status_code == 403
    given_up = await front.client.post(f"{address}/skip", headers=cookie_of(OPERATOR))
    assert given_up.headers["location"] == "/de/operations?said=released"
    assert address not in (await front.get("/de/operations", OPERATOR)).text
    assert (await front.client.post(f"{address}/skip", headers=cookie_of(OPERATOR))).status_code == 404


@pytest.mark.parametrize("path", ["/operations", "/outbox", f"/outbox/{story.BOARD}"])
async def test_nobody_else_sees_the_operators_pages(front: Front, path: str) -> None:
    assert (await front.get(f"/de{path}")).status_code == 303
    assert (await front.get(f"/de{path}", "city:registry", f"{story.BOARD}:secretariat")).status_code == 403


async def test_a_city_that_is_no_demo_has_no_outbox(front: Front) -> None:
    assert (await front.get("/de/outbox", OPERATOR)).status_code == 404


async def test_the_demos_outbox_shows_the_letters_the_newest_first_and_each_as_text_with_its_links(demo: Front, tmp_path: Path) -> None:
    assert "Es wurde noch kein Brief geschrieben." in (await demo.get("/de/outbox", OPERATOR)).text
    folder = tmp_path / "outbox"
    first, second = a_letter(folder, 1), a_letter(folder, 2)
    page = (await demo.get("/de/outbox", OPERATOR)).text
    assert page.index(f"/de/outbox/{second}") < page.index(f"/de/outbox/{first}")
    letter = (await demo.get(f"/de/outbox/{first}", OPERATOR)).text
    assert 'href="http://city.test/de/registration/confirm?token=abc"' in letter
    assert "&lt;b&gt;kein Markup" in letter
    for path in ("/outbox", f"/outbox/{first}"):
        german, english = [(await demo.get(f"/{language}{path}", OPERATOR)).text for language in ("de", "en")]
        assert unmarked(german, english) == []
        assert "Einladung" in {word for language, word in spoken(english) if language == "de"}
    assert (await demo.get(f"/de/outbox/{story.BOARD}", OPERATOR)).status_code == 404


def test_letters_come_page_by_page(tmp_path: Path) -> None:
    letters = [a_letter(tmp_path, number) for number in range(1, 6)]
    found: list[UUID] = []
    after: tuple[int, UUID] | None = None
    while page := listed(tmp_path, after, 2):
        found += [one.id for one in page]
        after = (page[-1].written, page[-1].id)
    assert found == letters[::-1]
