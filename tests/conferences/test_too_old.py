"""Where a later release has written: a contribution that is not published stays unknown to outsiders."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.conferences.city import NOBODY, ORGANISER, PREFIX, City, signed_in
from tests.support.later_release import written_later

TOO_OLD = "urn:bindeglied:problem:program-too-old"
WISHES = (("", None), ("/publication", {"text": "Mehr Kurse"}), ("/settlement", {"fate": "not_adopted", "reason": "Bund"}))


async def answers(city: City, contribution: UUID, who: dict[str, str]) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
    """All that somebody gets who tries everything."""
    found = []
    for path, wish in WISHES:
        address = f"{PREFIX}/contributions/{contribution}{path}"
        answer = await city.client.request("GET" if wish is None else "POST", address, json=wish, headers=who)
        found.append((answer.status_code, answer.content, sorted(answer.headers.items())))
    return found


@pytest.mark.parametrize("begun", [True, False], ids=["in the middle", "from its first fact"])
async def test_a_contribution_is_as_if_it_were_missing(city: City, *, begun: bool) -> None:
    conference = await city.conference()
    contribution = uuid4()
    if begun:
        assert (await city.hand_in(conference)).status_code == 201
        await city.tail()
        contribution = await city.process.pool.fetchval("select stream from log.log where type = 'conferences.ContributionReceived'")
    await written_later(city.process.pool, contribution, f"conferences.{'ContributionPublished' if begun else 'ContributionReceived'}")
    for who in (NOBODY, signed_in("elsewhere", f"{uuid4()}:organiser")):
        missing = await answers(city, uuid4(), who)
        assert {status for status, *_ in missing} <= {401, 404}
        assert await answers(city, contribution, who) == missing
    if begun:
        published = await city.post(f"/contributions/{contribution}/publication", {"text": "Mehr Kurse"}, ORGANISER)
        assert (published.status_code, published.json()["type"]) == (503, TOO_OLD)
    else:
        recorded = [await city.record(conference, str(one)) for one in (contribution, uuid4())]
        assert [answer.status_code for answer in recorded] == [422, 422]
        assert recorded[0].content == recorded[1].content
