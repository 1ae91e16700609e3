"""Measures are promised and reported done by an addressee, and verified by the secretariat of the body."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.recommendations.implementing import (
    MeasureIsNotReportedDone,
    MeasureIsPromised,
    MeasureIsReportedDone,
    MeasureIsUnknown,
    MeasureIsVerified,
    PromiseMeasure,
    ReportMeasureDone,
    VerifiedBeforeItWasDone,
    VerifyMeasure,
)
from services.recommendations.recommendation import RECOMMENDATION, RecommendationCommand
from services.recommendations.standing import (
    DayLiesBeforeTheIssue,
    DayLiesInTheFuture,
    OnlyAddresseesAnswer,
    RecommendationIsNotIssued,
    RecommendationIsWithdrawn,
)
from shared.testing import Rules
from tests.recommendations.examples import (
    BOARD,
    DAY,
    DONE_ON,
    DRAFTED,
    DUE_ON,
    EVIDENCE,
    FINDING,
    ISSUED,
    ISSUED_ON,
    LATER,
    MEASURE,
    OFFICE,
    PROMISED,
    REPORTED_DONE,
    STARTED,
    VERIFIED,
    VERIFIED_ON,
    WHAT,
    WITHDRAWN,
)

recommendation = Rules(RECOMMENDATION)
issued = recommendation.given(STARTED, DRAFTED, ISSUED)
promised = recommendation.given(STARTED, DRAFTED, ISSUED, PROMISED)
done = recommendation.given(STARTED, DRAFTED, ISSUED, PROMISED, REPORTED_DONE)

AUTUMN = datetime(2019, 9, 5, 9, 0, tzinfo=UTC)
PROMISE = PromiseMeasure(now=LATER, measure=MEASURE, addressee=OFFICE, what=WHAT, due_on=DUE_ON)
REPORT = ReportMeasureDone(now=AUTUMN, measure=MEASURE, evidence=EVIDENCE, done_on=DONE_ON)
VERIFY = VerifyMeasure(now=AUTUMN, measure=MEASURE, finding=FINDING)


def test_a_measure_is_promised_reported_done_and_verified() -> None:
    issued.when(PROMISE).then(PROMISED).when(REPORT).then(REPORTED_DONE).when(VERIFY).then(VERIFIED)


def test_each_step_again_changes_nothing() -> None:
    promised.when(PROMISE).then_nothing()
    done.when(REPORT).then_nothing()
    verified = recommendation.given(STARTED, DRAFTED, ISSUED, PROMISED, REPORTED_DONE, VERIFIED)
    verified.when(VERIFY).then_nothing()
    verified.when(VERIFY.model_copy(update={"on": VERIFIED_ON})).then_nothing()


def test_each_step_is_taken_once() -> None:
    promised.when(PROMISE.model_copy(update={"what": "Anderes."})).then_refused(MeasureIsPromised)
    done.when(REPORT.model_copy(update={"evidence": "Anderes."})).then_refused(MeasureIsReportedDone, done_on="2019-08-20")
    verified = recommendation.given(STARTED, DRAFTED, ISSUED, PROMISED, REPORTED_DONE, VERIFIED)
    verified.when(VERIFY.model_copy(update={"finding": "Anderes."})).then_refused(MeasureIsVerified, verified_on="2019-09-05")


def test_nobody_verifies_what_was_not_reported_done() -> None:
    promised.when(VERIFY).then_refused(MeasureIsNotReportedDone)
    assert MeasureIsNotReportedDone.rule() == "Nobody verifies what was not reported done."


@pytest.mark.parametrize("wish", [REPORT, VERIFY])
def test_what_nobody_promised_is_unknown(wish: RecommendationCommand) -> None:
    issued.when(wish).then_refused(MeasureIsUnknown)


@pytest.mark.parametrize("wish", [PROMISE, REPORT, VERIFY])
def test_nothing_is_promised_before_the_issue(wish: RecommendationCommand) -> None:
    recommendation.given(STARTED, DRAFTED).when(wish).then_refused(RecommendationIsNotIssued)


def test_only_addressees_promise() -> None:
    issued.when(PROMISE.model_copy(update={"addressee": BOARD})).then_refused(OnlyAddresseesAnswer)


def test_nothing_is_promised_after_a_withdrawal_but_what_was_promised_goes_on() -> None:
    recommendation.given(STARTED, DRAFTED, ISSUED, WITHDRAWN).when(PROMISE).then_refused(RecommendationIsWithdrawn)
    kept = recommendation.given(STARTED, DRAFTED, ISSUED, PROMISED, WITHDRAWN)
    kept.when(REPORT).then(REPORTED_DONE).when(VERIFY).then(VERIFIED)


def test_a_promise_is_due_since_the_issue() -> None:
    issued.when(PROMISE.model_copy(update={"due_on": ISSUED_ON - DAY})).then_refused(DayLiesBeforeTheIssue)
    issued.when(PROMISE.model_copy(update={"due_on": ISSUED_ON})).then(PROMISED.model_copy(update={"due_on": ISSUED_ON}))


def test_what_was_done_lies_between_the_issue_and_today() -> None:
    promised.when(REPORT.model_copy(update={"done_on": AUTUMN.date() + DAY})).then_refused(DayLiesInTheFuture)
    promised.when(REPORT.model_copy(update={"done_on": ISSUED_ON - DAY})).then_refused(DayLiesBeforeTheIssue)
    promised.when(REPORT.model_copy(update={"done_on": None})).then(REPORTED_DONE.model_copy(update={"done_on": AUTUMN.date()}))


def test_what_was_done_is_verified_afterwards() -> None:
    done.when(VERIFY.model_copy(update={"on": date(2019, 8, 19)})).then_refused(VerifiedBeforeItWasDone, done_on="2019-08-20")
    done.when(VERIFY.model_copy(update={"on": DONE_ON})).then(VERIFIED.model_copy(update={"verified_on": DONE_ON}))
    done.when(VERIFY.model_copy(update={"on": AUTUMN.date() + DAY})).then_refused(DayLiesInTheFuture)
