"""Where a later release has written: what outsiders may not know of stays unknown to them, everybody else hears what is the matter."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.meetings.sitting import sitting_of
from tests.meetings.city import NOBODY, PREFIX, REGISTRY, STRANGER, City, signed_in
from tests.support.later_release import written_later

TOO_OLD = "urn:bindeglied:problem:program-too-old"
MOVED = {"starts_at": "2018-11-07T16:00:00+01:00", "place": "Stadthaus"}
WISHES: tuple[tuple[str, Any], ...] = (
    *(("", None), ("/invitation", None), (f"/items/{UUID(int=1)}", None)),
    *(("/rescheduling", MOVED), ("/cancellation", {"reason": "Sturm"}), ("/opening", {}), ("/closing", {}), ("/invitation", {})),
    *(("/items", {"title": "Bericht"}), ("/items", {"proposal": str(UUID(int=1))}), ("/arrivals", {"member": str(UUID(int=1))})),
    *((f"/items/{UUID(int=1)}/removal", {"reason": "Doppelt"}), (f"/items/{UUID(int=1)}/note", {})),
)
"""What can be asked and wished of a meeting; without a body it is asked."""


async def answers(city: City, meeting: UUID | str, who: dict[str, str]) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """All that somebody gets who tries everything."""
    found = []
    for path, wish in WISHES:
        address = f"{PREFIX}/meetings/{meeting}{path}"
        if wish is None:
            answer = await city.client.get(address, headers=who)
        else:
            answer = await city.client.post(address, json=wish, headers={**who, "if-match": "*"})
        found.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    return found


@pytest.mark.parametrize("begun", [True, False], ids=["in the middle", "from its first fact"])
async def test_a_meeting_that_is_not_public_is_as_if_it_were_missing(city: City, *, begun: bool) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary, public=False)).json()["id"] if begun else str(uuid4())
    sitting = (await city.schedule(body, secretary, public=False)).json()["id"]
    await written_later(city.process.pool, meeting, "meetings.MeetingRescheduled" if begun else "meetings.MeetingScheduled")
    await written_later(city.process.pool, sitting_of(UUID(sitting)), "meetings.SittingOpened")
    for who in (STRANGER, NOBODY, signed_in("elsewhere", f"{uuid4()}:secretariat")):
        missing = await answers(city, uuid4(), who)
        assert {status for status, *_ in missing} <= {401, 404}
        assert await answers(city, meeting, who) == missing
        assert await answers(city, sitting, who) == missing
    if begun:
        asked = await city.client.get(f"{PREFIX}/meetings/{meeting}", headers=secretary)
        assert (asked.status_code, asked.json()["type"]) == (503, TOO_OLD)
        told = {status for status, *_ in await answers(city, meeting, secretary)}
        assert told == {503}
    asked = await city.client.get(f"{PREFIX}/meetings/{sitting}", headers=secretary)
    assert (asked.status_code, asked.json()["type"]) == (503, TOO_OLD)


async def test_a_proposal_that_cannot_be_read_is_none_to_another_body(city: City) -> None:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    proposal = uuid4()
    await written_later(city.process.pool, proposal, "meetings.ItemProposed")
    answered = [
        await city.post(f"/meetings/{meeting}/items", {"proposal": str(one)}, secretary, if_match="*") for one in (proposal, uuid4())
    ]
    assert [answer.status_code for answer in answered] == [422, 422]
    assert answered[0].content == answered[1].content
    shown = [await city.get(f"/proposals/{one}", STRANGER) for one in (proposal, uuid4())]
    assert [answer.status_code for answer in shown] == [404, 404]
    assert shown[0].content == shown[1].content


async def test_a_public_body_of_a_later_release_says_what_is_the_matter_and_others_go_on(city: City) -> None:
    body, secretary = await city.board()
    other = (await city.found("Seniorenrat")).json()["id"]
    await written_later(city.process.pool, body, "meetings.BodyFounded")
    unread = uuid4()
    await written_later(city.process.pool, unread, "meetings.BodyFounded")
    for one in (body, unread):
        asked = await city.client.get(f"{PREFIX}/bodies/{one}", headers=NOBODY)
        assert (asked.status_code, asked.json()["type"]) == (503, TOO_OLD)
    refused = await city.schedule(body, secretary)
    assert (refused.status_code, refused.json()["type"]) == (503, TOO_OLD)
    assert (await city.schedule(other, REGISTRY)).status_code == 201
