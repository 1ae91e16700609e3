"""A contribution is received, published on purpose, and goes into results or is settled otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.conferences.cancelling import ConferenceIsCancelled
from services.conferences.contributed import ContributionIsUnknown
from services.conferences.contribution import (
    CONTRIBUTION,
    ContributionCommand,
    ContributionIsErased,
    ContributionIsNotPublished,
    ContributionIsPublished,
    ContributionIsReceivedAlready,
    ContributionKeepsItsDay,
    CorrectContribution,
    EnterGroupContribution,
    EraseContribution,
    ForgetContribution,
    NothingIsSettled,
    PublishContribution,
    ReceiptLiesInTheFuture,
    ReceiveContribution,
    ResultsAreGone,
)
from services.conferences.fates import (
    ContributionIsSettled,
    ContributionIsUsed,
    ReleaseContribution,
    SettleContribution,
    UseContribution,
)
from services.conferences.parts import ContributionKind, Fate, Lineage
from services.conferences.periods import KEPT_CONTRIBUTION
from shared.localday import day_end
from shared.testing import Rules
from tests.conferences.examples import (
    CONTRIBUTION_CORRECTED,
    CONTRIBUTOR_ERASED,
    ENTERED,
    HANDED_IN,
    NOW,
    PUBLISHED,
    REASON,
    RELEASED,
    RESULT,
    SETTLED,
    TEXT,
    USED,
)

contribution = Rules(CONTRIBUTION)
OTHER_RESULT = UUID(int=7)
PUBLISH = PublishContribution(now=NOW, text=TEXT)
ERASE = EraseContribution(now=NOW)
USE = UseContribution(now=NOW, result=RESULT, how=Lineage.MERGED)
RELEASE = ReleaseContribution(now=NOW, result=RESULT)
SETTLE = SettleContribution(now=NOW, fate=Fate.FORWARDED, reason=REASON)


def told(command: type[Any]) -> dict[str, Any]:
    return {name: value for name, value in HANDED_IN if name in command.model_fields}


HAND_IN = ReceiveContribution(now=NOW, **told(ReceiveContribution), handed_over=False, cancelled=False)
CORRECT = CorrectContribution(now=NOW, **{name: value for name, value in CONTRIBUTION_CORRECTED if name not in ("conference", "title")})
ENTER = EnterGroupContribution(now=NOW, **told(EnterGroupContribution) | {"text": TEXT, "received_on": None, "cancelled": False})


def test_what_somebody_hands_in_is_not_public() -> None:
    contribution.given().when(HAND_IN).then(HANDED_IN)


def test_a_contribution_is_handed_in_once() -> None:
    contribution.given(HANDED_IN).when(HAND_IN).then_refused(ContributionIsReceivedAlready)
    contribution.given(HANDED_IN).when(ENTER).then_refused(ContributionIsReceivedAlready)


def test_nobody_hands_in_after_the_results_are_gone() -> None:
    contribution.given().when(HAND_IN.model_copy(update={"handed_over": True})).then_refused(ResultsAreGone)


@pytest.mark.parametrize("command", [HAND_IN, ENTER], ids=["by somebody", "by a working group"])
def test_to_a_conference_that_was_called_off_nobody_contributes(command: ContributionCommand) -> None:
    contribution.given().when(command.model_copy(update={"cancelled": True})).then_refused(ConferenceIsCancelled)


def test_what_a_working_group_hands_in_is_public_at_once() -> None:
    contribution.given().when(ENTER).then(ENTERED, PUBLISHED)


def test_what_a_working_group_handed_in_is_entered_later_with_its_own_date() -> None:
    day = date(2018, 9, 14)
    contribution.given().when(ENTER.model_copy(update={"received_on": day})).then(
        ENTERED.model_copy(update={"received_on": day}), PUBLISHED
    )
    tomorrow = (NOW + timedelta(days=1)).date()
    contribution.given().when(ENTER.model_copy(update={"received_on": tomorrow})).then_refused(ReceiptLiesInTheFuture)


def test_what_it_says_is_published_on_purpose_and_once() -> None:
    published = contribution.given(HANDED_IN).when(PUBLISH).then(PUBLISHED)
    published.when(PUBLISH).then_nothing()
    published.when(PublishContribution(now=NOW, text="Kurse am Abend wären gut.")).then_refused(ContributionIsPublished)


def test_an_erasure_is_entered_once_and_what_was_withdrawn_is_not_published_any_more() -> None:
    erased = contribution.given(HANDED_IN).when(ERASE).then(CONTRIBUTOR_ERASED)
    erased.when(ERASE).then_nothing()
    erased.when(PUBLISH).then_refused(ContributionIsErased)
    erased.when(SETTLE).then(SETTLED)


def test_what_was_published_before_an_erasure_names_nobody_stays_and_can_be_put_right() -> None:
    erased = contribution.given(HANDED_IN, PUBLISHED, SETTLED).when(ERASE).then(CONTRIBUTOR_ERASED)
    erased.when(PUBLISH).then_nothing()
    erased.when(CORRECT).then(CONTRIBUTION_CORRECTED)


def test_it_learns_of_each_result_that_comes_from_it_once() -> None:
    other = USED.model_copy(update={"result": OTHER_RESULT, "how": Lineage.SPLIT})
    used = contribution.given(HANDED_IN).when(USE).then(USED)
    used.when(USE).then_nothing()
    used.when(UseContribution(now=NOW, result=OTHER_RESULT, how=Lineage.SPLIT)).then(other)


def test_it_learns_how_a_result_comes_from_it_anew_and_when_none_does_after_all() -> None:
    partly = USED.model_copy(update={"how": Lineage.PARTLY})
    used = contribution.given(HANDED_IN, USED).when(UseContribution(now=NOW, result=RESULT, how=Lineage.PARTLY)).then(partly)
    released = used.when(RELEASE).then(RELEASED)
    released.when(RELEASE).then_nothing()
    released.when(SETTLE).then(SETTLED)


def test_it_is_settled_published_or_not() -> None:
    contribution.given(HANDED_IN).when(SETTLE).then(SETTLED)
    contribution.given(HANDED_IN, PUBLISHED).when(SETTLE).then(SETTLED).when(SETTLE).then_nothing()


def test_it_is_settled_once() -> None:
    other = SettleContribution(now=NOW, fate=Fate.NOT_ADOPTED, reason=REASON)
    contribution.given(HANDED_IN, SETTLED).when(other).then_refused(ContributionIsSettled)


def test_what_went_into_a_result_is_not_settled_otherwise() -> None:
    contribution.given(HANDED_IN, USED).when(SETTLE).then_refused(ContributionIsUsed)


def test_what_is_settled_goes_into_no_result() -> None:
    contribution.given(HANDED_IN, SETTLED).when(USE).then_refused(ContributionIsSettled)


def test_it_is_corrected_whole_and_with_a_reason() -> None:
    corrected = contribution.given(HANDED_IN, PUBLISHED, SETTLED).when(CORRECT).then(CONTRIBUTION_CORRECTED)
    corrected.when(CORRECT.model_copy(update={"reason": "Noch einmal."})).then_nothing()
    back = {"group": "sprache", "group_name": HANDED_IN.group_name, "kind": ContributionKind.SUGGESTION, "text": TEXT}
    right = {"fate": SETTLED.fate, "fate_reason": SETTLED.reason}
    corrected.when(CORRECT.model_copy(update=back | right)).then(CONTRIBUTION_CORRECTED.model_copy(update=back | right))


def test_what_was_settled_by_mistake_goes_into_results_again() -> None:
    nothing = {"fate": None, "fate_reason": None}
    free = contribution.given(HANDED_IN, PUBLISHED, SETTLED).when(CORRECT.model_copy(update=nothing))
    free.then(CONTRIBUTION_CORRECTED.model_copy(update=nothing)).when(USE).then(USED)


def test_only_what_is_settled_is_settled_otherwise() -> None:
    contribution.given(HANDED_IN, PUBLISHED).when(CORRECT).then_refused(NothingIsSettled)
    contribution.given(HANDED_IN, PUBLISHED, USED).when(CORRECT).then_refused(NothingIsSettled)


def test_a_correction_neither_publishes_nor_takes_back_what_was_published() -> None:
    contribution.given(HANDED_IN, SETTLED).when(CORRECT).then_refused(ContributionIsNotPublished)
    hidden = CORRECT.model_copy(update={"text": None})
    contribution.given(HANDED_IN, PUBLISHED, SETTLED).when(hidden).then_refused(ContributionIsNotPublished)
    contribution.given(HANDED_IN, SETTLED).when(hidden).then(CONTRIBUTION_CORRECTED.model_copy(update={"text": None}))


def test_a_working_groups_contribution_gets_its_own_day_and_what_somebody_handed_in_keeps_it() -> None:
    earlier = {"received_on": HANDED_IN.received_on - timedelta(days=3)}
    right = CORRECT.model_copy(update=earlier)
    contribution.given(ENTERED, PUBLISHED, SETTLED).when(right).then(CONTRIBUTION_CORRECTED.model_copy(update=earlier))
    contribution.given(HANDED_IN, PUBLISHED, SETTLED).when(right).then_refused(ContributionKeepsItsDay)
    tomorrow = CORRECT.model_copy(update={"received_on": (NOW + timedelta(days=1)).date()})
    contribution.given(ENTERED, PUBLISHED, SETTLED).when(tomorrow).then_refused(ReceiptLiesInTheFuture)


@pytest.mark.parametrize("command", [PUBLISH, ERASE, USE, RELEASE, SETTLE, CORRECT])
def test_nothing_becomes_of_what_nobody_handed_in(command: Any) -> None:
    contribution.given().when(command).then_refused(ContributionIsUnknown)


def test_what_is_personal_of_a_contribution_is_forgotten_when_a_year_is_over() -> None:
    last_day = day_end(HANDED_IN.received_on + KEPT_CONTRIBUTION)
    early, late = ForgetContribution(now=last_day - timedelta(seconds=1)), ForgetContribution(now=last_day)
    over = CONTRIBUTOR_ERASED.model_copy(update={"reason": "period"})
    contribution.given(HANDED_IN).when(early).then_nothing()
    contribution.given(HANDED_IN).when(late).then(over).when(late).then_nothing()
    contribution.given(HANDED_IN, CONTRIBUTOR_ERASED).when(late).then_nothing()
    contribution.given().when(late).then_refused(ContributionIsUnknown)
