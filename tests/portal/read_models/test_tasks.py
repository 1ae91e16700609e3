"""What my bodies must do: begun and ended by what happened, the longest overdue first, and nobody else's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.portal.read_models.tasks import TASKS, Task, list_tasks
from services.portal.read_models.viewer import EVERYBODY, Viewer
from shared.contracts import recommendations
from shared.contracts.meetings import duties, proposals
from shared.contracts.meetings.proposals import Asked
from shared.localday import local_day
from tests.portal.read_models import story
from tests.portal.read_models.story import BEGINS, MEETS, NOW, Told, whole_story

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

BOARD = Viewer(secretariat_of=(story.BOARD,), insider_of=(story.BOARD,))
SOCIAL = Viewer(officer_of=(story.SOCIAL,), acting_for=(story.SOCIAL,))
DEPARTMENT = Viewer(officer_of=(story.DEPARTMENT,), acting_for=(story.DEPARTMENT,))
COMMITTEE = Viewer(secretariat_of=(story.COMMITTEE,), insider_of=(story.COMMITTEE,))
HOST = Viewer(organiser_of=(story.OFFICE,), acting_for=(story.OFFICE,))


async def tasks(pool: Pool, viewer: Viewer, now: datetime = NOW) -> list[Task]:
    return list(await list_tasks(pool, now, viewer, after=None, limit=50))


async def said(pool: Pool, viewer: Viewer, now: datetime = NOW) -> list[str]:
    return [one.what for one in await tasks(pool, viewer, now)]


def of_meetings(entries: int) -> Told:
    """The board's story, as far as so many messages."""
    told = Told()
    story.the_conference(told)
    story.the_board_meets(told)
    del told.meetings.entries[entries:]
    return told


async def test_results_that_were_handed_over_make_a_duty_and_a_proposal_for_the_secretariat(pool: Pool) -> None:
    await of_meetings(2).fill(pool, TASKS)
    [duty, proposal] = await tasks(pool, BOARD)
    assert (duty.what, duty.due_on, duty.overdue_by) == ("handover", date(2019, 5, 30), 18)
    assert (proposal.what, proposal.about, proposal.due_on) == ("placing", story.PROPOSAL, None)
    for nobody in (EVERYBODY, SOCIAL, COMMITTEE, HOST, Viewer(insider_of=(story.BOARD,)), Viewer(officer_of=(story.BOARD,))):
        assert await said(pool, nobody) == []


async def test_what_was_handed_over_is_to_be_dealt_with_under_the_title_that_was_corrected(pool: Pool) -> None:
    told = of_meetings(2)
    put = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.RECEIVE_AND_DELIBERATE, story.OFFICE)
    told.meetings.add(story.PROPOSAL, proposals.ProposalRenamed(**put | {"title": "Sechste"}, reason="Verschrieben."))
    renamed = story.of_duty() | {"conference_title": "Sechste"}
    told.meetings.add(story.DUTY, duties.HandoverDutyRenamed(**renamed, reason="Verschrieben."))
    await told.fill(pool, TASKS)
    assert {(one.what, one.title) for one in await tasks(pool, BOARD)} >= {("handover", "Sechste"), ("placing", "Sechste")}


async def test_a_proposal_waits_until_it_is_placed_and_again_when_it_came_back(pool: Pool) -> None:
    await of_meetings(4).fill(pool, TASKS)
    assert "placing" not in await said(pool, BOARD)
    await of_meetings(5).fill(pool, TASKS)
    assert "placing" in await said(pool, BOARD)


async def test_results_that_were_declined_are_to_be_put_there_again_by_whoever_did_and_the_reason_is_read(pool: Pool) -> None:
    told, reason = of_meetings(2), "Die Unterlagen fehlen."
    put = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.RECEIVE_AND_DELIBERATE, story.OFFICE)
    told.meetings.add(story.PROPOSAL, proposals.ProposalDeclined(**put, reason=reason))
    await told.fill(pool, TASKS)
    [duty] = await tasks(pool, BOARD)
    assert (duty.what, duty.declined) == ("handover", reason)
    for proposer in (HOST, Viewer(officer_of=(story.OFFICE,)), Viewer(secretariat_of=(story.OFFICE,))):
        [again] = await tasks(pool, proposer)
        assert (again.what, again.declined, again.other, again.other_name) == ("proposing", reason, story.BOARD, "Fachbeirat")
    assert await said(pool, SOCIAL) == []
    right = proposals.DeclinationCorrected(**put, declined_because="Im Herbst.", reason="Verwechselt.", corrected_at=NOW)
    told.meetings.add(story.PROPOSAL, right)
    await told.fill(pool, TASKS)
    assert [(one.what, one.declined) for one in await tasks(pool, BOARD)] == [("handover", "Im Herbst.")]

    anew = put | {"proposed_by": story.SOCIAL, "proposed_by_name": "Sozialamt"}
    told.meetings.add(story.PROPOSAL, proposals.ItemProposed(**anew, proposed_at=NOW, due_by=None))
    await told.fill(pool, TASKS)
    assert [(one.what, one.declined) for one in await tasks(pool, BOARD)] == [("handover", None), ("placing", None)]
    assert await said(pool, HOST) == []

    told.meetings.add(story.PROPOSAL, proposals.ProposalDeclined(**anew, reason=reason))
    await told.fill(pool, TASKS)
    assert (await said(pool, BOARD), await said(pool, SOCIAL), await said(pool, HOST)) == (["handover"], ["proposing"], [])


async def test_declined_results_that_the_body_has_dealt_with_otherwise_are_not_to_be_put_there_again(pool: Pool) -> None:
    told = of_meetings(100)
    put = story.of_proposal(story.PROPOSAL, story.RESULTS, story.BOARD, Asked.RECEIVE_AND_DELIBERATE, story.OFFICE)
    told.meetings.add(story.PROPOSAL, proposals.ProposalDeclined(**put, reason="Schon beraten."))
    await told.fill(pool, TASKS)
    assert await said(pool, HOST) == []


async def test_a_duty_that_was_ended_by_mistake_is_to_be_done_again_until_it_is(pool: Pool) -> None:
    told = of_meetings(100)
    await told.fill(pool, TASKS)
    assert not {"handover", "placing"} & set(await said(pool, BOARD))
    story.it_was_never_deliberated(told)
    await told.fill(pool, TASKS)
    assert {"handover", "placing"} <= set(await said(pool, BOARD))
    after_all = of_meetings(100)
    story.it_was_never_deliberated(after_all, after_all=True)
    await after_all.fill(pool, TASKS)
    assert not {"handover", "placing"} & set(await said(pool, BOARD))


async def test_a_meeting_is_to_be_invited_then_to_be_opened_then_to_be_closed(pool: Pool) -> None:
    before = MEETS - timedelta(days=20)
    await of_meetings(9).fill(pool, TASKS)
    [invitation] = [one for one in await tasks(pool, BOARD, before) if one.about == story.MEETING]
    assert (invitation.what, invitation.due_on) == ("invitation", MEETS.date())
    await of_meetings(10).fill(pool, TASKS)
    assert [one.what for one in await tasks(pool, BOARD, before) if one.about == story.MEETING] == []
    assert [one.what for one in await tasks(pool, BOARD, MEETS) if one.about == story.MEETING] == ["opening"]
    await of_meetings(11).fill(pool, TASKS)
    assert [one.what for one in await tasks(pool, BOARD, MEETS) if one.about == story.MEETING] == ["closing"]
    await of_meetings(100).fill(pool, TASKS)
    assert [one.what for one in await tasks(pool, BOARD, MEETS) if one.about == story.MEETING] == []


async def test_a_meeting_is_to_be_invited_to_under_its_right_title(pool: Pool) -> None:
    told = of_meetings(9)
    told.meetings.add(story.MEETING, story.meeting_corrected(title="Dritte Sitzung"))
    await told.fill(pool, TASKS)
    found = [(one.what, one.title) for one in await tasks(pool, BOARD, MEETS - timedelta(days=20)) if one.about == story.MEETING]
    assert found == [("invitation", "Dritte Sitzung")]


async def test_a_meeting_is_to_be_closed_since_the_day_for_which_it_was_really_planned(pool: Pool) -> None:
    told = of_meetings(11)
    told.meetings.add(story.MEETING, story.meeting_corrected(starts_at=MEETS - timedelta(days=1)))
    await told.fill(pool, TASKS)
    [closing] = [one for one in await tasks(pool, BOARD, MEETS) if one.about == story.MEETING]
    assert (closing.what, closing.due_on) == ("closing", MEETS.date() - timedelta(days=1))


async def test_nobody_is_to_be_invited_to_a_meeting_that_was_cancelled(pool: Pool) -> None:
    await of_meetings(6).fill(pool, TASKS)
    assert [one.what for one in await tasks(pool, BOARD, MEETS - timedelta(days=20)) if one.about == story.CANCELLED] == []


async def test_an_invitation_that_reached_nobody_is_shown_with_the_members_name_until_the_meeting(pool: Pool) -> None:
    told = of_meetings(10)
    story.letters(told)
    await told.fill(pool, TASKS)
    [letter] = [one for one in await tasks(pool, BOARD, MEETS - timedelta(days=1)) if one.what == "letter"]
    assert (letter.other, letter.other_name, letter.about) == (story.UNREACHED, "B. Beispiel", story.MEETING)
    assert "letter" not in await said(pool, BOARD, MEETS)


async def test_a_resolution_makes_a_recommendation_to_be_issued_and_that_makes_tasks_elsewhere(pool: Pool) -> None:
    told = Told()
    story.the_recommendation_is_issued(told)
    history = told.recommendations
    issued = history.entries.pop()
    await told.fill(pool, TASKS)
    assert await said(pool, BOARD) == ["issuing"]
    assert await said(pool, SOCIAL) == []
    history.entries.append(issued)
    await told.fill(pool, TASKS)
    assert await said(pool, BOARD) == []
    assert [(one.what, one.overdue_by) for one in await tasks(pool, SOCIAL)] == [("acknowledgement", 126), ("answer", 94)]
    [informing] = await tasks(pool, DEPARTMENT)
    assert (informing.what, informing.other_name, informing.under_way) == ("informing", "Sozialausschuss", False)


async def test_a_committee_is_to_be_informed_until_it_has_taken_note(pool: Pool) -> None:
    told = Told()
    story.the_recommendation_is_issued(told)
    story.the_committee_is_informed(told)
    informed = told.recommendations.entries.pop()
    taken_note = told.meetings.entries.pop()
    assert (informed.type, taken_note.type) == ("recommendations.CommitteeInformed", "meetings.NoteTaken")
    await told.fill(pool, TASKS)
    [informing] = await tasks(pool, DEPARTMENT)
    assert informing.under_way
    told.recommendations.entries.append(informed)
    await told.fill(pool, TASKS)
    assert await tasks(pool, DEPARTMENT) == []


async def test_answers_end_what_was_due_and_measures_go_from_office_to_secretariat(pool: Pool) -> None:
    told = Told()
    story.the_recommendation_is_issued(told)
    told.recommendations.add(story.RECOMMENDATION, story.ANSWERED)
    await told.fill(pool, TASKS)
    assert await said(pool, SOCIAL) == []
    told.recommendations.add(story.RECOMMENDATION, story.PROMISED)
    await told.fill(pool, TASKS)
    assert [(one.what, one.due_on) for one in await tasks(pool, SOCIAL)] == [("measure", date(2019, 9, 30))]
    told.recommendations.add(story.RECOMMENDATION, story.REPORTED)
    await told.fill(pool, TASKS)
    assert (await said(pool, SOCIAL), await said(pool, BOARD)) == ([], ["verification"])
    told.recommendations.add(story.RECOMMENDATION, story.VERIFIED)
    await told.fill(pool, TASKS)
    assert await said(pool, BOARD) == []


async def test_a_withdrawn_recommendation_leaves_nothing_to_do(pool: Pool) -> None:
    told = Told()
    story.the_recommendation_is_issued(told)
    withdrawn = recommendations.RecommendationWithdrawn(**story.of_recommendation(), reason="Erledigt.", withdrawn_on=date(2019, 3, 1))
    told.recommendations.add(story.RECOMMENDATION, withdrawn)
    await told.fill(pool, TASKS)
    assert [*await tasks(pool, BOARD), *await tasks(pool, SOCIAL), *await tasks(pool, DEPARTMENT)] == []


async def test_a_conference_that_is_over_is_to_be_handed_over_by_its_host(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    held = next(entry for entry in told.conferences.entries if entry.type == "conferences.ConferenceHeld")
    told.conferences.entries.remove(held)
    await told.fill(pool, TASKS)
    assert await said(pool, HOST, BEGINS) == []
    assert await said(pool, HOST) == ["holding"]
    await whole_story().fill_anew(pool, TASKS)
    assert await said(pool, HOST) == []


async def test_a_conference_is_to_be_handed_over_when_it_is_over_as_it_was_corrected(pool: Pool) -> None:
    told = Told()
    story.the_conference(told)
    told.conferences.entries[:] = [one for one in told.conferences.entries if one.type == "conferences.ConferencePlanned"]
    later = BEGINS + timedelta(days=2)
    told.conferences.add(story.CONFERENCE, story.conference_corrected(title="Sechste", starts_at=later, ends_at=later + timedelta(hours=1)))
    await told.fill(pool, TASKS)
    assert await said(pool, HOST, later) == []
    [task] = await tasks(pool, HOST, later + timedelta(hours=1))
    assert (task.what, task.title, task.due_on) == ("holding", "Sechste", local_day(later))


async def test_of_a_conference_that_was_called_off_nobody_has_to_do_anything(pool: Pool) -> None:
    told = Told()
    story.the_conference_is_cancelled(told)
    told.conferences.add(story.CONFERENCE, story.conference_corrected(cancelled_because="Wasserschaden."))
    await told.fill(pool, TASKS)
    assert [*await said(pool, HOST), *await said(pool, BOARD)] == []


async def test_tasks_come_page_by_page_by_their_day_and_those_without_one_last(pool: Pool) -> None:
    told = Told()
    story.the_board_meets(told)
    del told.meetings.entries[3:]
    story.the_recommendation_is_issued(told)
    for number in range(5):
        proposal = story.named(f"waiting {number}")
        put = story.of_proposal(proposal, story.RESULTS, story.BOARD, Asked.DELIBERATE, None)
        told.meetings.add(proposal, proposals.ItemProposed(**put, proposed_at=NOW, due_by=date(2019, 6, 1) if number < 3 else None))
    await told.fill(pool, TASKS)
    viewer = Viewer(secretariat_of=(story.BOARD,), officer_of=(story.SOCIAL, story.DEPARTMENT))
    whole = await tasks(pool, viewer)
    days = [one.due_on or date.max for one in whole]
    assert days == sorted(days)
    found: list[tuple[UUID, str]] = []
    after: tuple[date, str, UUID] | None = None
    while page := await list_tasks(pool, NOW, viewer, after=after, limit=2):
        found += [(one.task, one.what) for one in page]
        after = page[-1].key
    assert found == [(one.task, one.what) for one in whole]
    assert len(found) == 11


async def after(pool: Pool, viewer: Viewer, *told_then: Any) -> list[tuple[str, date | None]]:
    """What the viewer has to do once these were told of the recommendation that was issued."""
    told = Told()
    story.the_recommendation_is_issued(told)
    told.recommendations.add(story.RECOMMENDATION, *told_then)
    await told.fill_anew(pool, TASKS)
    return [(one.what, one.due_on) for one in await tasks(pool, viewer)]


TO_ACKNOWLEDGE, TO_ANSWER = ("acknowledgement", date(2019, 2, 11)), ("answer", story.ANSWER_BY)
TO_DO, TO_VERIFY = ("measure", date(2019, 9, 30)), ("verification", None)


async def test_what_was_entered_wrongly_is_to_be_done_again(pool: Pool) -> None:
    await Told().fill(pool, TASKS)
    done, never = (story.ACKNOWLEDGED, story.ANSWERED), partial(story.corrected, stands=False)
    assert await after(pool, SOCIAL, *done) == []
    assert await after(pool, SOCIAL, *done, never(story.ANSWERED)) == [TO_ANSWER]
    assert await after(pool, SOCIAL, *done, never(story.ACKNOWLEDGED)) == []
    assert await after(pool, SOCIAL, *done, never(story.ANSWERED), never(story.ACKNOWLEDGED)) == [TO_ACKNOWLEDGE, TO_ANSWER]
    kept = (*done, story.PROMISED, story.REPORTED, story.VERIFIED)
    assert await after(pool, BOARD, *kept, never(story.VERIFIED)) == [TO_VERIFY]
    back = (*kept, never(story.VERIFIED), never(story.REPORTED))
    assert (await after(pool, BOARD, *back), await after(pool, SOCIAL, *back)) == ([], [TO_DO])
    assert await after(pool, SOCIAL, *back, never(story.PROMISED)) == []
    assert await after(pool, BOARD, *back, story.REPORTED) == [TO_VERIFY]
    withdrawn = recommendations.RecommendationWithdrawn(**story.of_recommendation(), reason="Erledigt.", withdrawn_on=date(2019, 3, 1))
    assert await after(pool, SOCIAL, story.ACKNOWLEDGED, withdrawn) == []
    assert await after(pool, SOCIAL, story.ACKNOWLEDGED, withdrawn, never(withdrawn)) == [TO_ANSWER]


async def test_a_committee_whose_note_was_taken_back_is_to_be_informed_again_unless_another_note_stands(pool: Pool) -> None:
    await Told().fill(pool, TASKS)
    never = story.corrected(story.INFORMED, stands=False)
    to_inform = await after(pool, DEPARTMENT)
    assert [what for what, _ in to_inform] == ["informing"]
    assert await after(pool, DEPARTMENT, story.INFORMED) == []
    assert await after(pool, DEPARTMENT, story.INFORMED, never) == to_inform
    assert await after(pool, DEPARTMENT, story.INFORMED, never, story.corrected(story.INFORMED, item=story.ITEM)) == []
    assert await after(pool, DEPARTMENT, story.INFORMED, never, story.INFORMED) == []


async def test_what_was_put_right_is_due_on_the_right_day_under_the_right_title(pool: Pool) -> None:
    await Told().fill(pool, TASKS)
    issued = story.issued(story.RECOMMENDATION, story.RESOLUTION, story.RESULTS)
    [addressee] = issued.addressees
    other = addressee.model_copy(update={"acknowledge_by": date(2019, 2, 12), "answer_by": date(2019, 3, 18)})
    moved = story.corrected(issued, title="Berichtigt", issued_on=date(2019, 2, 4), addressees=(other,))
    assert await after(pool, SOCIAL, moved) == [("acknowledgement", date(2019, 2, 12)), ("answer", date(2019, 3, 18))]
    assert [(one.title, one.since) for one in await tasks(pool, SOCIAL)] == [("Berichtigt", date(2019, 2, 4))] * 2
    assert await after(pool, SOCIAL, story.ANSWERED, moved) == []
    promise = story.corrected(story.PROMISED, what="Anders", due_on=date(2019, 10, 1))
    assert await after(pool, SOCIAL, story.ANSWERED, story.PROMISED, promise) == [("measure", date(2019, 10, 1))]
    assert [one.title for one in await tasks(pool, SOCIAL)] == ["Anders"]
    assert await after(pool, SOCIAL, story.ANSWERED, story.PROMISED, story.REPORTED, promise) == []
