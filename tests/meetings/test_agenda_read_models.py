"""What waits at a body, what is owed to a conference and what can be put to a body: rows, answers, and what outsiders do not learn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import pytest

from services.meetings.events.sitting import DeliberationEntry
from services.meetings.items import Asked, Matter
from services.meetings.read_models.duties import DUTIES, OpenDuty, list_open_duties
from services.meetings.read_models.known_matters import KNOWN_MATTERS, KnownMatter, known_matter
from services.meetings.read_models.proposals import PROPOSALS, ProposalStanding, find_proposal, list_proposals
from shared.contracts.meetings.sittings import Instrument
from shared.contracts.recommendations import RecommendationCorrected, RecommendationIssued, RecommendationWithdrawn
from shared.testing import History, ReadModel
from tests.meetings.examples import (
    BOARD,
    BOARD_NAME,
    CONFERENCE,
    CONFERENCE_CORRECTED,
    CONFERENCE_HELD,
    CONFERENCE_TITLE,
    DECLINATION_CORRECTED,
    DECLINED,
    DELIBERATED,
    DUE_BY,
    DUTY,
    DUTY_CORRECTED,
    DUTY_DELIBERATED,
    DUTY_FULFILLED,
    DUTY_OPENED,
    DUTY_RECEIVED,
    DUTY_RENAMED,
    DUTY_REOPENED,
    FOUNDED_ON,
    ITEM,
    ITEM_PLACED,
    ITEM_REMOVED,
    ITEM_RETURNED,
    MEETING,
    NOTED,
    NOW,
    OFFICE,
    PROPOSAL,
    PROPOSAL_RENAMED,
    PROPOSED,
    RECEIPT_CORRECTED,
    RECEIVED,
    RESULTS,
    RIGHT_REASON,
    RIGHT_TITLE,
    SITTING,
    SOURCE,
    STARTS,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

RECOMMENDATION = UUID(int=23)
HIDDEN_ITEM = ITEM.model_copy(update={"public": False})
NOTE_ASKED = ITEM.model_copy(update={"asked": Asked.TAKE_NOTE})
ROW = {
    "proposal": PROPOSAL,
    "body": BOARD,
    "body_name": BOARD_NAME,
    "service": "conferences",
    "kind": "results",
    "id": CONFERENCE,
    "title": CONFERENCE_TITLE,
    "public": True,
    "asked": "receive_and_deliberate",
    "proposed_by": OFFICE,
    "proposed_by_name": "Koordinierungsstelle",
    "proposed_at": NOW,
    "due_by": DUE_BY,
    "declined": None,
}


def proposed() -> History:
    return History().add(PROPOSAL, PROPOSED)


def on(meeting: UUID, event: Any, **changes: Any) -> tuple[UUID, Any]:
    return meeting, event.model_copy(update=changes)


async def standing(pool: Pool, story: History, *, sees_all: bool = True) -> tuple[ProposalStanding, UUID | None]:
    """How the proposal stands, and where."""
    await ReadModel(pool, PROPOSALS).given(own=story).then()
    (listed,) = await list_proposals(pool, BOARD, sees_all=sees_all, standing=None, limit=10)
    assert await find_proposal(pool, PROPOSAL, sees_all=sees_all) == listed
    same = await list_proposals(pool, BOARD, sees_all=sees_all, standing=listed.standing, limit=10)
    assert list(same) == [listed], "the filter and the answer agree"
    return listed.standing, listed.meeting


async def test_a_proposal_waits(pool: Pool) -> None:
    await ReadModel(pool, PROPOSALS).given(own=proposed()).then(proposals_v1=[ROW], proposals_v1_place=[], proposals_v1_dealt=[])
    (listed,) = await list_proposals(pool, BOARD, sees_all=False, standing="waiting", limit=10)
    assert (listed.matter, listed.asked, listed.reason) == (RESULTS, Asked.RECEIVE_AND_DELIBERATE, None)
    assert await list_proposals(pool, OFFICE, sees_all=True, standing=None, limit=10) == []


async def test_a_declined_proposal_says_why(pool: Pool) -> None:
    await ReadModel(pool, PROPOSALS).given(own=proposed().add(PROPOSAL, DECLINED)).then(proposals_v1=[ROW | {"declined": DECLINED.reason}])
    found = await find_proposal(pool, PROPOSAL, sees_all=False)
    assert found is not None
    assert (found.standing, found.reason) == ("declined", DECLINED.reason)


async def test_a_proposal_and_a_duty_bear_the_title_that_was_corrected(pool: Pool) -> None:
    renamed = proposed().add(PROPOSAL, PROPOSAL_RENAMED)
    await ReadModel(pool, PROPOSALS).given(own=renamed).then(proposals_v1=[ROW | {"title": RIGHT_TITLE}])
    assert [one.conference_title for one in await owed(pool, History().add(DUTY, DUTY_OPENED, DUTY_RENAMED))] == [RIGHT_TITLE]


async def test_why_it_was_declined_is_read_as_it_was_corrected_and_by_those_who_are_owed_it_too(pool: Pool) -> None:
    righted = proposed().add(PROPOSAL, DECLINED, DECLINATION_CORRECTED)
    await ReadModel(pool, PROPOSALS).given(own=righted).then(proposals_v1=[ROW | {"declined": RIGHT_REASON}])
    story = History().add(DUTY, DUTY_OPENED).add(PROPOSAL, PROPOSED, DECLINED, DECLINATION_CORRECTED)
    assert [one.declined for one in await owed(pool, story)] == [RIGHT_REASON]


async def test_what_was_declined_and_put_there_anew_waits_as_it_was_put_the_last_time(pool: Pool) -> None:
    anew = PROPOSED.model_copy(update={"title": "Anders", "public": False, "proposed_by": BOARD, "proposed_at": NOW + timedelta(days=1)})
    story = proposed().add(PROPOSAL, DECLINED, anew)
    row = ROW | {"title": "Anders", "public": False, "proposed_by": BOARD, "proposed_at": anew.proposed_at}
    await ReadModel(pool, PROPOSALS).given(own=story).then(proposals_v1=[row])
    assert await standing(pool, story) == ("waiting", None)


@pytest.mark.parametrize("back", [ITEM_REMOVED, ITEM_RETURNED])
async def test_it_is_placed_until_it_returns_and_can_be_placed_again(pool: Pool, back: Any) -> None:
    story = proposed().add(MEETING, ITEM_PLACED)
    assert await standing(pool, story) == ("placed", MEETING)
    assert await standing(pool, story.add(MEETING, back)) == ("waiting", None)
    elsewhere = uuid5(MEETING, "next")
    again = ITEM.model_copy(update={"id": uuid5(elsewhere, "item")})
    assert await standing(pool, story.add(*on(elsewhere, ITEM_PLACED, item=again))) == ("placed", elsewhere)


async def test_results_are_dealt_with_when_they_are_deliberated_and_neither_received_nor_noted(pool: Pool) -> None:
    story = proposed().add(MEETING, ITEM_PLACED).add(SITTING, RECEIVED, NOTED)
    assert await standing(pool, story) == ("placed", MEETING)
    assert await standing(pool, story.add(SITTING, DELIBERATED)) == ("dealt_with", MEETING)


async def test_what_was_never_deliberated_is_not_dealt_with_and_what_was_left_out_is(pool: Pool) -> None:
    story = proposed().add(MEETING, ITEM_PLACED).add(SITTING, RECEIVED, DELIBERATED)
    never = DeliberationEntry(item=ITEM, formerly=DELIBERATED.deliberated_at, at=None, summary=None)
    story.add(*on(SITTING, RECEIPT_CORRECTED, entry=never)).add(*on(SITTING, RECEIPT_CORRECTED))
    assert await standing(pool, story) == ("placed", MEETING)
    left_out = never.model_copy(update={"formerly": None, "at": DELIBERATED.deliberated_at})
    assert await standing(pool, story.add(*on(SITTING, RECEIPT_CORRECTED, entry=left_out))) == ("dealt_with", MEETING)


async def test_what_the_body_is_to_know_is_dealt_with_when_it_has_taken_note(pool: Pool) -> None:
    story = proposed().add(*on(MEETING, ITEM_PLACED, item=NOTE_ASKED)).add(*on(SITTING, DELIBERATED, item=NOTE_ASKED))
    assert await standing(pool, story) == ("placed", MEETING)
    assert await standing(pool, story.add(*on(SITTING, NOTED, item=NOTE_ASKED))) == ("dealt_with", MEETING)


@pytest.mark.parametrize("hidden", [{"public": False}, {"item": HIDDEN_ITEM}])
async def test_to_outsiders_what_is_placed_in_a_meeting_that_they_do_not_see_waits(pool: Pool, hidden: dict[str, Any]) -> None:
    story = proposed().add(*on(MEETING, ITEM_PLACED, **hidden))
    assert await standing(pool, story) == ("placed", MEETING)
    assert await standing(pool, story, sees_all=False) == ("waiting", None)
    story.add(*on(SITTING, DELIBERATED, **hidden))
    assert await standing(pool, story) == ("dealt_with", MEETING)
    assert await standing(pool, story, sees_all=False) == ("waiting", None)


async def test_outsiders_find_public_proposals_only(pool: Pool) -> None:
    hidden = PROPOSED.model_copy(update={"public": False})
    await ReadModel(pool, PROPOSALS).given(own=History().add(PROPOSAL, hidden)).then()
    assert await list_proposals(pool, BOARD, sees_all=False, standing=None, limit=10) == []
    assert await find_proposal(pool, PROPOSAL, sees_all=False) is None
    assert await find_proposal(pool, PROPOSAL, sees_all=True) is not None


async def test_whoever_speaks_for_the_proposer_finds_it_and_learns_of_public_meetings_alone(pool: Pool) -> None:
    hidden = PROPOSED.model_copy(update={"public": False})
    story = History().add(PROPOSAL, hidden).add(*on(MEETING, ITEM_PLACED, public=False))
    await ReadModel(pool, PROPOSALS).given(own=story).then()
    found = await find_proposal(pool, PROPOSAL, sees_all=False, speaks_for=OFFICE)
    assert found is not None
    assert (found.standing, found.meeting) == ("waiting", None)
    assert await find_proposal(pool, PROPOSAL, sees_all=False, speaks_for=BOARD) is None


async def test_proposals_come_page_by_page_the_oldest_first(pool: Pool) -> None:
    story = History()
    for n in reversed(range(3)):
        one = uuid5(PROPOSAL, str(n))
        story.add(one, PROPOSED.model_copy(update={"proposal": one, "proposed_at": NOW + timedelta(days=n)}))
    await ReadModel(pool, PROPOSALS).given(own=story).then()
    first = await list_proposals(pool, BOARD, sees_all=True, standing=None, limit=2)
    behind = (first[-1].proposed_at, first[-1].proposal)
    rest = await list_proposals(pool, BOARD, sees_all=True, standing=None, after=behind, limit=2)
    assert [one.proposal for one in (*first, *rest)] == [uuid5(PROPOSAL, str(n)) for n in range(3)]


async def owed(pool: Pool, story: History, today: date = DUE_BY, **changes: Any) -> list[OpenDuty]:
    """The open duties."""
    await ReadModel(pool, DUTIES).given(own=story).then()
    asked: dict[str, Any] = {"body": None, "sees_all": False, "sees_bodies": [], "after": None, "limit": 10}
    return list(await list_open_duties(pool, today, **asked | changes))


async def test_a_duty_is_open_until_it_is_fulfilled_and_overdue_after_its_day(pool: Pool) -> None:
    story = History().add(DUTY, DUTY_OPENED)
    (duty,) = await owed(pool, story)
    assert duty == OpenDuty(
        duty=DUTY,
        conference=CONFERENCE,
        conference_title=CONFERENCE_TITLE,
        body=BOARD,
        body_name=BOARD_NAME,
        opened_on=DUTY_OPENED.opened_on,
        due_by=DUE_BY,
        source=SOURCE,
        received_at=None,
        deliberated_at=None,
        overdue=False,
        declined=None,
    )
    (late,) = await owed(pool, story, DUE_BY + timedelta(days=1))
    assert late.overdue
    (received,) = await owed(pool, story.add(DUTY, DUTY_RECEIVED))
    assert (received.received_at, received.deliberated_at) == (DUTY_RECEIVED.received_at, None)
    assert await owed(pool, story.add(DUTY, DUTY_DELIBERATED, DUTY_FULFILLED)) == []


async def test_a_duty_that_was_fulfilled_by_mistake_is_owed_again(pool: Pool) -> None:
    story = History().add(DUTY, DUTY_OPENED, DUTY_RECEIVED, DUTY_DELIBERATED, DUTY_FULFILLED, DUTY_CORRECTED, DUTY_REOPENED)
    (owing,) = await owed(pool, story)
    assert (owing.received_at, owing.deliberated_at) == (DUTY_RECEIVED.received_at, None)
    moved = DUTY_CORRECTED.model_copy(update={"what": "receipt", "at": NOW})
    (owing,) = await owed(pool, story.add(DUTY, moved))
    assert owing.received_at == NOW
    assert await owed(pool, story.add(DUTY, DUTY_DELIBERATED, DUTY_FULFILLED)) == []


async def test_a_duty_tells_why_its_results_are_on_no_agenda_until_they_are_put_to_the_body_again(pool: Pool) -> None:
    story = History().add(DUTY, DUTY_OPENED).add(PROPOSAL, PROPOSED, DECLINED)
    elsewhere = uuid5(PROPOSAL, "elsewhere")
    story.add(elsewhere, DECLINED.model_copy(update={"body": OFFICE, "reason": "Ein anderes Gremium."}))
    recommendation = DECLINED.matter.model_copy(update={"service": "recommendations", "kind": "recommendation"})
    story.add(uuid5(PROPOSAL, "other"), DECLINED.model_copy(update={"matter": recommendation, "reason": "Eine andere Sache."}))
    assert [one.declined for one in await owed(pool, story)] == [DECLINED.reason]
    assert [one.declined for one in await owed(pool, story.add(PROPOSAL, PROPOSED))] == [None]


async def test_why_hidden_results_were_declined_only_insiders_read(pool: Pool) -> None:
    story = History().add(DUTY, DUTY_OPENED).add(PROPOSAL, PROPOSED, DECLINED.model_copy(update={"public": False}))
    insiders: list[dict[str, Any]] = [{"sees_all": True}, {"sees_bodies": [BOARD]}]
    outsiders: list[dict[str, Any]] = [{}, {"sees_bodies": [OFFICE]}]
    for insider in insiders:
        assert [one.declined for one in await owed(pool, story, **insider)] == [DECLINED.reason]
    for outsider in outsiders:
        assert [one.declined for one in await owed(pool, story, **outsider)] == [None]


async def test_of_a_meeting_that_is_not_public_outsiders_do_not_learn_what_was_done(pool: Pool) -> None:
    story = History().add(DUTY, DUTY_OPENED, DUTY_RECEIVED.model_copy(update={"public": False}))
    insiders: list[dict[str, Any]] = [{"sees_all": True}, {"sees_bodies": [BOARD]}]
    outsiders: list[dict[str, Any]] = [{}, {"sees_bodies": [OFFICE]}]
    for insider in insiders:
        assert [one.received_at for one in await owed(pool, story, **insider)] == [DUTY_RECEIVED.received_at]
    for outsider in outsiders:
        assert [one.received_at for one in await owed(pool, story, **outsider)] == [None]


async def test_to_outsiders_a_duty_that_was_fulfilled_in_a_meeting_that_is_not_public_is_still_owed(pool: Pool) -> None:
    hidden = {"public": False}
    story = History().add(DUTY, DUTY_OPENED, DUTY_RECEIVED)
    story.add(DUTY, DUTY_DELIBERATED.model_copy(update=hidden), DUTY_FULFILLED.model_copy(update=hidden))
    (owing,) = await owed(pool, story)
    assert (owing.received_at, owing.deliberated_at) == (DUTY_RECEIVED.received_at, None)
    assert await owed(pool, story, sees_bodies=[BOARD]) == await owed(pool, story, sees_all=True) == []


async def test_duties_of_one_body_and_page_by_page_the_most_urgent_first(pool: Pool) -> None:
    story = History()
    for n in reversed(range(3)):
        opened = DUTY_OPENED.model_copy(update={"due_by": DUE_BY + timedelta(days=n), "body": OFFICE if n == 1 else BOARD})
        story.add(uuid5(DUTY, str(n)), opened)
    assert [one.duty for one in await owed(pool, story)] == [uuid5(DUTY, str(n)) for n in range(3)]
    assert [one.duty for one in await owed(pool, story, body=OFFICE)] == [uuid5(DUTY, "1")]
    assert [one.duty for one in await owed(pool, story, after=(DUE_BY, uuid5(DUTY, "0")), limit=1)] == [uuid5(DUTY, "1")]


async def test_what_was_dealt_with_before_its_duty_was_told_is_no_open_duty(pool: Pool) -> None:
    assert await owed(pool, History().add(DUTY, DUTY_RECEIVED)) == []
    (told,) = await owed(pool, History().add(DUTY, DUTY_RECEIVED, DUTY_OPENED))
    assert told.received_at == DUTY_RECEIVED.received_at


def recommended(**changes: Any) -> tuple[RecommendationIssued, RecommendationWithdrawn]:
    """What the recommendations service tells of one."""
    told: dict[str, Any] = {
        "recommendation": RECOMMENDATION,
        "title": "Sprachkurse am Abend",
        "instrument": Instrument.RECOMMENDATION,
        "body": BOARD,
        "body_name": BOARD_NAME,
        "public": True,
    } | changes
    issued = RecommendationIssued(
        **told, resolution=MEETING, matter=None, text="…", admissibility="…", addressees=(), informs=(), issued_on=FOUNDED_ON
    )
    return issued, RecommendationWithdrawn(**told, reason="…", withdrawn_on=FOUNDED_ON)


async def test_what_was_corrected_of_a_conference_is_known_by_its_right_title_once_it_was_held(pool: Pool) -> None:
    planned = CONFERENCE_CORRECTED.model_copy(update={"held_on": None, "attendance": None, "title": "Noch nicht gehalten"})
    await ReadModel(pool, KNOWN_MATTERS).given(conferences=History("conferences").add(CONFERENCE, planned)).then(known_matters_v1=[])
    told = History("conferences").add(CONFERENCE, planned, CONFERENCE_HELD, CONFERENCE_CORRECTED)
    await ReadModel(pool, KNOWN_MATTERS).given(conferences=told).then()
    assert await known_matter(pool, RESULTS) == KnownMatter(CONFERENCE_CORRECTED.title, public=True, withdrawn=False)


async def test_results_and_issued_recommendations_can_be_put_to_a_body(pool: Pool) -> None:
    issued, withdrawn = recommended(public=False)
    recommendations = History("recommendations").add(RECOMMENDATION, issued)
    model = ReadModel(pool, KNOWN_MATTERS)
    conferences = History("conferences").add(CONFERENCE, CONFERENCE_HELD)
    await model.given(conferences=conferences, recommendations=recommendations).then(
        known_matters_v1=[
            {"service": "conferences", "kind": "results", "id": CONFERENCE, "title": CONFERENCE_TITLE, "public": True, "withdrawn": False},
            {
                "service": "recommendations",
                "kind": "recommendation",
                "id": RECOMMENDATION,
                "title": "Sprachkurse am Abend",
                "public": False,
                "withdrawn": False,
            },
        ]
    )
    matter = Matter(service="recommendations", kind="recommendation", id=RECOMMENDATION)
    assert await known_matter(pool, matter) == KnownMatter("Sprachkurse am Abend", public=False, withdrawn=False)
    for changes in ({"id": BOARD}, {"kind": "conference"}, {"service": "recommendations"}):
        assert await known_matter(pool, RESULTS.model_copy(update=changes)) is None
    recommendations.add(RECOMMENDATION, withdrawn)
    await model.given(recommendations=recommendations).then()
    assert await known_matter(pool, matter) == KnownMatter("Sprachkurse am Abend", public=False, withdrawn=True)


async def test_what_was_corrected_of_a_recommendation_is_followed(pool: Pool) -> None:
    issued, withdrawn = recommended()
    renamed, upheld = (
        RecommendationCorrected(
            **{name: getattr(issued, name) for name in ("recommendation", "instrument", "body", "body_name", "public")},
            title="Sprachkurse am Morgen",
            entry=entry,
            stands=stands,
            reason="Verschrieben.",
            corrected_at=STARTS,
        )
        for entry, stands in ((issued.model_copy(update={"title": "Sprachkurse am Morgen"}), True), (withdrawn, False))
    )
    matter = Matter(service="recommendations", kind="recommendation", id=RECOMMENDATION)
    told = History("recommendations").add(RECOMMENDATION, issued, withdrawn, renamed)
    await ReadModel(pool, KNOWN_MATTERS).given(recommendations=told).then()
    assert await known_matter(pool, matter) == KnownMatter("Sprachkurse am Morgen", public=True, withdrawn=True)
    await ReadModel(pool, KNOWN_MATTERS).given(recommendations=told.add(RECOMMENDATION, upheld)).then()
    assert await known_matter(pool, matter) == KnownMatter("Sprachkurse am Morgen", public=True, withdrawn=False)
