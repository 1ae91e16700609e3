"""From a conference's results to the resolution over HTTP, on a real database, with the reactions at work; and what outsiders see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2

from services.meetings.items import Matter
from services.meetings.proposal import PROPOSAL, ProposeItem, proposal_of
from shared.contracts.recommendations import RecommendationIssued, RecommendationWithdrawn
from shared.envelope import Cursor
from shared.eventstore.log import log_tail, read_log
from shared.eventstore.store import Origin
from tests.meetings.city import NOBODY, PREFIX, REGISTRY, STRANGER, City, signed_in
from tests.meetings.examples import CONFERENCE, CONFERENCE_HELD, CONFERENCE_TITLE, ENDS, NOW, OF_PROPOSAL, STARTS, TEXT
from tests.meetings.test_api import UNKNOWN, fields, refused_as
from tests.meetings.test_composition_api import a_seat, seated

PATIENCE = 60.0
"""Seconds after which what was to follow by itself has not."""
MINUTE = timedelta(minutes=1)
RECOMMENDATION = UUID(int=99)


@dataclass
class Scene:
    """A board with two voting members, a public meeting, an office that proposes, and what the secretariat does there."""

    city: City
    board: str
    office: str
    secretary: dict[str, str]
    members: list[str]
    meeting: str

    @property
    def proposal(self) -> str:
        """What the held conference puts to the board."""
        return str(proposal_of(UUID(self.board), Matter(service="conferences", kind="results", id=CONFERENCE)))

    async def do(self, path: str, wish: Any = None, meeting: str | None = None) -> httpx2.Response:
        """Something about the meeting that the secretariat does."""
        return await self.city.post(f"/meetings/{meeting or self.meeting}{path}", wish or {}, self.secretary)

    async def done(self, path: str, wish: Any = None, meeting: str | None = None) -> httpx2.Response:
        """The same, and it has to be granted."""
        response = await self.do(path, wish, meeting)
        assert response.status_code in {200, 201}, response.text
        return response

    async def shown(self, who: dict[str, str] = NOBODY, meeting: str | None = None) -> dict[str, Any]:
        """The meeting as it is shown."""
        response = await self.city.get(f"/meetings/{meeting or self.meeting}", who)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found

    async def held(self, **changes: Any) -> None:
        """The conferences service tells that the conference was held; its results then wait at the board."""
        told = {"results_go_to": UUID(self.board), "host": UUID(self.office)} | changes
        self.city.others.tell("conferences", CONFERENCE, CONFERENCE_HELD.model_copy(update=told), at=NOW)
        await until(lambda: self.standing("waiting"))
        await until(self.owes)

    async def standing(self, *standing: str) -> bool:
        """Whether the results stand like that."""
        found = await self.city.get(f"/proposals/{self.proposal}", self.secretary)
        return found.status_code == 200 and found.json()["standing"] in standing

    async def duties(self, who: dict[str, str] = NOBODY) -> list[dict[str, Any]]:
        """What the board owes."""
        found: list[dict[str, Any]] = (await self.city.get("/duties", who, body=self.board)).json()["items"]
        return found

    async def owes(self) -> bool:
        """Whether it owes anything."""
        return bool(await self.duties())

    async def placed(self, meeting: str | None = None) -> str:
        """The results on the agenda; the point's id."""
        item: str = (await self.done("/items", {"proposal": self.proposal}, meeting)).json()["id"]
        return item

    async def opened(self, at: datetime = STARTS, meeting: str | None = None) -> None:
        """The meeting has begun, and it is ten minutes later."""
        self.city.clock.now = at + 10 * MINUTE
        await self.done("/opening", {"opened_at": at.isoformat()}, meeting)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what follows by itself."""
    async with asyncio.timeout(PATIENCE):
        while not await holds():
            await asyncio.sleep(0.02)


async def a_scene(city: City, *, public: bool = True) -> Scene:
    board, secretary = await city.board()
    office = (await city.found("Koordinierungsstelle", kind="office", legal_nature="administration", cadence=None)).json()["id"]
    members = []
    for name in ("Ayla Beispiel", "Bo Beispiel"):
        seat = await a_seat(city, board, secretary, title=f"Sitz {name}")
        members.append(await seated(city, board, seat, secretary, name))
    meeting = (await city.schedule(board, secretary, public=public)).json()["id"]
    return Scene(city, board, office, secretary, members, meeting)


async def test_results_are_put_placed_invited_received_deliberated_and_resolved(city: City) -> None:
    scene = await a_scene(city)
    await scene.held()
    (waiting,) = (await scene.shown())["waiting"]
    assert (waiting["title"], waiting["proposed_by"], waiting["asked"]) == (CONFERENCE_TITLE, scene.office, "receive_and_deliberate")
    (duty,) = await scene.duties()
    assert (duty["conference"], duty["due_by"], duty["received_at"], duty["overdue"]) == (str(CONFERENCE), "2019-03-03", None, False)

    item = await scene.placed()
    await until(lambda: scene.standing("placed"))
    assert (await scene.shown())["waiting"] == []
    invited = await scene.done("/invitation")
    assert (await scene.done("/invitation")).headers["etag"] == invited.headers["etag"]
    assert (await scene.shown())["invited"] == {"at": "2018-09-03T09:00:00Z", "members": 2}

    await scene.opened()
    for member in scene.members:
        await scene.done("/arrivals", {"member": member, "at": STARTS.isoformat()})
    deliberation = {"summary": "Die Ergebnisse wurden begrüßt.", "at": (STARTS + 5 * MINUTE).isoformat()}
    assert refused_as(await scene.do(f"/items/{item}/deliberation", deliberation), "ResultsAreReceivedBeforeTheyAreDeliberated")
    await scene.done(f"/items/{item}/receipt", {"at": (STARTS + MINUTE).isoformat()})
    await scene.done(f"/items/{item}/deliberation", deliberation)
    vote = {"text": TEXT, "instrument": "recommendation", "yes": 2, "no": 0, "abstentions": 0}
    assert refused_as(await scene.do(f"/items/{item}/resolution", vote | {"no": 1}), "MoreVotesThanMembersPresent")
    resolved = await scene.done(f"/items/{item}/resolution", vote)
    assert (await scene.done(f"/items/{item}/resolution", vote)).headers["etag"] == resolved.headers["etag"]
    await scene.done("/departures", {"member": scene.members[1]})
    await scene.done("/closing")

    shown = await scene.shown()
    (point,) = shown["agenda"]
    resolution = point["outcome"].pop("resolution")
    assert point == {
        "id": item,
        "number": 1,
        "title": CONFERENCE_TITLE,
        "public": True,
        "asked": "receive_and_deliberate",
        "matter": {"service": "conferences", "kind": "results", "id": str(CONFERENCE)},
        "proposal": scene.proposal,
        "proposed_by": scene.office,
        "proposed_by_name": "Koordinierungsstelle",
        "outcome": {
            "received_at": "2018-11-06T15:01:00Z",
            "deliberated_at": "2018-11-06T15:05:00Z",
            "summary": "Die Ergebnisse wurden begrüßt.",
            "noted_at": None,
            "rejections": [],
            "dealt_with": True,
            "corrected": [],
        },
    }
    votes = {"yes": 2, "no": 0, "abstentions": 0, "present": 2, "entitled": 2, "quorum": 2}
    assert (resolution["text"], resolution["instrument"], resolution["votes"]) == (TEXT, "recommendation", votes)
    assert (shown["standing"], shown["quorum"]["needed"]) == ("held", 2)
    assert shown["attendance"] == {"present": 1, "voting_present": 1, "members": None, "moves": None}
    insider = (await scene.shown(scene.secretary))["attendance"]["members"]
    assert [(one["member_name"], one["present"]) for one in insider] == [("Ayla Beispiel", True), ("Bo Beispiel", False)]

    right = {"kind": "resolution", "resolution": resolution["id"], "text": f"{TEXT} Auch am Wochenende."}
    await scene.done("/correction", {"right": right, "reason": "Der zweite Satz fehlte."})
    outcome = (await scene.shown())["agenda"][0]["outcome"]
    assert (outcome["resolution"]["text"], outcome["resolution"]["first_text"]) == (right["text"], TEXT)
    assert [(one["text"], one["reason"]) for one in outcome["corrected"]] == [(right["text"], "Der zweite Satz fehlte.")]
    assert refused_as(await scene.do(f"/items/{item}/note"), "SittingIsClosed")
    await until(lambda: scene.standing("dealt_with"))

    async def free() -> bool:
        return not await scene.owes()

    await until(free)


async def test_what_is_delivered_again_happens_once_and_a_refusal_is_recorded_once(city: City) -> None:
    scene = await a_scene(city)
    board, office = UUID(scene.board), UUID(scene.office)
    held = CONFERENCE_HELD.model_copy(update={"results_go_to": board, "host": office})
    by_hand = ProposeItem(now=NOW, **OF_PROPOSAL | {"proposal": UUID(scene.proposal), "body": board, "title": "Von Hand"}, due_by=None)
    await city.process.store.execute(PROPOSAL, by_hand.proposal, by_hand, Origin("user:test", uuid4(), "user:test"))
    city.others.tell("conferences", CONFERENCE, held)
    await until(scene.owes)

    async def refusals() -> list[tuple[str, str]]:
        return [(one.reaction, one.refusal) for one in await city.process.readers.refused(10)]

    async def refused() -> bool:
        return bool(await refusals())

    await until(refused)
    tail = (await log_tail(city.process.pool))[0]
    again = await city.others.open("conferences").read(Cursor(), 10)
    for reactor in city.process.readers.reactors:
        if reactor.reaction.source == "conferences":
            await reactor._on_new_generation()
            await reactor.deliver(again)
    assert (await log_tail(city.process.pool))[0] == tail
    assert await refusals() == [("when_conference_held_then_propose_results", "MatterIsProposedAlready")]
    assert [one["title"] for one in (await scene.shown())["waiting"]] == ["Von Hand"]


async def test_what_was_received_only_waits_again_and_needs_no_second_receipt(city: City) -> None:
    scene = await a_scene(city)
    await scene.held()
    item = await scene.placed()
    next_meeting = (await city.schedule(scene.board, scene.secretary, starts_at="2018-12-04T15:00:00Z", ends_at=None)).json()["id"]
    assert refused_as(await scene.do("/items", {"proposal": scene.proposal}, next_meeting), "ProposalIsDecided")
    await scene.opened()
    await scene.done(f"/items/{item}/receipt")
    await scene.done("/closing")
    await until(lambda: scene.standing("waiting"))
    assert (await scene.shown())["agenda"][0]["outcome"]["dealt_with"] is False

    async def received() -> bool:
        (duty,) = await scene.duties()
        return duty["received_at"] is not None and duty["deliberated_at"] is None

    await until(received)
    again = await scene.placed(next_meeting)
    assert again != item
    await scene.opened(STARTS + timedelta(days=28), next_meeting)
    await scene.done(f"/items/{again}/deliberation", None, next_meeting)

    async def free() -> bool:
        return not await scene.owes()

    await until(free)


async def test_a_cancelled_meeting_and_a_point_taken_off_give_the_proposal_back(city: City) -> None:
    scene = await a_scene(city)
    await scene.held()
    item = await scene.placed()
    decline = {"reason": "Der Fachbeirat ist dafür nicht zuständig."}
    path = f"/proposals/{scene.proposal}/declination"
    assert refused_as(await city.post(path, decline, scene.secretary), "ProposalIsDecided")
    await scene.done(f"/items/{item}/removal", {"reason": "Die Unterlagen fehlen noch."})
    again = await scene.placed()
    await scene.done("/cancellation", {"reason": "Der Raum steht nicht zur Verfügung."})
    assert again != item
    declined = await city.post(path, decline, scene.secretary)
    assert declined.status_code == 200, declined.text
    right = {"declined_because": "Der Fachbeirat befasst sich damit im Herbst.", "reason": "Der Grund war verwechselt."}
    other = (await city.schedule(scene.board, scene.secretary)).json()["id"]
    assert refused_as(await scene.do("/items", {"proposal": scene.proposal}, other), "ProposalIsDecided")
    assert (await city.post(f"{path}-correction", right, STRANGER)).status_code == 403
    corrected = await city.post(f"{path}-correction", right, scene.secretary)
    assert corrected.status_code == 200, corrected.text
    at = corrected.headers["position"]
    found = (await city.get(f"/bodies/{scene.board}/proposals", scene.secretary, min_position=at)).json()["items"]
    assert [(one["standing"], one["reason"]) for one in found] == [("declined", right["declined_because"])]

    async def told() -> bool:
        return [one["declined"] for one in await scene.duties()] == [right["declined_because"]]

    await until(told)
    matter = {"service": "conferences", "kind": "results", "id": str(CONFERENCE)}
    wish = {"matter": matter, "asked": "receive_and_deliberate", "proposed_by": scene.office}
    anew = await city.post(f"/bodies/{scene.board}/proposals", wish, signed_in("officer", f"{scene.office}:officer"))
    assert anew.status_code == 201, anew.text
    await until(lambda: scene.standing("waiting"))
    assert [one["declined"] for one in await scene.duties()] == [None]
    await scene.placed(other)
    await until(lambda: scene.standing("placed"))


async def test_an_office_puts_a_recommendation_to_a_committee_in_its_own_name(city: City) -> None:
    scene = await a_scene(city)
    officer = signed_in("officer", f"{scene.office}:officer")
    wish = {
        "matter": {"service": "recommendations", "kind": "recommendation", "id": str(RECOMMENDATION)},
        "asked": "take_note",
        "proposed_by": scene.office,
    }
    path = f"/bodies/{scene.board}/proposals"
    assert fields(await city.post(path, wish, officer)) == ["body.matter"]
    told: dict[str, Any] = {"recommendation": RECOMMENDATION, "title": "Sprachkurse am Abend", "instrument": "recommendation"}
    told |= {"body": scene.board, "body_name": "Fachbeirat", "public": False}
    said: dict[str, Any] = {
        "resolution": RECOMMENDATION,
        "matter": None,
        "text": "…",
        "admissibility": "…",
        "addressees": [],
        "informs": [],
    }
    issued = RecommendationIssued.model_validate(told | said | {"issued_on": "2018-09-03"})
    city.others.tell("recommendations", RECOMMENDATION, issued)

    async def known() -> bool:
        return (await city.post(path, wish, officer)).status_code == 201

    await until(known)
    proposed = await city.post(path, wish, officer)
    assert proposed.headers["location"] == f"{PREFIX}/proposals/{proposed.json()['id']}"
    assert fields(await city.post(path, wish | {"public": True}, officer)) == ["body.public"]
    assert fields(await city.post(path, wish | {"proposed_by": UNKNOWN}, REGISTRY)) == ["body.proposed_by"]
    assert refused_as(await city.post(path, wish | {"title": "Anderes"}, officer), "MatterIsProposedAlready")
    assert (await city.post(f"/bodies/{UNKNOWN}/proposals", wish, officer)).status_code == 404
    assert (await city.post(path, wish, scene.secretary)).status_code == 403, "nobody speaks for another body"
    address = f"/proposals/{proposed.json()['id']}"
    shown = await city.get(address, scene.secretary, min_position=proposed.headers["position"])
    assert (shown.json()["title"], shown.json()["public"], shown.json()["standing"]) == ("Sprachkurse am Abend", False, "waiting")
    own = await city.get(address, officer, min_position=proposed.headers["position"])
    assert own.json() == shown.json(), "whoever put it there reads it, though it is not public"
    for outsider in (NOBODY, STRANGER, officer):
        assert outsider is officer or (await city.get(address, outsider)).status_code == 404
        assert (await city.get(path, outsider)).json()["items"] == []
        assert (await scene.shown(outsider))["waiting"] == []
        there, not_there = [
            await city.post(f"/proposals/{one}/declination", {"reason": "…"}, outsider) for one in (proposed.json()["id"], UNKNOWN)
        ]
        assert (there.status_code, there.content) == (not_there.status_code, not_there.content)
    assert len((await scene.shown(scene.secretary))["waiting"]) == 1
    department = (await city.found("Dezernat III", kind="department", legal_nature="administration", cadence=None)).json()["id"]
    other = signed_in("other", f"{department}:officer")
    there = await city.post(path, wish | {"proposed_by": department, "title": "Anderes"}, other)
    assert there.status_code == 201, "nobody is told that another has put it there already and not publicly"
    unchanged = await city.get(address, scene.secretary, min_position=there.headers["position"])
    assert unchanged.json() == shown.json()
    assert (await city.get(address, other)).status_code == 404
    withdrawn = RecommendationWithdrawn.model_validate(told | {"reason": "…", "withdrawn_on": "2018-09-03"})
    city.others.tell("recommendations", RECOMMENDATION, withdrawn)

    async def gone() -> bool:
        return (await city.post(path, wish, officer)).status_code == 422

    await until(gone)


async def test_points_that_are_not_public_are_neither_seen_nor_counted(city: City) -> None:
    scene = await a_scene(city)
    canary = "Vertraulich-4712"
    hidden = (await scene.done("/items", {"title": canary})).json()["id"]
    seen = (await scene.done("/items", {"title": "Öffentlich", "public": True, "asked": "take_note"})).json()["id"]
    await scene.opened()
    await scene.done(f"/items/{hidden}/deliberation", {"summary": canary})
    await scene.done(f"/items/{seen}/note")
    for outsider in (NOBODY, STRANGER):
        shown = await scene.shown(outsider)
        assert [(one["number"], one["id"], one["outcome"]["dealt_with"]) for one in shown["agenda"]] == [(1, seen, True)]
        assert canary not in str(shown)
        assert (await city.get(f"/meetings/{scene.meeting}/items/{hidden}", outsider)).status_code == 404
    for insider in (scene.secretary, signed_in("member", f"{scene.board}:member")):
        shown = await scene.shown(insider)
        assert [(one["number"], one["title"]) for one in shown["agenda"]] == [(1, canary), (2, "Öffentlich")]
        assert (await city.get(f"/meetings/{scene.meeting}/items/{hidden}", insider)).json()["outcome"]["summary"] == canary


async def test_the_agenda_of_a_meeting_that_is_not_public_is_as_if_it_were_not_there(city: City) -> None:
    scene = await a_scene(city, public=False)
    await scene.held()
    item = await scene.placed()
    await until(lambda: scene.standing("placed"))
    assert (await city.get(f"/meetings/{scene.meeting}/items/{item}")).status_code == 404
    (listed,) = (await city.get(f"/bodies/{scene.board}/proposals")).json()["items"]
    assert (listed["standing"], listed["meeting"]) == ("waiting", None)
    await scene.opened()
    await scene.done(f"/items/{item}/receipt")

    async def told() -> bool:
        return (await scene.duties(scene.secretary))[0]["received_at"] is not None

    await until(told)
    assert [duty["received_at"] for duty in await scene.duties()] == [None]
    for path, wish in ((f"/items/{item}/receipt", {}), ("/items", {"title": "…"}), ("/arrivals", {"member": scene.members[0]})):
        there, not_there = [await city.post(f"/meetings/{one}{path}", wish, STRANGER) for one in (scene.meeting, UNKNOWN)]
        assert (there.status_code, there.content) == (404, not_there.content)


async def test_a_body_resolves_with_its_quorum_only_and_one_without_members_never(city: City) -> None:
    scene = await a_scene(city)
    item = (await scene.done("/items", {"title": "Stellungnahme"})).json()["id"]
    vote = {"text": TEXT, "instrument": "statement", "yes": 1, "no": 0, "abstentions": 0}
    await scene.opened()
    await scene.done("/arrivals", {"member": scene.members[0]})
    await scene.done(f"/items/{item}/deliberation")
    refused = await scene.do(f"/items/{item}/resolution", vote)
    assert refused_as(refused, "QuorumIsMissing")
    assert (refused.json()["present"], refused.json()["needed"], refused.json()["entitled"]) == (1, 2, 2)
    assert refused_as(await scene.do("/arrivals", {"member": UNKNOWN}), "MemberIsNotOfTheBody")

    office_meeting = (await city.schedule(scene.office, REGISTRY, entered_later=True)).json()["id"]
    point = (await city.post(f"/meetings/{office_meeting}/items", {"title": "Runde"}, REGISTRY)).json()["id"]
    for path in ("/opening", f"/items/{point}/deliberation"):
        assert (await city.post(f"/meetings/{office_meeting}{path}", {}, REGISTRY)).status_code == 200
    none = await city.post(f"/meetings/{office_meeting}/items/{point}/resolution", vote, REGISTRY)
    assert refused_as(none, "QuorumIsMissing")
    assert none.json()["entitled"] == 0
    assert (await city.post(f"/meetings/{office_meeting}/closing", {}, REGISTRY)).status_code == 200


async def test_a_point_is_a_proposal_or_has_a_title_and_is_placed_once_for_one_key(city: City) -> None:
    scene = await a_scene(city)
    neither_nor: list[dict[str, Any]] = [{}, {"public": True}]
    for misfit in (*neither_nor, {"proposal": UNKNOWN, "title": "Beides"}, {"proposal": UNKNOWN, "asked": "take_note"}):
        assert fields(await scene.do("/items", misfit)) == ["body"], misfit
    assert fields(await scene.do("/items", {"proposal": UNKNOWN})) == ["body.proposal"]
    path, wish = f"/meetings/{scene.meeting}/items", {"title": "Verschiedenes"}
    first, second = [await city.post(path, wish, scene.secretary, Idempotency_Key="one") for _ in range(2)]
    assert (first.status_code, second.content) == (201, first.content)
    assert first.headers["location"] == f"{PREFIX}{path}/{first.json()['id']}"
    assert (await city.get(f"{path}/{first.json()['id']}", scene.secretary)).json()["title"] == "Verschiedenes"
    assert len((await scene.shown(scene.secretary))["agenda"]) == 1
    removal = {"reason": "Ohne Beratungsbedarf"}
    assert refused_as(await scene.do(f"/items/{UNKNOWN}/removal", removal), "ItemIsNotOnTheAgenda")


async def test_a_past_sitting_is_entered_with_its_own_times(city: City) -> None:
    scene = await a_scene(city)
    item = (await scene.done("/items", {"title": "Bericht", "asked": "take_note"})).json()["id"]
    city.clock.now = STARTS + timedelta(days=200)
    await scene.done("/opening", {"opened_at": STARTS.isoformat()})
    then = {"at": (STARTS + MINUTE).isoformat()}
    await scene.done("/arrivals", {"member": scene.members[0], **then})
    assert refused_as(await scene.do(f"/items/{item}/note", {"at": (STARTS - MINUTE).isoformat()}), "TimeLiesOutsideTheSitting")
    await scene.done(f"/items/{item}/note", {"at": ENDS.isoformat()})
    early = {"closed_at": (ENDS - MINUTE).isoformat()}
    assert refused_as(await scene.do("/closing", early), "SittingEndsBeforeTheLastThatHappened")
    await scene.done("/closing", {"closed_at": ENDS.isoformat()})
    assert (await scene.shown())["agenda"] == []
    (point,) = (await scene.shown(scene.secretary))["agenda"]
    assert (point["outcome"]["noted_at"], point["outcome"]["dealt_with"]) == ("2018-11-06T17:00:00Z", True)


async def test_a_note_tells_what_sort_of_body_took_it_and_what_sort_put_it_there(city: City) -> None:
    scene = await a_scene(city)
    await scene.held()
    items = [await scene.placed(), (await scene.done("/items", {"title": "Bericht", "asked": "take_note"})).json()["id"]]
    await scene.opened()
    for item in items:
        await scene.done(f"/items/{item}/note")
    facts = [json.loads(fact.data) for fact in await read_log(city.process.pool, 0, 100) if fact.type == "meetings.NoteTaken"]
    assert [(fact["body_kind"], fact["proposed_by_kind"]) for fact in facts] == [("advisory_board", "office"), ("advisory_board", None)]


KEPT = [
    ("/items", {"title": "…"}),
    (f"/items/{UNKNOWN}/removal", {"reason": "…"}),
    ("/invitation", {}),
    ("/arrivals", {"member": UNKNOWN}),
    ("/departures", {"member": UNKNOWN}),
    (f"/items/{UNKNOWN}/receipt", {}),
    (f"/items/{UNKNOWN}/deliberation", {}),
    (f"/items/{UNKNOWN}/note", {}),
    (f"/items/{UNKNOWN}/resolution", {"text": "…", "instrument": "none", "yes": 0, "no": 0, "abstentions": 0}),
    ("/correction", {"right": {"kind": "resolution", "resolution": UNKNOWN, "text": "…"}, "reason": "…"}),
]


async def test_only_those_who_keep_a_body_keep_its_agenda_and_its_sitting(city: City) -> None:
    scene = await a_scene(city)
    others = [STRANGER, signed_in("member", f"{scene.board}:member"), signed_in("other", f"{scene.office}:secretariat")]
    for path, wish in KEPT:
        address = f"/meetings/{scene.meeting}{path}"
        answers = [(await city.post(address, wish, who)).status_code for who in (NOBODY, *others)]
        assert answers == [401, 403, 403, 403], path
        allowed = await city.post(address, wish, scene.secretary)
        assert allowed.status_code in {200, 201, 409}, allowed.text
        assert (await city.post(f"/meetings/{UNKNOWN}{path}", wish, REGISTRY)).status_code == 404, path


async def test_what_was_recorded_wrongly_is_put_right_and_what_it_had_ended_begins_again(city: City) -> None:
    scene = await a_scene(city)
    await scene.held()
    item = await scene.placed()
    await scene.opened()
    at = {n: (STARTS + n * MINUTE).isoformat() for n in range(10)}
    await scene.done("/arrivals", {"member": scene.members[0], "at": at[1]})
    await scene.done(f"/items/{item}/receipt", {"at": at[2]})
    await scene.done(f"/items/{item}/deliberation", {"at": at[3], "summary": "Falsch abgeheftet."})
    await scene.done("/closing", {"closed_at": at[9]})
    await until(lambda: scene.standing("dealt_with"))

    async def free() -> bool:
        return not await scene.owes()

    await until(free)
    never = {"kind": "deliberation", "item": item, "never_happened": True}
    await scene.done("/correction", {"right": never, "reason": "Beraten wurde ein anderer Punkt."})
    await until(lambda: scene.standing("waiting"))
    await until(scene.owes)
    shown = await scene.shown()
    outcome = shown["agenda"][0]["outcome"]
    assert (outcome["deliberated_at"], outcome["summary"], outcome["dealt_with"]) == (None, None, False)
    (said,) = outcome["corrected"]
    assert (said["kind"], said["at"], said["reason"]) == ("deliberation", None, "Beraten wurde ein anderer Punkt.")
    assert (await scene.duties())[0]["received_at"] == "2018-11-06T15:02:00Z"

    late = {"kind": "arrival", "member": scene.members[0], "recorded_at": at[1], "at": at[2]}
    await scene.done("/correction", {"right": late, "reason": "Sie kam später."})
    await scene.done("/correction", {"right": {"kind": "closing", "at": at[8]}, "reason": "Abgeschrieben."})
    outside, inside = await scene.shown(), await scene.shown(scene.secretary)
    assert [one["kind"] for one in outside["corrected"]] == ["closing"]
    assert [(one["kind"], one["member_name"]) for one in inside["corrected"]] == [("arrival", "Ayla Beispiel"), ("closing", None)]
    assert (outside["closed_at"], outside["attendance"]["moves"]) == ("2018-11-06T15:08:00Z", None)
    assert [(one["kind"], one["at"]) for one in inside["attendance"]["moves"]] == [("arrival", "2018-11-06T15:02:00Z")]

    after_all = {"kind": "deliberation", "item": item, "at": at[5], "summary": "Doch."}
    await scene.done("/correction", {"right": after_all, "reason": "Es war doch dieser Punkt."})
    await until(lambda: scene.standing("dealt_with"))
    await until(free)
    cleared = {"kind": "deliberation", "item": item, "summary": None}
    await scene.done("/correction", {"right": cleared, "reason": "Die Worte gehören zu einem anderen Punkt."})
    shown = (await city.get(f"/meetings/{scene.meeting}/items/{item}")).json()["outcome"]
    assert (shown["deliberated_at"], shown["summary"]) == ("2018-11-06T15:05:00Z", None)


async def test_what_was_put_right_of_a_hidden_item_stays_hidden(city: City) -> None:
    scene = await a_scene(city)
    item = (await scene.done("/items", {"title": "Personalangelegenheiten", "asked": "deliberate"})).json()["id"]
    await scene.opened()
    await scene.done(f"/items/{item}/deliberation", {"at": STARTS.isoformat()})
    await scene.done("/correction", {"right": {"kind": "deliberation", "item": item, "summary": "Geheim"}, "reason": "Vertraulicher Grund"})
    outside, inside = await scene.shown(), await scene.shown(scene.secretary)
    assert (outside["agenda"], outside["corrected"]) == ([], [])
    assert inside["agenda"][0]["outcome"]["corrected"][0]["reason"] == "Vertraulicher Grund"
