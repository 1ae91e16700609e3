"""The trace: the same graph from every node, nothing hidden in it, and what is still open, since when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.portal.read_models.trace import TRACE
from services.portal.read_models.trace_facts import answer_of, informed_of
from services.portal.read_models.trace_graph import Branch, tree_of
from services.portal.read_models.trace_query import list_contributions, load_document, load_trace
from services.portal.read_models.viewer import EVERYBODY, Viewer
from shared.contracts import recommendations
from shared.contracts.meetings import proposals
from shared.contracts.meetings.proposals import Asked
from shared.localday import local_day
from tests.portal.read_models import story
from tests.portal.read_models.story import NOW, Told, event_ids, whole_story

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

ANSWER = answer_of(story.RECOMMENDATION, story.SOCIAL)
INFORMED = informed_of(story.RECOMMENDATION, story.COMMITTEE)
INSIDER = Viewer(insider_of=(story.BOARD,), secretariat_of=(story.BOARD,))
HOST = Viewer(acting_for=(story.OFFICE,), organiser_of=(story.OFFICE,))


def until_issued() -> Told:
    told = Told()
    story.the_conference(told)
    story.the_board_meets(told)
    story.the_recommendation_is_issued(told)
    return told


def flat(branches: tuple[Branch, ...], depth: int = 0) -> Iterator[tuple[int, Branch]]:
    for branch in branches:
        yield depth, branch
        yield from flat(branch.below, depth + 1)


async def test_every_node_of_a_graph_with_200_contributions_answers_the_same_graph(pool: Pool) -> None:
    told = whole_story(200)
    await told.fill(pool, TRACE)
    first = await load_document(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert first
    contributions = [UUID(node["id"]) for node in first["nodes"] if node["kind"] == "contribution"]
    assert len(contributions) == 199  # One of 200 was not published.
    kinds = {
        "contribution",
        "conference",
        "result",
        "duty",
        "proposal",
        "item",
        "resolution",
        "recommendation",
        "informed",
        "answer",
        "measure",
    }
    assert {node["kind"] for node in first["nodes"]} == kinds
    others = [UUID(node["id"]) for node in first["nodes"] if node["kind"] != "contribution"]
    for node in (*others, *contributions[::10]):  # They are alike, and there are many.
        document = await load_document(pool, node, NOW, EVERYBODY)
        assert document
        assert document["hash"] == first["hash"]
        assert document == first


async def test_every_edge_is_backed_by_an_event_and_no_node_stands_alone(pool: Pool) -> None:
    told = whole_story(30)
    await told.fill(pool, TRACE)
    document = await load_document(pool, story.MEASURE, NOW, Viewer(sees_all=True))
    assert document
    nodes = {node["id"] for node in document["nodes"]}
    linked = {end for edge in document["edges"] for end in (edge["from"], edge["to"])}
    assert linked == nodes
    assert {edge["event"] for edge in document["edges"]} <= event_ids(told)
    assert {step["event"] for node in document["nodes"] for step in node["steps"]} <= event_ids(told)
    assert str(story.SECRET_RECOMMENDATION) in nodes


async def test_the_tree_reads_from_the_conference_to_the_measure_with_every_node_once(pool: Pool) -> None:
    await whole_story(10).fill(pool, TRACE)
    graph = await load_trace(pool, story.MEASURE, NOW, EVERYBODY)
    assert graph
    seen = list(flat(tree_of(graph)))
    assert sorted(branch.node.id for _, branch in seen) == [node.id for node in graph.nodes]
    depth = {branch.node.id: at for at, branch in seen}
    chain = [story.CONFERENCE, story.PROPOSAL, story.ITEM, story.RESOLUTION, story.RECOMMENDATION]
    chain += [story.NOTE_PROPOSAL, story.NOTE_ITEM, INFORMED]
    assert [depth[node] for node in chain] == list(range(8))
    assert (depth[story.result(1)], depth[ANSWER], depth[story.MEASURE]) == (1, 5, 6)
    [recommendation] = [branch for _, branch in seen if branch.node.id == story.RECOMMENDATION]
    assert [one.id for one in recommendation.also_from] == [story.CONFERENCE]


async def test_contributions_are_counted_under_their_results_and_listed_by_the_page(pool: Pool) -> None:
    await whole_story(40).fill(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    assert graph.contributions == {story.result(1): 12, story.result(2): 11, story.result(3): 12, story.CONFERENCE: 4}
    found: list[UUID] = []
    after: tuple[date, UUID] | None = None
    while page := await list_contributions(pool, story.result(1), EVERYBODY, after=after, limit=5):
        found += [one.contribution for one in page]
        after = (page[-1].received_on, page[-1].contribution)
    assert len(found) == len(set(found)) == 12
    settled = await list_contributions(pool, story.CONFERENCE, EVERYBODY, after=None, limit=9)
    assert {(one.fate, one.reason) for one in settled} == {("forwarded", "Das entscheidet das Land.")}


async def test_a_contribution_that_is_not_published_is_found_by_its_host_only(pool: Pool) -> None:
    await whole_story(10).fill(pool, TRACE)
    hidden = story.contribution(1)
    assert await load_trace(pool, hidden, NOW, EVERYBODY) is None
    assert await load_trace(pool, hidden, NOW, INSIDER) is None
    for viewer in (HOST, Viewer(sees_all=True)):
        document = await load_document(pool, hidden, NOW, viewer)
        assert document
        assert str(hidden) in {node["id"] for node in document["nodes"]}
    public = await load_document(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert public
    assert str(hidden) not in json.dumps(public)


async def test_what_is_not_public_leaves_no_trace_for_others(pool: Pool) -> None:
    await whole_story(10, secret=False).fill(pool, TRACE)
    without = await load_document(pool, story.MEASURE, NOW, EVERYBODY)
    graph_without = await load_trace(pool, story.MEASURE, NOW, EVERYBODY)
    await whole_story(10).fill_anew(pool, TRACE)
    assert await load_document(pool, story.MEASURE, NOW, EVERYBODY) == without
    assert await load_trace(pool, story.MEASURE, NOW, EVERYBODY) == graph_without
    for node in (story.SECRET_ITEM, story.SECRET_RESOLUTION, story.SECRET_RECOMMENDATION, story.SECRET_PROPOSAL):
        assert await load_trace(pool, node, NOW, EVERYBODY) is None
        seen = await load_document(pool, node, NOW, INSIDER)
        assert seen
        assert story.SECRET in json.dumps(seen)


async def test_a_public_item_of_a_meeting_that_is_not_public_is_hidden_with_it(pool: Pool) -> None:
    told = until_issued()
    told.meetings.entries.clear()
    private = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.DELIBERATE, None)
    told.meetings.add(story.PROPOSAL, proposals.ItemProposed(**private, proposed_at=NOW, due_by=None))
    told.meetings.add(
        story.SECRET_MEETING,
        story.scheduled(story.SECRET_MEETING, NOW, public=False),
        proposals.ItemPlaced(**private, meeting=story.SECRET_MEETING, item=story.ITEM, starts_at=NOW),
    )
    await told.fill(pool, TRACE)
    assert await load_trace(pool, story.ITEM, NOW, EVERYBODY) is None
    outside = await load_trace(pool, story.PROPOSAL, NOW, EVERYBODY)
    inside = await load_trace(pool, story.ITEM, NOW, INSIDER)
    assert outside
    assert inside
    assert [one.what for node in outside.nodes if node.id == story.PROPOSAL for one in node.open] == ["placing"]
    assert [one.what for node in inside.nodes if node.id == story.PROPOSAL for one in node.open] == []


async def test_an_answer_that_is_missing_is_open_since_it_was_asked_for_and_overdue_since_its_day(pool: Pool) -> None:
    told = until_issued()
    told.recommendations.add(story.RECOMMENDATION, story.ACKNOWLEDGED, story.OVERDUE)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    [answer] = [node for node in graph.nodes if node.id == ANSWER]
    [missing] = answer.open
    assert (missing.what, missing.since, missing.overdue_by, missing.days) == ("answer", story.ISSUED_ON, 94, 136)
    before = await load_trace(pool, story.CONFERENCE, NOW - timedelta(days=94), EVERYBODY)
    assert before
    assert [one.overdue_by for node in before.nodes if node.id == ANSWER for one in node.open] == [0]


async def test_what_is_open_ends_with_the_step_that_was_awaited(pool: Pool) -> None:
    told = until_issued()
    told.recommendations.add(story.RECOMMENDATION, story.ANSWERED, story.PROMISED)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.RECOMMENDATION, NOW, EVERYBODY)
    assert graph
    still = {(node.kind, one.what) for node in graph.nodes for one in node.open}
    assert still == {("informed", "informing"), ("measure", "measure")}
    told.recommendations.add(story.RECOMMENDATION, story.REPORTED)
    story.the_committee_is_informed(told)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.RECOMMENDATION, NOW, EVERYBODY)
    assert graph
    assert {(node.kind, one.what) for node in graph.nodes for one in node.open} == {("measure", "verification")}


async def test_of_a_withdrawn_recommendation_nothing_is_awaited(pool: Pool) -> None:
    told = until_issued()
    withdrawn = recommendations.RecommendationWithdrawn(**story.of_recommendation(), reason="Erledigt.", withdrawn_on=date(2019, 3, 1))
    told.recommendations.add(story.RECOMMENDATION, withdrawn)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.RECOMMENDATION, NOW, EVERYBODY)
    assert graph
    assert [one for node in graph.nodes for one in node.open] == []


async def test_a_proposal_that_came_back_waits_since_then(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    story.the_board_meets(told)
    del told.meetings.entries[6:]  # Until it was returned.
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.PROPOSAL, NOW, EVERYBODY)
    assert graph
    [proposal] = [node for node in graph.nodes if node.id == story.PROPOSAL]
    assert [(one.what, one.since) for one in proposal.open] == [("placing", date(2019, 1, 2))]


async def test_a_declined_proposal_waits_again_from_the_day_on_which_it_is_put_there_anew(pool: Pool) -> None:
    told = Told()
    put = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.RECEIVE_AND_DELIBERATE, story.OFFICE)
    first = proposals.ItemProposed(**put, proposed_at=story.BEGINS, due_by=None)
    declined = proposals.ProposalDeclined(**put, reason="Die Unterlagen fehlen.")
    anew = first.model_copy(update={"proposed_at": NOW})
    for event, still in ((first, [("placing", local_day(story.BEGINS))]), (declined, []), (anew, [("placing", local_day(NOW))])):
        told.meetings.add(story.PROPOSAL, event)
        await told.fill(pool, TRACE)
        graph = await load_trace(pool, story.PROPOSAL, NOW, EVERYBODY)
        assert graph
        assert [(one.what, one.since) for node in graph.nodes for one in node.open] == still


async def test_why_a_proposal_was_declined_is_told_rightly_with_the_reason_of_the_correction(pool: Pool) -> None:
    told = Told()
    put = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.RECEIVE_AND_DELIBERATE, story.OFFICE)
    right = proposals.DeclinationCorrected(**put, declined_because="Im Herbst.", reason="Verwechselt.", corrected_at=NOW)
    first = proposals.ItemProposed(**put, proposed_at=story.BEGINS, due_by=None)
    told.meetings.add(story.PROPOSAL, first, proposals.ProposalDeclined(**put, reason="Nie."), right)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.PROPOSAL, NOW, EVERYBODY)
    assert graph
    steps = [(one.step, one.detail, one.facts.get("reason")) for node in graph.nodes if node.id == story.PROPOSAL for one in node.steps]
    assert steps[1:] == [("declined", None, "Nie."), ("corrected", "Im Herbst.", "Verwechselt.")]
    assert [one for node in graph.nodes for one in node.open] == []


async def test_what_an_item_is_called_is_told_rightly_of_it_and_of_what_was_resolved_with_the_reason(pool: Pool) -> None:
    told = Told()
    story.the_board_meets(told)
    told.meetings.add(story.named("sitting"), story.title_corrected(story.ITEM, story.RESOLUTION, item_title="Ergebnisse"))
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.ITEM, NOW, EVERYBODY)
    assert graph
    nodes = {node.id: node for node in graph.nodes}
    for node in (nodes[story.ITEM], nodes[story.RESOLUTION]):
        assert node.title == "Ergebnisse"
        assert (node.steps[-1].step, node.steps[-1].facts.get("reason")) == ("corrected", "Verschrieben.")


async def test_an_item_that_went_back_keeps_the_title_that_was_put_right_while_it_was_spoken_of(pool: Pool) -> None:
    told = Told()
    story.the_board_meets(told)
    told.meetings.add(story.named("sitting"), story.title_corrected(story.ITEM, None, item_title="Ergebnisse"))
    put = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.RECEIVE_AND_DELIBERATE, story.OFFICE)
    told.meetings.add(story.MEETING, proposals.ItemReturned(**put, meeting=story.MEETING, item=story.ITEM))
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.ITEM, NOW, EVERYBODY)
    assert graph
    assert [node.title for node in graph.nodes if node.id == story.ITEM] == ["Ergebnisse"]


async def test_what_was_recorded_wrongly_stands_rightly_and_what_it_had_ended_is_open_again(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    story.the_board_meets(told)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    [item] = [node for node in graph.nodes if node.id == story.ITEM]
    [received] = [step for step in item.steps if step.step == "received"]
    assert (received.at, received.facts["corrected"]["reason"]) == (story.MEETS + timedelta(minutes=1), "Abgeschrieben.")
    times = [step.at for step in item.steps if step.at]
    assert len(times) > 2
    assert times == sorted(times), "what was corrected stands where it happened"
    assert {one.what for node in graph.nodes for one in node.open} == set()

    story.it_was_never_deliberated(told)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    still = {one.what: (node.kind, one.due_on) for node in graph.nodes for one in node.open}
    assert still == {"handover": ("duty", date(2019, 5, 30)), "placing": ("proposal", None)}
    [item] = [node for node in graph.nodes if node.id == story.ITEM]
    [never] = [step for step in item.steps if step.step == "deliberated"]
    assert never.facts["corrected"]["stands"] is False


async def test_what_was_left_out_and_entered_later_ends_what_was_open(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    story.the_board_meets(told)
    story.it_was_never_deliberated(told, after_all=True)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    assert {one.what for node in graph.nodes for one in node.open} == set()


async def test_what_nobody_ever_heard_of_is_not_found(pool: Pool) -> None:
    await whole_story(3).fill(pool, TRACE)
    assert await load_trace(pool, uuid4(), NOW, Viewer(sees_all=True)) is None


async def test_a_graph_of_a_large_conference_is_as_small_as_its_results(pool: Pool) -> None:
    told = Told()
    story.the_conference(told, 600, results=6)
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.contribution(5), NOW, EVERYBODY)
    assert graph
    assert len(graph.nodes) == 7
    assert sum(graph.contributions.values()) == 599


async def steps_of(pool: Pool, node: UUID, *told_then: Any) -> list[tuple[str, date, Any]]:
    """The steps of a node of the recommendation once these were told: each with its day, and what was corrected of it."""
    told = until_issued()
    told.recommendations.add(story.RECOMMENDATION, *told_then)
    await told.fill_anew(pool, TRACE)
    graph = await load_trace(pool, node, NOW, EVERYBODY)
    assert graph
    [found] = [one for one in graph.nodes if one.id == node]
    return [(step.step, step.day, step.facts.get("corrected", {}).get("stands")) for step in found.steps]


async def still_awaited(pool: Pool, node: UUID) -> list[str]:
    graph = await load_trace(pool, node, NOW, EVERYBODY)
    assert graph
    return [awaited.what for one in graph.nodes for awaited in one.open if one.id == node]


ASKED = [("asked_to_acknowledge", story.ISSUED_ON, None), ("asked_to_answer", story.ISSUED_ON, None)]


async def test_the_right_step_stands_in_the_place_of_the_wrong_one_and_says_why(pool: Pool) -> None:
    await Told().fill(pool, TRACE)
    right = story.corrected(story.ACKNOWLEDGED, acknowledged_on=date(2019, 2, 6))
    assert await steps_of(pool, ANSWER, story.ACKNOWLEDGED, right) == [*ASKED, ("acknowledged", date(2019, 2, 6), True)]
    graph = await load_trace(pool, ANSWER, NOW, EVERYBODY)
    assert graph
    [step] = [step for one in graph.nodes if one.id == ANSWER for step in one.steps if step.step == "acknowledged"]
    assert step.facts["corrected"] == {"on": "2019-06-21", "reason": "Falsch erfasst.", "stands": True}
    assert await still_awaited(pool, ANSWER) == ["answer"]
    promise = story.corrected(story.PROMISED, what="Anders", due_on=date(2019, 10, 1))
    [(_, day, _)] = await steps_of(pool, story.MEASURE, story.PROMISED)
    assert await steps_of(pool, story.MEASURE, story.PROMISED, promise) == [("promised", day, True)]


async def test_what_never_happened_is_said_to_be_taken_back_and_ends_nothing(pool: Pool) -> None:
    await Told().fill(pool, TRACE)
    never = story.corrected(story.ANSWERED, stands=False)
    assert await steps_of(pool, ANSWER, story.ANSWERED, never) == [*ASKED, ("answered", date(2019, 6, 20), False)]
    assert await still_awaited(pool, ANSWER) == ["acknowledgement", "answer"]
    again = await steps_of(pool, ANSWER, story.ANSWERED, never, story.ANSWERED)
    assert again == [*ASKED, ("answered", date(2019, 6, 20), False), ("answered", date(2019, 6, 20), None)]
    assert await still_awaited(pool, ANSWER) == []
    promise = story.corrected(story.PROMISED, stands=False)
    [(step, _, stands)] = await steps_of(pool, story.MEASURE, story.PROMISED, promise)
    assert (step, stands, await still_awaited(pool, story.MEASURE)) == ("promised", False, [])


async def test_a_note_that_never_was_leaves_its_committee_to_be_informed(pool: Pool) -> None:
    await Told().fill(pool, TRACE)
    never = story.corrected(story.INFORMED, stands=False)
    asked, day = ("to_be_informed", story.ISSUED_ON, None), local_day(story.INFORMED.informed_at)
    assert await steps_of(pool, INFORMED, story.INFORMED, never) == [asked, ("informed", day, False)]
    assert await still_awaited(pool, INFORMED) == ["informing"]
    other = story.corrected(story.INFORMED, informed_at=story.INFORMED.informed_at + timedelta(days=7))
    told = await steps_of(pool, INFORMED, story.INFORMED, never, other)
    assert told == [asked, ("informed", day + timedelta(days=7), True)]
    assert await still_awaited(pool, INFORMED) == []


async def test_what_came_in_time_after_all_is_late_nowhere(pool: Pool) -> None:
    await Told().fill(pool, TRACE)
    late = recommendations.AcknowledgementOverdue(**story.OF_ANSWER, was_due=date(2019, 2, 11))
    too_late = story.ACKNOWLEDGED.model_copy(update={"acknowledged_on": date(2019, 2, 12)})
    overdue = ("acknowledgement_overdue", date(2019, 2, 11), None)
    assert overdue in await steps_of(pool, ANSWER, late, too_late)
    assert overdue not in await steps_of(pool, ANSWER, late, too_late, story.corrected(too_late, acknowledged_on=date(2019, 2, 11)))
    assert overdue in await steps_of(pool, ANSWER, late, story.ACKNOWLEDGED, story.corrected(story.ACKNOWLEDGED, stands=False))
    issued = story.issued(story.RECOMMENDATION, story.RESOLUTION, story.RESULTS)
    later = (issued.addressees[0].model_copy(update={"acknowledge_by": date(2019, 2, 12)}),)
    moved = story.corrected(issued, issued_on=date(2019, 2, 4), addressees=later)
    assert overdue not in await steps_of(pool, ANSWER, late, too_late, moved)
    assert ("asked_to_acknowledge", date(2019, 2, 4), True) in await steps_of(pool, ANSWER, late, too_late, moved)


async def conference_steps(pool: Pool, *told_then: Any) -> list[tuple[str, date, Any, Any]]:
    told = Told()
    story.the_conference(told)
    told.conferences.add(story.CONFERENCE, *told_then)
    await told.fill_anew(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    [found] = [one for one in graph.nodes if one.id == story.CONFERENCE]
    assert found.title == (told_then[-1].title if told_then else story.CITY_TITLE)
    return [(step.step, step.day, step.facts.get("attendance"), step.facts.get("corrected", {}).get("reason")) for step in found.steps]


async def test_of_a_conference_the_trace_says_what_was_corrected_and_why(pool: Pool) -> None:
    await Told().fill(pool, TRACE)
    planned, held = await conference_steps(pool)
    assert (planned[0], held) == ("planned", ("held", story.HELD_ON, 70, None))
    day = story.HELD_ON + timedelta(days=1)
    right = story.conference_corrected(title="Sechste", held_on=day, attendance=80)
    assert await conference_steps(pool, right) == [planned, ("held", day, 80, "Falsch eingetragen.")]


async def test_of_a_conference_that_was_called_off_the_trace_says_why_and_since_when(pool: Pool) -> None:
    async def steps() -> list[tuple[str, date, str | None, str | None]]:
        graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
        assert graph
        [found] = graph.nodes
        assert found.open == ()
        return [(step.step, step.day, step.facts.get("reason"), step.facts.get("corrected", {}).get("reason")) for step in found.steps]

    told = Told()
    story.the_conference_is_cancelled(told)
    await told.fill(pool, TRACE)
    planned, cancelled = await steps()
    assert (planned[0], cancelled[0], cancelled[2:]) == ("planned", "cancelled", (story.WHY_NOT, None))
    told.conferences.add(story.CONFERENCE, story.conference_corrected(cancelled_because="Wasserschaden."), at=NOW)
    await told.fill_anew(pool, TRACE)
    assert await steps() == [planned, ("cancelled", cancelled[1], "Wasserschaden.", "Falsch eingetragen.")]


async def test_of_a_planned_conference_the_trace_says_why_it_was_corrected(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    told.conferences.entries[:] = [one for one in told.conferences.entries if one.type == "conferences.ConferencePlanned"]
    told.conferences.add(story.CONFERENCE, story.conference_corrected(place="Saal"))
    await told.fill(pool, TRACE)
    graph = await load_trace(pool, story.CONFERENCE, NOW, EVERYBODY)
    assert graph
    assert [(step.step, step.facts.get("reason")) for step in graph.nodes[0].steps] == [
        ("planned", None), ("corrected", "Falsch eingetragen."),
    ]  # fmt: skip
