"""A contribution is received, published on purpose, and goes into results or is settled otherwise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.conferences.contribution import (
    CONTRIBUTION,
    ContributionIsErased,
    ContributionIsReceivedAlready,
    ContributionIsSettled,
    ContributionIsUnknown,
    ContributionIsUsed,
    EnterGroupContribution,
    EraseContribution,
    ForgetContribution,
    PublishContribution,
    ReceiptLiesInTheFuture,
    ReceiveContribution,
    ResultsAreGone,
    SettleContribution,
    UseContribution,
)
from services.conferences.parts import Fate, Lineage
from services.conferences.periods import KEPT_CONTRIBUTION
from shared.localday import day_end
from shared.testing import Rules
from tests.conferences.examples import CONTRIBUTOR_ERASED, ENTERED, HANDED_IN, NOW, PUBLISHED, REASON, RESULT, SETTLED, TEXT, USED

contribution = Rules(CONTRIBUTION)
OTHER_RESULT = UUID(int=7)
PUBLISH = PublishContribution(now=NOW, text=TEXT)
ERASE = EraseContribution(now=NOW)
USE = UseContribution(now=NOW, result=RESULT, how=Lineage.MERGED)
SETTLE = SettleContribution(now=NOW, fate=Fate.FORWARDED, reason=REASON)


def told(command: type[Any]) -> dict[str, Any]:
    return {name: value for name, value in HANDED_IN if name in command.model_fields}


HAND_IN = ReceiveContribution(now=NOW, **told(ReceiveContribution), handed_over=False)
ENTER = EnterGroupContribution(now=NOW, **told(EnterGroupContribution) | {"text": TEXT, "received_on": None})


def test_what_somebody_hands_in_is_not_public() -> None:
    contribution.given().when(HAND_IN).then(HANDED_IN)


def test_a_contribution_is_handed_in_once() -> None:
    contribution.given(HANDED_IN).when(HAND_IN).then_refused(ContributionIsReceivedAlready)
    contribution.given(HANDED_IN).when(ENTER).then_refused(ContributionIsReceivedAlready)


def test_nobody_hands_in_after_the_results_are_gone() -> None:
    contribution.given().when(HAND_IN.model_copy(update={"handed_over": True})).then_refused(ResultsAreGone)


def test_what_a_working_group_hands_in_is_public_at_once() -> None:
    contribution.given().when(ENTER).then(ENTERED, PUBLISHED)


def test_what_a_working_group_handed_in_is_entered_later_with_its_own_date() -> None:
    day = date(2018, 9, 14)
    contribution.given().when(ENTER.model_copy(update={"received_on": day})).then(
        ENTERED.model_copy(update={"received_on": day}), PUBLISHED
    )
    tomorrow = (NOW + timedelta(days=1)).date()
    contribution.given().when(ENTER.model_copy(update={"received_on": tomorrow})).then_refused(ReceiptLiesInTheFuture)


def test_what_it_says_is_published_on_purpose_and_replaced_by_what_is_published_later() -> None:
    other = PUBLISHED.model_copy(update={"text": "Kurse am Abend wären gut."})
    published = contribution.given(HANDED_IN).when(PUBLISH).then(PUBLISHED)
    published.when(PUBLISH).then_nothing()
    published.when(PublishContribution(now=NOW, text=other.text)).then(other)


def test_an_erasure_is_entered_once_and_what_was_withdrawn_is_not_published_any_more() -> None:
    erased = contribution.given(HANDED_IN).when(ERASE).then(CONTRIBUTOR_ERASED)
    erased.when(ERASE).then_nothing()
    erased.when(PUBLISH).then_refused(ContributionIsErased)
    erased.when(SETTLE).then(SETTLED)


def test_what_was_published_before_an_erasure_names_nobody_stays_and_can_be_put_right() -> None:
    other = PUBLISHED.model_copy(update={"text": "Kurse am Abend wären gut."})
    erased = contribution.given(HANDED_IN, PUBLISHED).when(ERASE).then(CONTRIBUTOR_ERASED)
    erased.when(PUBLISH).then_nothing()
    erased.when(PublishContribution(now=NOW, text=other.text)).then(other)


def test_it_learns_of_each_result_that_comes_from_it_once() -> None:
    other = USED.model_copy(update={"result": OTHER_RESULT, "how": Lineage.SPLIT})
    used = contribution.given(HANDED_IN).when(USE).then(USED)
    used.when(USE).then_nothing()
    used.when(UseContribution(now=NOW, result=OTHER_RESULT, how=Lineage.SPLIT)).then(other)


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


@pytest.mark.parametrize("command", [PUBLISH, ERASE, USE, SETTLE])
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
