"""The receipt: whoever has its token sees what became of just that contribution."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from services.portal.read_models.receipts import RECEIPTS, find_fate
from services.portal.read_models.trace import TRACE
from services.portal.read_models.trace_graph import Branch
from shared.contracts.conferences import ContributionCorrected, ContributionKind, Fate
from tests.portal.read_models import story
from tests.portal.read_models.story import NOW, Told, token, whole_story

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


def kinds(branches: tuple[Branch, ...]) -> set[str]:
    found: set[str] = set()
    for branch in branches:
        found |= {branch.node.kind} | kinds(branch.below)
    return found


async def test_a_contribution_is_followed_into_its_result_and_on_to_the_measure(pool: Pool) -> None:
    await whole_story(20).fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(3), NOW)
    assert fate
    assert (fate.contribution, fate.text, fate.conference_title) == (story.contribution(3), "Anregung 3", story.CITY_TITLE)
    assert [(how, branch.node.title) for how, branch in fate.results] == [("split", "Ergebnis 1, berichtigt")]
    assert kinds(fate.onwards) == {
        "conference", "duty", "proposal", "item", "resolution", "recommendation", "informed", "answer", "measure",
    }  # fmt: skip


async def test_the_receipt_calls_the_conference_as_it_was_corrected(pool: Pool) -> None:
    told = whole_story(20)
    told.conferences.add(story.CONFERENCE, story.conference_corrected(title="Sechste", held_on=story.HELD_ON, attendance=68))
    await told.fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(3), NOW)
    assert fate
    assert fate.conference_title == "Sechste"


async def test_the_receipt_of_a_contribution_to_a_conference_that_was_called_off_says_so_and_keeps_it_readable(pool: Pool) -> None:
    told = Told()
    story.the_conference_is_cancelled(told)
    await told.fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(2), NOW)
    assert fate
    assert (fate.text, fate.cancelled_because, fate.fate, fate.results) == ("Anregung 2", story.WHY_NOT, None, ())
    assert fate.cancelled_on
    assert fate.as_of == told.conferences.entries[-1].recorded_at
    told.conferences.add(story.CONFERENCE, story.conference_corrected(cancelled_because="Wasserschaden."), at=NOW)
    await told.fill_anew(pool, RECEIPTS, TRACE)
    right = await find_fate(pool, token(2), NOW)
    assert right
    assert (right.cancelled_because, right.cancelled_on) == ("Wasserschaden.", fate.cancelled_on)


async def test_a_contribution_that_went_nowhere_says_why(pool: Pool) -> None:
    await whole_story(20).fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(9), NOW)
    assert fate
    assert (fate.fate, fate.reason, fate.results, fate.onwards) == ("forwarded", "Das entscheidet das Land.", (), ())


async def test_what_was_corrected_of_a_contribution_its_receipt_shows_and_why(pool: Pool) -> None:
    await whole_story(20).fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(6), NOW)
    assert fate
    assert (fate.text, fate.group_name, fate.kind, fate.righted_because) == ("Erfahrung 6", "AG Arbeit", "experience", "Verwechselt.")
    assert fate.righted_on
    assert [how for how, _ in fate.results] == ["merged"]


async def test_what_was_settled_otherwise_or_by_mistake_is_told_so(pool: Pool) -> None:
    told = whole_story(20)
    settled = {
        **story.OF_CONFERENCE, "public": True, "group": "sprache", "group_name": "AG Sprache", "kind": ContributionKind.SUGGESTION,
        "received_on": date(2018, 10, 10), "text": "Anregung", "reason": "Verlesen.",
    }  # fmt: skip
    for number, fate, why in ((9, None, None), (19, Fate.NOT_ADOPTED, "Dafür fehlt das Geld.")):
        stream = story.contribution(number)
        told.conferences.add(stream, ContributionCorrected(**settled, contribution=stream, fate=fate, fate_reason=why))
    await told.fill(pool, RECEIPTS, TRACE)
    nothing, otherwise = await find_fate(pool, token(9), NOW), await find_fate(pool, token(19), NOW)
    assert nothing
    assert (nothing.fate, nothing.reason, nothing.settled_on, nothing.righted_because) == (None, None, None, "Verlesen.")
    assert otherwise
    assert (otherwise.fate, otherwise.reason, bool(otherwise.settled_on)) == ("not_adopted", "Dafür fehlt das Geld.", True)


async def test_a_contribution_that_was_not_published_shows_its_results_and_no_text(pool: Pool) -> None:
    await whole_story(20).fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(1), NOW)
    assert fate
    assert (fate.text, fate.published_on, fate.group_name) == (None, None, "AG Sprache")
    assert [branch.node.title for _, branch in fate.results] == ["Ergebnis 2"]


async def test_before_anything_followed_the_receipt_says_that_it_was_received(pool: Pool) -> None:
    told = Told()
    story.hand_in(told.conferences, 3)
    await told.fill(pool, RECEIPTS, TRACE)
    fate = await find_fate(pool, token(3), NOW)
    assert fate
    assert (fate.received_on.isoformat(), fate.results) == ("2018-10-04", ())


async def test_a_token_that_was_never_given_opens_nothing(pool: Pool) -> None:
    await whole_story(3).fill(pool, RECEIPTS, TRACE)
    assert await find_fate(pool, "token-77", NOW) is None
    assert await find_fate(pool, "\ud800", NOW) is None


async def test_what_is_not_public_is_in_no_receipt(pool: Pool) -> None:
    await whole_story(20).fill(pool, RECEIPTS, TRACE)
    assert story.SECRET not in repr(await find_fate(pool, token(3), NOW))
