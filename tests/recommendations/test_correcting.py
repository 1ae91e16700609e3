"""Whatever is entered can be put right with a reason or taken back, by the rules of entering it, judged by how all stands afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.recommendations.answering import AnswerRecommendation, NoteOverdue
from services.recommendations.correcting import (
    KINDS,
    CorrectEntry,
    Kind,
    NeverHappened,
    NothingWasEntered,
    PromiseIsReportedDone,
    Right,
    RightAcknowledgement,
    RightAnswer,
    RightCompletion,
    RightIssue,
    RightPromise,
    RightVerification,
    RightWithdrawal,
)
from services.recommendations.drafting import BodyHasSuccessor, IssuedBeforeItWasResolved, WithdrawRecommendation
from services.recommendations.events import Entry, RecommendationCorrected
from services.recommendations.implementing import MeasureIsNotReportedDone, VerifiedBeforeItWasDone
from services.recommendations.informing import NoteCameAfterTheWithdrawal
from services.recommendations.parts import Owed, Succeeded, Verdict
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.rules import BREMEN_MODEL, acknowledge_by, answer_by
from services.recommendations.standing import (
    DayLiesBeforeTheIssue,
    DayLiesInTheFuture,
    RecommendationIsNotIssued,
    RecommendationIsWithdrawn,
)
from shared.domain import Refusal
from shared.localday import day_end
from shared.testing import Rules
from tests.recommendations.examples import (
    ACKNOWLEDGE_BY,
    ACKNOWLEDGED,
    ACKNOWLEDGEMENT_OVERDUE,
    ADDRESSEES,
    ANSWER_BY,
    ANSWERED,
    COMMITTEE,
    COMMITTEE_NAME,
    CORRECTED,
    DAY,
    DONE_ON,
    DRAFTED,
    DUE_ON,
    EVIDENCE,
    FINDING,
    INFORMED,
    ISSUED,
    ISSUED_ON,
    MEASURE,
    MISREAD,
    OF_RECOMMENDATION,
    OFFICE,
    OTHER_COMMITTEE,
    OTHER_COMMITTEE_NAME,
    OTHER_REASONS,
    PROMISED,
    REASONS,
    REPORTED_DONE,
    SCHOOLS,
    STARTED,
    TITLE,
    VERIFIED,
    VERIFIED_ON,
    WHAT,
    WITHDRAWAL,
    WITHDRAWN,
)

recommendation = Rules(RECOMMENDATION)
issued = recommendation.given(STARTED, DRAFTED, ISSUED)
ALL = (ACKNOWLEDGED, ANSWERED, PROMISED, REPORTED_DONE, VERIFIED)
followed = recommendation.given(STARTED, DRAFTED, ISSUED, *ALL)
withdrawn = recommendation.given(STARTED, DRAFTED, ISSUED, *ALL, WITHDRAWN.model_copy(update={"withdrawn_on": date(2019, 9, 10)}))

AUTUMN = datetime(2019, 9, 20, 9, 0, tzinfo=UTC)
OTHER_DAY = date(2019, 2, 25)
SLIP = "Beim Eintragen in der Zeile verrutscht."


def right_issue(day: date, title: str = TITLE, succeeded: tuple[Succeeded, ...] = ()) -> RightIssue:
    return RightIssue(
        kind="issue",
        title=title,
        issued_on=day,
        acknowledge_by=acknowledge_by(day, BREMEN_MODEL),
        answer_by=answer_by(day, BREMEN_MODEL),
        rule=BREMEN_MODEL,
        succeeded=succeeded,
    )


def right_acknowledgement(day: date) -> RightAcknowledgement:
    return RightAcknowledgement(kind="acknowledgement", addressee=OFFICE, acknowledged_on=day)


def right_answer(day: date, reasons: str = REASONS) -> RightAnswer:
    return RightAnswer(kind="answer", addressee=OFFICE, verdict=Verdict.ACCEPTED, reasons=reasons, answered_on=day)


def right_withdrawal(day: date, reason: str = WITHDRAWAL) -> RightWithdrawal:
    return RightWithdrawal(kind="withdrawal", reason=reason, withdrawn_on=day)


def right_promise(day: date, what: str = WHAT) -> RightPromise:
    return RightPromise(kind="promise", measure=MEASURE, what=what, due_on=day)


def right_completion(day: date, evidence: str = EVIDENCE) -> RightCompletion:
    return RightCompletion(kind="completion", measure=MEASURE, evidence=evidence, done_on=day)


def right_verification(day: date, finding: str = FINDING) -> RightVerification:
    return RightVerification(kind="verification", measure=MEASURE, finding=finding, verified_on=day)


def never(entry: Any) -> NeverHappened:
    of = {"acknowledgement": OFFICE, "answer": OFFICE, "withdrawal": None}.get(entry, MEASURE)
    return NeverHappened(kind="never_happened", entry=entry, of=of)


def wish(right: Right, now: datetime = AUTUMN) -> CorrectEntry:
    return CorrectEntry(now=now, right=right, reason=SLIP)


def corrected(entry: Entry, *expects: Owed, stands: bool = True, **changes: Any) -> RecommendationCorrected:
    """What follows."""
    told = OF_RECOMMENDATION | ({"title": changes["title"]} if "title" in changes else {})
    right = entry.model_copy(update=changes)
    return RecommendationCorrected(**told, entry=right, stands=stands, reason=SLIP, corrected_at=AUTUMN, expects=expects)


def days_from(day: date) -> dict[str, Any]:
    """What follows from another day of the issue."""
    days = {"acknowledge_by": acknowledge_by(day, BREMEN_MODEL), "answer_by": answer_by(day, BREMEN_MODEL)}
    return {"issued_on": day, "addressees": tuple(one.model_copy(update=days) for one in ADDRESSEES)}


@pytest.mark.parametrize(
    ("right", "entry", "changes"),
    [
        (right_issue(ISSUED_ON, "Kurse am Abend"), ISSUED, {"title": "Kurse am Abend"}),
        (right_acknowledgement(OTHER_DAY), ACKNOWLEDGED, {"acknowledged_on": OTHER_DAY}),
        (right_answer(OTHER_DAY, OTHER_REASONS), ANSWERED, {"answered_on": OTHER_DAY, "reasons": OTHER_REASONS}),
        (right_promise(OTHER_DAY, "Drei Kurse."), PROMISED, {"due_on": OTHER_DAY, "what": "Drei Kurse."}),
        (right_completion(OTHER_DAY, "Seite 21."), REPORTED_DONE, {"done_on": OTHER_DAY, "evidence": "Seite 21."}),
        (right_verification(date(2019, 9, 6), "Gesehen."), VERIFIED, {"verified_on": date(2019, 9, 6), "finding": "Gesehen."}),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_each_entry_is_put_right_with_a_reason_and_once(right: Right, entry: Entry, changes: dict[str, Any]) -> None:
    followed.when(wish(right)).then(corrected(entry, **changes)).when(wish(right)).then_nothing()


def test_a_withdrawal_is_put_right() -> None:
    day = date(2019, 9, 12)
    recorded = WITHDRAWN.model_copy(update={"withdrawn_on": date(2019, 9, 10)})
    changed = corrected(recorded, withdrawn_on=day, reason="Doppelt.")
    withdrawn.when(wish(right_withdrawal(day, "Doppelt."))).then(changed).when(wish(right_withdrawal(day, "Doppelt."))).then_nothing()


def test_what_was_answered_is_put_right_as_it_was_really_answered() -> None:
    right = RightAnswer(kind="answer", addressee=OFFICE, verdict=Verdict.PARTLY, reasons=OTHER_REASONS, answered_on=date(2019, 3, 19))
    answered = recommendation.given(STARTED, DRAFTED, ISSUED, ANSWERED)
    answered.when(CorrectEntry(now=CORRECTED.corrected_at, right=right, reason=MISREAD)).then(CORRECTED)


@pytest.mark.parametrize(
    "right",
    [
        right_issue(ISSUED_ON),
        right_acknowledgement(ACKNOWLEDGED.acknowledged_on),
        right_answer(ANSWERED.answered_on),
        right_promise(DUE_ON),
        right_completion(DONE_ON),
        right_verification(VERIFIED_ON),
    ],
    ids=lambda right: right.kind,
)
def test_what_is_so_already_is_nothing_to_do(right: Right) -> None:
    followed.when(wish(right)).then_nothing()


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind not in ("issue", "note")])
def test_only_what_was_entered_is_corrected(kind: Kind) -> None:
    issued.when(wish(never(kind))).then_refused(NothingWasEntered)
    recommendation.given(STARTED, DRAFTED).when(wish(never(kind))).then_refused(RecommendationIsNotIssued)
    issued.when(wish(right_acknowledgement(OTHER_DAY))).then_refused(NothingWasEntered)


FUTURE = AUTUMN.date() + DAY
BEFORE = ISSUED_ON - DAY


@pytest.mark.parametrize(
    ("right", "refusal"),
    [
        (right_issue(FUTURE), DayLiesInTheFuture),
        (right_issue(date(2019, 2, 13)), IssuedBeforeItWasResolved),
        (right_issue(ACKNOWLEDGED.acknowledged_on + DAY), DayLiesBeforeTheIssue),
        (right_acknowledgement(FUTURE), DayLiesInTheFuture),
        (right_acknowledgement(BEFORE), DayLiesBeforeTheIssue),
        (right_answer(FUTURE), DayLiesInTheFuture),
        (right_answer(BEFORE), DayLiesBeforeTheIssue),
        (right_promise(BEFORE), DayLiesBeforeTheIssue),
        (right_completion(FUTURE), DayLiesInTheFuture),
        (right_completion(BEFORE), DayLiesBeforeTheIssue),
        (right_completion(VERIFIED_ON + DAY), VerifiedBeforeItWasDone),
        (right_verification(FUTURE), DayLiesInTheFuture),
        (right_verification(DONE_ON - DAY), VerifiedBeforeItWasDone),
        (never("completion"), MeasureIsNotReportedDone),
        (never("promise"), PromiseIsReportedDone),
    ],
    ids=lambda value: getattr(value, "kind", getattr(value, "__name__", "")),
)
def test_the_rules_of_entering_hold_for_what_rests_on_it_too(right: Right, refusal: type[Refusal]) -> None:
    followed.when(wish(right)).then_refused(refusal)


def test_a_withdrawal_stays_behind_what_came_before_it() -> None:
    noted = recommendation.given(STARTED, DRAFTED, ISSUED, INFORMED, WITHDRAWN)
    noted.when(wish(right_withdrawal(date(2019, 3, 11)))).then_refused(NoteCameAfterTheWithdrawal, withdrawn_on="2019-03-11")
    withdrawn.when(wish(right_withdrawal(ANSWERED.answered_on))).then_refused(RecommendationIsWithdrawn, withdrawn_on="2019-03-20")
    withdrawn.when(wish(right_withdrawal(BEFORE))).then_refused(DayLiesBeforeTheIssue)
    withdrawn.when(wish(right_withdrawal(FUTURE))).then_refused(DayLiesInTheFuture)
    withdrawn.when(wish(right_acknowledgement(date(2019, 9, 10)))).then_refused(RecommendationIsWithdrawn)


def test_what_did_not_hold_before_holds_no_correction_up() -> None:
    same_day = recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGED, ANSWERED)
    both = same_day.when(WithdrawRecommendation(now=AUTUMN, reason=WITHDRAWAL, withdrawn_on=ANSWERED.answered_on)).then(WITHDRAWN)
    both.when(wish(right_acknowledgement(OTHER_DAY))).then(corrected(ACKNOWLEDGED, acknowledged_on=OTHER_DAY))


def test_a_promise_that_was_never_made_is_taken_back_after_all_that_rests_on_it() -> None:
    after = followed
    for entry, kind in ((VERIFIED, "verification"), (REPORTED_DONE, "completion"), (PROMISED, "promise")):
        after = after.when(wish(never(kind))).then(corrected(entry, stands=False))
        after.when(wish(never(kind))).then_nothing()
    assert after.state.measures == ()


def owed(expected: Any, by: date, addressee: Any = OFFICE) -> Owed:
    return Owed(addressee=addressee, expected=expected, by=by)


def test_what_is_taken_back_is_expected_again_by_its_day() -> None:
    answered = recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGED, ANSWERED)
    again = answered.when(wish(never("answer"))).then(corrected(ANSWERED, owed("answer", ANSWER_BY), stands=False))
    again.when(AnswerRecommendation(now=AUTUMN, addressee=OFFICE, verdict=Verdict.ACCEPTED, reasons=REASONS, on=OTHER_DAY)).then(
        ANSWERED.model_copy(update={"answered_on": OTHER_DAY})
    )
    again.when(NoteOverdue(now=AUTUMN, addressee=OFFICE, expected="acknowledgement")).then_nothing()
    answered.when(wish(never("acknowledgement"))).then(corrected(ACKNOWLEDGED, stands=False))  # Whoever answers need not acknowledge.
    both = again.when(wish(never("acknowledgement")))
    both.then(corrected(ACKNOWLEDGED, owed("acknowledgement", ACKNOWLEDGE_BY), stands=False))


def test_a_withdrawal_that_never_was_leaves_everything_expected_as_before() -> None:
    silent = recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGED, WITHDRAWN)
    expects = (
        owed("answer", ANSWER_BY),
        owed("acknowledgement", ACKNOWLEDGE_BY, SCHOOLS),
        owed("answer", ANSWER_BY, SCHOOLS),
    )
    upheld = silent.when(wish(never("withdrawal"))).then(corrected(WITHDRAWN, *expects, stands=False))
    upheld.when(WithdrawRecommendation(now=AUTUMN, reason=WITHDRAWAL, withdrawn_on=WITHDRAWN.withdrawn_on)).then(WITHDRAWN)


def test_another_day_of_the_issue_moves_the_last_days_of_all_who_have_not_answered() -> None:
    day = date(2019, 2, 22)
    moved = days_from(day)
    last = moved["addressees"][0]
    answered = recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGED, ANSWERED, ACKNOWLEDGEMENT_OVERDUE)
    expects = (owed("acknowledgement", last.acknowledge_by, SCHOOLS), owed("answer", last.answer_by, SCHOOLS))
    assert last.acknowledge_by > ACKNOWLEDGE_BY
    answered.when(wish(right_issue(day))).then(corrected(ISSUED, *expects, **moved))


def test_what_was_found_overdue_by_a_wrong_day_is_found_so_again_by_the_right_one() -> None:
    day = date(2019, 2, 22)
    moved = days_from(day)
    last = moved["addressees"][0]
    overdue = recommendation.given(STARTED, DRAFTED, ISSUED, ACKNOWLEDGEMENT_OVERDUE)
    assert overdue.state.overdue(OFFICE) == {"acknowledgement"}
    expects = tuple(
        owed(expected, by, addressee)
        for addressee in (OFFICE, SCHOOLS)
        for expected, by in (("acknowledgement", last.acknowledge_by), ("answer", last.answer_by))
    )
    righted = overdue.when(wish(right_issue(day))).then(corrected(ISSUED, *expects, **moved))
    assert righted.state.overdue(OFFICE) == set()
    found = ACKNOWLEDGEMENT_OVERDUE.model_copy(update={"was_due": last.acknowledge_by})
    righted.when(NoteOverdue(now=day_end(last.acknowledge_by), addressee=OFFICE, expected="acknowledgement")).then(found)


def test_a_recommendation_is_not_said_to_be_issued_when_another_body_had_taken_an_addressees_place() -> None:
    gone = Succeeded(body=COMMITTEE, body_name=COMMITTEE_NAME, successor=OTHER_COMMITTEE, successor_name=OTHER_COMMITTEE_NAME)
    day = date(2019, 2, 22)
    refused = issued.when(wish(right_issue(day, succeeded=(gone,))))
    refused.then_refused(BodyHasSuccessor, body=COMMITTEE_NAME, successor=OTHER_COMMITTEE_NAME)
    other = gone.model_copy(update={"body": OTHER_COMMITTEE})
    assert RECOMMENDATION.decide(wish(right_issue(day, succeeded=(other,))), issued.state)


def test_later_facts_bear_the_title_as_it_was_put_right() -> None:
    titled = issued.when(wish(right_issue(ISSUED_ON, "Kurse am Abend"))).then(corrected(ISSUED, title="Kurse am Abend"))
    command = AnswerRecommendation(now=AUTUMN, addressee=OFFICE, verdict=Verdict.ACCEPTED, reasons=REASONS, on=ANSWERED.answered_on)
    titled.when(command).then(ANSWERED.model_copy(update={"title": "Kurse am Abend"}))
