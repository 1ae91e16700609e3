"""Bad input to the real addresses: each is answered with a problem that says in a sentence what is wrong, and nothing happens."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from services.meetings.events.body import BodyKind
from services.meetings.items import Matter
from services.meetings.proposal import proposal_of
from services.meetings.sitting import sitting_of
from shared.eventstore.log import log_tail
from tests.meetings.city import NOBODY, PREFIX, REGISTRY, STRANGER, City, signed_in
from tests.meetings.examples import CONFERENCE, CONFERENCE_HELD, MEMBER_NAME, OTHER_PLACE, REASON, SEAT_TITLE, STARTS

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
MOVED = {"starts_at": "2018-11-13T15:00:00Z", "place": OTHER_PLACE}
NOT_FOUND = "There is no such thing, or it is not for you to see."
NOT_ALLOWED = "You are signed in, but this needs a role that you do not hold."
STALE = "What you saw has changed since: look again, then decide again."
UNSEEN = "Whoever changes what they saw says which version they saw: send its ETag as If-Match."
REUSED = "This Idempotency-Key was used before, for another request."
UNFIT = "The input does not fit."


def told(response: httpx2.Response) -> tuple[int, str, str]:
    """Status, type and sentence of a problem, which must be one in form, too."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["title"]
    return response.status_code, problem["type"].removeprefix("urn:bindeglied:"), problem["detail"]


def misfits(response: httpx2.Response) -> dict[str, str]:
    """What does not fit, by field."""
    assert told(response) == (422, "problem:bad-input", UNFIT)
    return {error["where"]: error["what"] for error in response.json()["errors"]}


class Scene:
    """A body with a meeting, and how long the log was before the bad input came."""

    def __init__(self, city: City, body: str, secretary: dict[str, str], meeting: str, tail: int) -> None:
        self.city, self.body, self.secretary, self.meeting, self.tail = city, body, secretary, meeting, tail

    async def post(self, path: str, wish: Any, who: dict[str, str] | None = None, **headers: str) -> httpx2.Response:
        """Send a wish; by default the secretariat does."""
        return await self.city.post(
            path.format(body=self.body, meeting=self.meeting), wish, self.secretary if who is None else who, **headers
        )

    async def raw(self, path: str, content: bytes, content_type: str = "application/json") -> httpx2.Response:
        """Send bytes as they are."""
        address = PREFIX + path.format(body=self.body, meeting=self.meeting)
        return await self.city.client.post(address, content=content, headers={**self.secretary, "content-type": content_type})

    async def nothing_happened(self) -> bool:
        """Whether the log is as long as it was."""
        return (await log_tail(self.city.process.pool))[0] == self.tail


@pytest.fixture
async def scene(city: City) -> Scene:
    body, secretary = await city.board()
    meeting = (await city.schedule(body, secretary)).json()["id"]
    return Scene(city, body, secretary, meeting, (await log_tail(city.process.pool))[0])


async def test_malformed_json_is_told_by_its_place(scene: Scene) -> None:
    cut = await scene.raw("/meetings/{meeting}/cancellation", b'{\n  "reason": "Kein Raum"')
    assert misfits(cut) == {"body": "is malformed JSON at line 2, column 24: Expecting ',' delimiter"}
    assert misfits(await scene.raw("/meetings", b'{"title": "\xff"}')) == {"body": "is not JSON in UTF-8"}
    form = await scene.raw("/meetings/{meeting}/cancellation", b"reason=x", "application/x-www-form-urlencoded")
    assert misfits(form) == {"body": "is not JSON: send it with Content-Type: application/json"}
    assert await scene.nothing_happened()


async def test_unknown_missing_and_ill_typed_fields_are_told_by_name(scene: Scene) -> None:
    unknown = await scene.post("/meetings/{meeting}/cancellation", {"reason": REASON, "sollen_alle_wissen": True})
    assert misfits(unknown) == {"body.sollen_alle_wissen": "is not known here"}
    assert misfits(await scene.post("/meetings/{meeting}/cancellation", {})) == {"body.reason": "is missing"}
    ill_typed = await scene.city.schedule(scene.body, scene.secretary, title=17, public="ja", starts_at="morgen", ends_at=None)
    assert misfits(ill_typed) == {
        "body.title": "is not a text",
        "body.public": "is neither true nor false",
        "body.starts_at": "must be a time with its zone like 2018-11-30T15:00:00+01:00",
    }
    assert "morgen" not in ill_typed.text, "what somebody typed is not repeated"
    assert misfits(await scene.post("/meetings/{meeting}/cancellation", ["reason"])) == {"body": "is not an object"}
    assert misfits(await scene.city.schedule(scene.body, scene.secretary, body=1)) == {"body.body": "is not a UUID"}
    nature = await scene.post("/bodies", {"name": "Ausschuss", "kind": "committe", "legal_nature": "organ", "founded_on": "2018"}, REGISTRY)
    kinds = [repr(kind.value) for kind in BodyKind]
    assert misfits(nature) == {
        "body.kind": f"must be {', '.join(kinds[:-1])} or {kinds[-1]}",
        "body.founded_on": "must be a day like 2018-11-30",
    }
    no_id = await scene.city.get("/meetings/sitzung-im-herbst", scene.secretary)
    assert misfits(no_id) == {"path.meeting": "is not a UUID"}
    misspelt = await scene.city.get("/meetings", scene.secretary, limt=3)
    assert misfits(misspelt) == {"query.limt": "is not known here"}
    assert await scene.nothing_happened()


async def test_a_stale_missing_or_malformed_if_match_is_told(scene: Scene) -> None:
    path = "/meetings/{meeting}/rescheduling"
    assert told(await scene.post(path, MOVED)) == (428, "problem:if-match-missing", UNSEEN)
    stale = await scene.post(path, MOVED, If_Match='"7"')
    assert told(stale) == (412, "problem:stale", STALE)
    assert (stale.headers["etag"], stale.json()["current_version"]) == ('"1"', 1)
    assert told(await scene.post("/meetings/{meeting}/cancellation", {"reason": REASON}, If_Match='"7"'))[0] == 412
    assert misfits(await scene.post(path, MOVED, If_Match='W/"1"')) == {"header.If-Match": 'is not one strong ETag such as "7"'}
    assert await scene.nothing_happened()


async def test_a_key_used_again_for_something_else_is_told(scene: Scene) -> None:
    path, key = "/meetings/{meeting}/cancellation", "absage-1"
    first = await scene.post(path, {"reason": REASON}, Idempotency_Key=key)
    assert first.status_code == 200
    tail = (await log_tail(scene.city.process.pool))[0]
    assert told(await scene.post(path, {"reason": "Kein Raum."}, Idempotency_Key=key)) == (422, "problem:key-reused", REUSED)
    assert told(await scene.post("/meetings/{meeting}/opening", {}, Idempotency_Key=key)) == (422, "problem:key-reused", REUSED)
    again = await scene.post(path, {"reason": REASON}, Idempotency_Key=key)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    malformed = await scene.post(path, {"reason": REASON}, Idempotency_Key="zwei Worte")
    assert misfits(malformed) == {"header.Idempotency-Key": "is not 1 to 255 visible ASCII characters"}
    assert (await log_tail(scene.city.process.pool))[0] == tail


async def test_somebody_elses_key_answers_nothing_of_theirs(scene: Scene) -> None:
    """A key is one principal's: another one's is theirs alone, and learns nothing by it."""
    path, key = "/meetings/{meeting}/cancellation", UNKNOWN
    first = await scene.post(path, {"reason": REASON}, Idempotency_Key=key)
    assert first.status_code == 200
    other = await scene.post(path, {"reason": "Kein Raum."}, REGISTRY, Idempotency_Key=key)
    assert told(other) == (409, "meetings:MeetingIsCancelled", "A cancelled meeting cannot be changed.")
    assert told(await scene.post(path, {"reason": REASON}, STRANGER, Idempotency_Key=key)) == (403, "problem:not-allowed", NOT_ALLOWED)
    assert first.json()["id"] not in other.text


async def test_what_is_not_there_is_told_as_what_is_hidden(scene: Scene) -> None:
    hidden = (await scene.city.schedule(scene.body, scene.secretary, public=False)).json()["id"]
    for meeting in (UNKNOWN, hidden):
        assert told(await scene.city.get(f"/meetings/{meeting}", STRANGER)) == (404, "problem:not-found", NOT_FOUND)
        for step, wish in (("rescheduling", MOVED), ("cancellation", {"reason": REASON}), ("opening", {}), ("closing", {})):
            response = await scene.post(f"/meetings/{meeting}/{step}", wish, STRANGER, If_Match="*")
            assert told(response) == (404, "problem:not-found", NOT_FOUND), step
    assert told(await scene.city.get("/minutes", REGISTRY)) == (404, "problem:not-found", NOT_FOUND)
    assert told(await scene.city.client.put(f"{PREFIX}/meetings"))[2] == "This address does not know that method."


async def test_without_a_token_or_the_role_it_is_told_which_is_missing(scene: Scene) -> None:
    path, wish = "/meetings/{meeting}/cancellation", {"reason": REASON}
    assert told(await scene.post(path, wish, NOBODY)) == (401, "problem:unauthenticated", "This needs a bearer token.")
    for who in (STRANGER, signed_in("member", f"{scene.body}:member"), signed_in("other", f"{UNKNOWN}:secretariat")):
        assert told(await scene.post(path, wish, who)) == (403, "problem:not-allowed", NOT_ALLOWED)
    forged = {"authorization": scene.secretary["authorization"][:-8] + "AAAAAAAA"}
    status, kind, sentence = told(await scene.post(path, wish, forged))
    assert (status, kind, sentence) == (401, "problem:invalid-token", "The token's signature does not hold.")
    assert await scene.nothing_happened()


NEW_SEAT = {"title": SEAT_TITLE, "kind": "nominated", "voting": True}
RIGHT_BODY = {"name": "Beirat", "kind": "network", "legal_nature": "advisory", "founded_on": "2013-04-25"}
NEW_CADENCE = {"valid_from": "2019-01-01", "rule": {"minimum_per_year": 2, "source": "Satzung"}}
ADDRESSES: dict[tuple[str, str], Any] = {
    ("get", "/bodies/{body}"): None,
    ("get", "/bodies/{body}/cadence"): None,
    ("post", "/bodies/{body}/cadence"): NEW_CADENCE,
    ("post", "/bodies/{body}/succession"): {"successor": "{body}", "on": "2018-09-03", "reason": "Neue Satzung"},
    ("post", "/bodies/{body}/correction"): {"right": RIGHT_BODY, "reason": REASON},
    ("post", "/bodies/{body}/cadence-correction"): {"recorded_from": "2013-04-25", "right": NEW_CADENCE, "reason": REASON},
    ("post", "/bodies/{body}/succession-correction"): {"right": None, "reason": REASON},
    ("post", "/bodies/{body}/seats"): NEW_SEAT,
    ("get", "/bodies/{body}/seats/{seat}"): None,
    ("post", "/bodies/{body}/seats/{seat}/member"): {"member_name": MEMBER_NAME},
    ("post", "/bodies/{body}/seats/{seat}/vacancy"): {"reason": "Ende der Amtszeit"},
    ("post", "/bodies/{body}/seats/{seat}/member-correction"): {"recorded_since": "2018-02-01", "reason": REASON},
    ("post", "/bodies/{body}/seats/{seat}/correction"): {"right": NEW_SEAT, "reason": REASON},
    ("post", "/bodies/{body}/quorum-correction"): {"recorded_from": "2013-04-25", "right": None, "reason": REASON},
    ("post", "/bodies/{body}/quorum"): {"more_than_percent": 50, "source": "Satzung"},
    ("get", "/bodies/{body}/composition"): None,
    ("get", "/bodies/{body}/past-meetings"): None,
    ("get", "/meetings/{meeting}"): None,
    ("get", "/meetings/{meeting}/invitation"): None,
    ("post", "/meetings/{meeting}/rescheduling"): MOVED,
    ("post", "/meetings/{meeting}/plan-correction"): {"title": "Bericht", "place": OTHER_PLACE, "reason": REASON},
    ("post", "/meetings/{meeting}/cancellation"): {"reason": REASON},
    ("post", "/meetings/{meeting}/opening"): {},
    ("post", "/meetings/{meeting}/items"): {"title": "Verschiedenes"},
    ("get", "/meetings/{meeting}/items/{item}"): None,
    ("post", "/meetings/{meeting}/items/{item}/removal"): {"reason": REASON},
    ("post", "/meetings/{meeting}/invitation"): {},
    ("post", "/meetings/{meeting}/arrivals"): {"member": UNKNOWN},
    ("post", "/meetings/{meeting}/departures"): {"member": UNKNOWN},
    ("post", "/meetings/{meeting}/items/{item}/receipt"): {},
    ("post", "/meetings/{meeting}/items/{item}/deliberation"): {},
    ("post", "/meetings/{meeting}/items/{item}/note"): {},
    ("post", "/meetings/{meeting}/items/{item}/resolution"): {
        "text": "Beschluss",
        "instrument": "none",
        "yes": 0,
        "no": 0,
        "abstentions": 0,
    },
    ("post", "/meetings/{meeting}/correction"): {"right": {"kind": "opening", "at": "2018-11-06T16:00:00+01:00"}, "reason": REASON},
    ("post", "/meetings/{meeting}/closing"): {},
    ("get", "/bodies/{body}/proposals"): None,
    ("post", "/bodies/{body}/proposals"): {
        "matter": {"service": "conferences", "kind": "results", "id": str(CONFERENCE)},
        "asked": "deliberate",
        "proposed_by": "{body}",
    },
    ("get", "/proposals/{proposal}"): None,
    ("post", "/proposals/{proposal}/declination"): {"reason": REASON},
    ("post", "/proposals/{proposal}/declination-correction"): {"declined_because": "Später.", "reason": REASON},
}
"""Every address with an id in it, and what is wished there; `{body}` in a wish is the scene's own."""


async def sent_to(scene: Scene, method: str, path: str, wish: Any) -> httpx2.Response:
    """Ask or wish as somebody whom no role holds back."""
    if method == "get":
        return await scene.city.get(path, REGISTRY)
    wish = {name: scene.body if value == "{body}" else value for name, value in wish.items()}
    return await scene.post(path, wish, REGISTRY, If_Match="*")


async def results_put_to(scene: Scene) -> str:
    """A held conference's results wait at the body; the id of what was put to it."""
    held = CONFERENCE_HELD.model_copy(update={"results_go_to": UUID(scene.body)})
    scene.city.others.tell("conferences", CONFERENCE, held)
    proposal = str(proposal_of(UUID(scene.body), Matter(service="conferences", kind="results", id=CONFERENCE)))
    async with asyncio.timeout(60):
        while (await scene.city.get(f"/proposals/{proposal}")).status_code != 200:
            await asyncio.sleep(0.02)
    return proposal


async def test_the_id_of_something_else_is_unknown_at_every_address(scene: Scene) -> None:
    paths = scene.city.process.app.openapi()["paths"]
    known = {(method, path.removeprefix(PREFIX)) for path, methods in paths.items() for method in methods if "/operations/" not in path}
    assert ADDRESSES.keys() == {(method, path) for method, path in known if "{" in path}
    item = (await scene.post("/meetings/{meeting}/items", {"title": "Bericht"})).json()["id"]
    scene.city.clock.now = STARTS
    assert (await scene.post("/meetings/{meeting}/opening", {})).status_code == 200
    sitting = str(sitting_of(UUID(scene.meeting)))
    tail = (await log_tail(scene.city.process.pool))[0]
    assert tail == scene.tail + 3, "the meeting is open with its point, and so is its sitting"
    for (method, path), wish in ADDRESSES.items():
        other = scene.meeting if "{body}" in path else scene.body
        for id_ in (other, sitting, UNKNOWN):
            ids = dict.fromkeys(("body", "meeting", "seat", "item", "resolution", "proposal"), id_)
            told_so = told(await sent_to(scene, method, path.format(**ids), wish))
            assert told_so == (404, "problem:not-found", NOT_FOUND), (method, path)
    for id_ in (scene.meeting, sitting, UNKNOWN):
        assert misfits(await scene.city.schedule(id_, REGISTRY)) == {"body.body": "is no body that stands"}
        assert misfits(await scene.city.found("Amt", secretariat=id_)) == {"body.secretariat": "is no body that stands"}
        assert (await scene.city.get("/meetings", REGISTRY, body=id_)).json()["items"] == []
    assert (await log_tail(scene.city.process.pool))[0] == tail
    seat = (await scene.post("/bodies/{body}/seats", NEW_SEAT)).json()["id"]
    proposal = await results_put_to(scene)
    ids = {"body": scene.body, "meeting": scene.meeting, "seat": seat, "item": item, "proposal": proposal, "resolution": item}
    for (method, path), wish in ADDRESSES.items():
        answer = await sent_to(scene, method, path.format(**ids), wish)
        assert answer.status_code in {200, 201, 409}, f"{method} {path} knows its own kind: {answer.text}"
