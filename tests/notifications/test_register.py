"""Who subscribes, confirms and stops; who is told of what, once, and with every reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import TypeAdapter

from services.notifications.announcing import CHUNK, Announce, still_wanted
from services.notifications.events.parts import Reason, Recipient, Wanted
from services.notifications.events.register import (
    MemberContactErased,
    NotificationsPlanned,
    RegisterEvent,
    SubscriptionConfirmed,
    SubscriptionErased,
)
from services.notifications.periods import CONFIRM_WITHIN, KEPT_STOPPED, KEPT_UNCONFIRMED, MOST_WAITING
from services.notifications.register import (
    REGISTER,
    Asked,
    ConfirmSubscription,
    ContactIsUnknown,
    EraseMemberContact,
    EraseSubscriber,
    ForgetSubscription,
    RequestCameTooEarly,
    RequestSubscription,
    SetMemberContact,
    StopSubscription,
    TokenHasExpired,
    TokenIsSpent,
    TokenIsUnknown,
    TooManySubscriptionsWait,
)
from shared.testing import Rules
from tests.notifications.examples import (
    ABOUT_BOARD,
    ABOUT_CONFERENCE,
    ABOUT_MEETING,
    ADA,
    BEA,
    BOARD,
    BOARD_NAME,
    CAUSE,
    CONFERENCE,
    CONFIRMED,
    CONTACT_ERASED,
    CONTACT_SET,
    ERASED,
    EVERYTHING,
    LETTER,
    MEMBER,
    NOW,
    OTHER_MEMBER,
    PLANNED_MANY,
    REQUESTED,
    STOPPED,
    SUBSCRIPTION,
    requested,
    sealed,
    some,
)

register = Rules(REGISTER)
TOMORROW = NOW + timedelta(days=1)


def request_of(subject: UUID = ADA, about: Wanted | None = None, subscription: UUID = SUBSCRIPTION, **changes: Any) -> RequestSubscription:
    fact = requested(subject, about, subscription)
    asked = Asked(**{name: value for name, value in fact if name in Asked.model_fields})
    values = {name: getattr(fact, name) for name in ("subscription", "person", "about", "language")}
    return RequestSubscription(**{"now": NOW, **values, "asked": asked, **changes})


def announce(**changes: Any) -> Announce:
    wish = {
        "now": NOW, "cause": CAUSE, "kind": "meeting_scheduled", "about": ABOUT_MEETING, "body": BOARD, "body_name": BOARD_NAME,
        "public": True, "wanted": (BOARD,), "letter": LETTER,
    }  # fmt: skip
    return Announce.model_validate(wish | changes)


CONFIRM = ConfirmSubscription(now=NOW, confirm=REQUESTED.confirm)
STOP = StopSubscription(now=NOW, stop=REQUESTED.stop, everything=False)


def test_a_subscription_is_asked_for_confirmed_and_stopped() -> None:
    register.given().when(request_of()).then(REQUESTED)
    register.given(REQUESTED).when(CONFIRM).then(CONFIRMED)
    register.given(REQUESTED, CONFIRMED).when(STOP).then(STOPPED)


def test_while_a_letter_of_today_waits_another_wish_changes_nothing() -> None:
    register.given(REQUESTED).when(request_of(about=ABOUT_BOARD, subscription=some("second"))).then_nothing()


def test_somebody_else_may_ask_on_the_same_day() -> None:
    second = requested(BEA, None, some("second"))
    register.given(REQUESTED).when(request_of(BEA, None, some("second"))).then(second)


def test_the_next_day_one_may_ask_again() -> None:
    second = requested(ADA, None, some("second"), TOMORROW)
    register.given(REQUESTED).when(request_of(ADA, None, some("second"), now=TOMORROW)).then(second)


def test_a_new_day_begins_at_midnight_in_the_city() -> None:
    evening = NOW.replace(hour=21, minute=59)  # 23:59 in Bremerhaven
    register.given(REQUESTED).when(request_of(subscription=some("second"), now=evening)).then_nothing()
    night = NOW.replace(hour=22, minute=1)
    register.given(REQUESTED).when(request_of(subscription=some("second"), now=night)).then(requested(ADA, None, some("second"), night))


def test_whoever_has_confirmed_may_ask_for_more_at_once_but_not_for_the_same() -> None:
    confirmed = register.given(REQUESTED, CONFIRMED)
    confirmed.when(request_of(subscription=some("again"))).then_nothing()
    confirmed.when(request_of(about=ABOUT_BOARD, subscription=some("more"))).then(requested(ADA, ABOUT_BOARD, some("more")))


def test_what_was_stopped_may_be_asked_for_again() -> None:
    again = requested(ADA, None, some("again"))
    register.given(REQUESTED, CONFIRMED, STOPPED).when(request_of(subscription=some("again"))).then(again)


def test_confirming_twice_changes_nothing() -> None:
    register.given(REQUESTED, CONFIRMED).when(CONFIRM).then_nothing()


def test_a_confirmation_link_works_for_48_hours() -> None:
    late = CONFIRM.model_copy(update={"now": REQUESTED.expires_at})
    register.given(REQUESTED).when(late).then_refused(TokenHasExpired)
    in_time = late.model_copy(update={"now": REQUESTED.expires_at - timedelta(seconds=1)})
    register.given(REQUESTED).when(in_time).then(CONFIRMED.model_copy(update={"confirmed_at": in_time.now}))


def test_a_confirmation_link_does_not_bring_back_what_was_stopped() -> None:
    register.given(REQUESTED, CONFIRMED, STOPPED).when(CONFIRM).then_refused(TokenIsSpent)


def test_tokens_work_only_for_what_they_were_sent_for() -> None:
    register.given(REQUESTED).when(CONFIRM.model_copy(update={"confirm": REQUESTED.stop})).then_refused(TokenIsUnknown)
    register.given(REQUESTED).when(STOP.model_copy(update={"stop": REQUESTED.confirm})).then_refused(TokenIsUnknown)


def test_stopping_twice_changes_nothing() -> None:
    register.given(REQUESTED, CONFIRMED, STOPPED).when(STOP).then_nothing()


def test_all_subscriptions_of_a_person_can_be_stopped_with_one_link_and_nobody_elses() -> None:
    second, other = some("second"), some("other")
    given = register.given(REQUESTED, CONFIRMED, requested(ADA, ABOUT_BOARD, second), requested(BEA, None, other))
    both = (STOPPED, STOPPED.model_copy(update={"subscription": second}))
    given.when(STOP.model_copy(update={"everything": True})).then(*both)


def test_an_erased_subscriber_has_no_subscription_and_no_token_any_more() -> None:
    second, others = requested(ADA, ABOUT_BOARD, some("second"), TOMORROW), requested(BEA, None, some("other"))
    erase = EraseSubscriber(now=NOW, subscription=SUBSCRIPTION)
    erased = register.given(REQUESTED, CONFIRMED, second, others).when(erase)
    erased.then(ERASED, ERASED.model_copy(update={"subscription": some("second")}))
    gone = register.given(REQUESTED, CONFIRMED, ERASED)
    gone.when(erase).then_nothing()
    gone.when(STOP).then_refused(TokenIsUnknown)
    gone.when(CONFIRM).then_refused(TokenIsUnknown)
    gone.when(announce()).then_nothing()


def test_nobody_elses_subscription_ends_with_an_erasure() -> None:
    register.given(REQUESTED).when(EraseSubscriber(now=NOW, subscription=some("unknown"))).then_nothing()
    other = SubscriptionErased(subscription=some("other"), reason="asked", erased_at=NOW)
    register.given(REQUESTED, CONFIRMED, requested(BEA, None, some("other")), other).when(announce()).then(PLANNED_MANY)


def forget(now: datetime) -> ForgetSubscription:
    return ForgetSubscription(now=now, subscription=SUBSCRIPTION)


OVER = ERASED.model_copy(update={"reason": "period"})


def test_whoever_never_confirmed_is_forgotten_a_week_after_the_link_has_expired() -> None:
    due = NOW + CONFIRM_WITHIN + KEPT_UNCONFIRMED
    register.given(REQUESTED).when(forget(due - timedelta(microseconds=1))).then_nothing()
    over = OVER.model_copy(update={"erased_at": due})
    register.given(REQUESTED).when(forget(due)).then(over).when(forget(due)).then_nothing()
    register.given(REQUESTED, CONFIRMED).when(forget(due)).then_nothing()


def test_whoever_has_stopped_is_forgotten_a_week_later() -> None:
    stopped = register.given(REQUESTED, CONFIRMED, STOPPED)
    due = NOW + KEPT_STOPPED
    stopped.when(forget(due - timedelta(microseconds=1))).then_nothing()
    stopped.when(forget(due)).then(OVER.model_copy(update={"erased_at": due}))


def test_what_is_forgotten_leaves_the_state_as_if_it_had_never_been() -> None:
    assert register.given(REQUESTED, OVER).state == register.given(REQUESTED, CONFIRMED, STOPPED, ERASED).state == REGISTER.initial


def test_only_so_many_requests_wait_to_be_confirmed_and_nobody_is_told_who_asked_before() -> None:
    waiting = [requested(some(f"{n}"), None, some(f"subscription {n}")) for n in range(MOST_WAITING)]
    full = register.given(*waiting)
    full.when(request_of()).then_refused(TooManySubscriptionsWait)
    full.when(request_of(some("7"))).then_refused(TooManySubscriptionsWait)
    stopped = STOPPED.model_copy(update={"subscription": some("subscription 7")})
    register.given(*waiting, stopped).when(request_of()).then(REQUESTED)
    day_after = (NOW + CONFIRM_WITHIN + timedelta(days=1)).replace(hour=0)
    full.when(request_of(now=day_after)).then(requested(at=day_after))


def test_what_was_foreseen_to_lead_to_nothing_is_nothing_or_refused_and_never_half_granted() -> None:
    register.given(REQUESTED).when(request_of(asked=None)).then_nothing()
    register.given().when(request_of(asked=None)).then_refused(RequestCameTooEarly)


def test_a_contact_is_entered_and_erased() -> None:
    wish = SetMemberContact(now=NOW, body=BOARD, member=MEMBER, language="de", email=CONTACT_SET.email, person=BEA, hold=CONTACT_SET.hold)
    register.given().when(wish).then(CONTACT_SET)
    erase = EraseMemberContact(now=NOW, body=BOARD, member=MEMBER)
    register.given(CONTACT_SET).when(erase).then(CONTACT_ERASED)
    register.given(CONTACT_SET, CONTACT_ERASED).when(erase).then_nothing()
    register.given(CONTACT_SET).when(erase.model_copy(update={"body": some("another body")})).then_refused(ContactIsUnknown)
    again = register.given(CONTACT_SET, CONTACT_ERASED, CONTACT_SET)
    again.when(erase).then(MemberContactErased(body=BOARD, member=MEMBER, erased_at=NOW))


def test_whoever_has_confirmed_is_told_of_what_is_public() -> None:
    register.given(REQUESTED, CONFIRMED).when(announce()).then(PLANNED_MANY)


@pytest.mark.parametrize("past", [(), (REQUESTED,), (REQUESTED, CONFIRMED, STOPPED)], ids=["nobody", "not confirmed", "stopped"])
def test_nobody_else_is(past: tuple[RegisterEvent, ...]) -> None:
    register.given(*past).when(announce()).then_nothing()


def test_what_is_not_public_is_told_to_no_subscriber() -> None:
    register.given(REQUESTED, CONFIRMED).when(announce(public=False)).then_nothing()


def test_a_subscriber_hears_of_what_was_asked_for_alone() -> None:
    given = register.given(requested(about=ABOUT_CONFERENCE), CONFIRMED)
    given.when(announce()).then_nothing()
    reason = Reason(why="conference", title=ABOUT_CONFERENCE.title, stop=REQUESTED.stop_token, subscription=SUBSCRIPTION)
    told = PLANNED_MANY.recipients[0].model_copy(update={"reasons": (reason,)})
    given.when(announce(wanted=(BOARD, CONFERENCE))).then(PLANNED_MANY.model_copy(update={"recipients": (told,)}))


def test_whoever_has_several_reasons_is_told_once_with_all_of_them() -> None:
    second = requested(ADA, ABOUT_BOARD, some("second"), TOMORROW)
    confirmed = SubscriptionConfirmed(subscription=some("second"), confirmed_at=NOW)
    reasons = (EVERYTHING, Reason(why="body", title=BOARD_NAME, stop=second.stop_token, subscription=some("second")))
    told = PLANNED_MANY.recipients[0].model_copy(update={"reasons": reasons})
    expected = PLANNED_MANY.model_copy(update={"recipients": (told,)})
    register.given(REQUESTED, CONFIRMED, second, confirmed).when(announce()).then(expected)


INSIDE: dict[str, Any] = {**LETTER, "agenda": "alles"}
AS_MEMBER = Reason(why="member", title=BOARD_NAME)
TOLD_MEMBER = Recipient(recipient=MEMBER, member=MEMBER, language="de", email=CONTACT_SET.email, reasons=(AS_MEMBER,))
NO_ADDRESS = Recipient(recipient=OTHER_MEMBER, member=OTHER_MEMBER, language="de", email=None, reasons=(AS_MEMBER,))


def test_members_are_told_of_what_is_not_public_with_their_own_letter_and_those_without_address_are_named() -> None:
    inside = PLANNED_MANY.model_copy(update={"letter": INSIDE, "recipients": (TOLD_MEMBER, NO_ADDRESS)})
    wish = announce(public=False, members=(MEMBER, OTHER_MEMBER), members_letter=INSIDE)
    register.given(REQUESTED, CONFIRMED, CONTACT_SET).when(wish).then(inside)


def test_a_member_who_has_subscribed_too_gets_one_letter_the_members_with_both_reasons() -> None:
    subscribed = requested(BEA, ABOUT_BOARD, some("second"))
    confirmed = SubscriptionConfirmed(subscription=some("second"), confirmed_at=NOW)
    reason = Reason(why="body", title=BOARD_NAME, stop=subscribed.stop_token, subscription=some("second"))
    both = TOLD_MEMBER.model_copy(update={"reasons": (AS_MEMBER, reason)})
    inside = PLANNED_MANY.model_copy(update={"letter": INSIDE, "recipients": (both,)})
    given = register.given(REQUESTED, CONFIRMED, CONTACT_SET, subscribed, confirmed)
    given.when(announce(members=(MEMBER,), members_letter=INSIDE)).then(inside, PLANNED_MANY)


def test_a_contact_that_is_erased_takes_no_subscribers_letter_with_it() -> None:
    subscribed = requested(BEA, None, some("second"))
    confirmed = SubscriptionConfirmed(subscription=some("second"), confirmed_at=NOW)
    state = register.given(CONTACT_SET, CONTACT_ERASED, subscribed, confirmed).state
    planned = REGISTER.decide(announce(members=(MEMBER,), members_letter=INSIDE), state)
    assert [one.recipient for event in planned if isinstance(event, NotificationsPlanned) for one in event.recipients] == [MEMBER, BEA]


def test_a_contact_counts_for_the_body_whose_secretariat_entered_it() -> None:
    wish = announce(public=False, body=some("another body"), members=(MEMBER,), members_letter=INSIDE)
    nobody = NO_ADDRESS.model_copy(update={"recipient": MEMBER, "member": MEMBER})
    expected = PLANNED_MANY.model_copy(update={"body": some("another body"), "letter": INSIDE, "recipients": (nobody,)})
    register.given(CONTACT_SET).when(wish).then(expected)


@pytest.mark.parametrize("since", [STOPPED, ERASED], ids=["stopped", "erased"])
def test_what_was_stopped_is_no_reason_any_more_for_a_letter_that_waits(since: RegisterEvent) -> None:
    second = requested(BEA, ABOUT_BOARD, some("second"))
    confirmed = SubscriptionConfirmed(subscription=some("second"), confirmed_at=NOW)
    other = Reason(why="body", title=BOARD_NAME, stop=second.stop_token, subscription=some("second"))
    before = register.given(REQUESTED, CONFIRMED, second, confirmed)
    assert still_wanted((AS_MEMBER, EVERYTHING, other), before.state) == (AS_MEMBER, EVERYTHING, other)
    after = register.given(REQUESTED, CONFIRMED, second, confirmed, since)
    assert still_wanted((AS_MEMBER, EVERYTHING, other), after.state) == (AS_MEMBER, other)
    assert still_wanted((EVERYTHING,), after.state) == ()


def test_many_recipients_are_several_facts_and_each_is_in_one_of_them() -> None:
    count = 2 * CHUNK + 1
    past: list[RegisterEvent] = []
    for number in range(count):
        subscription = some(f"subscription {number}")
        past.append(requested(some(f"subject {number}"), None, subscription))
        past.append(SubscriptionConfirmed(subscription=subscription, confirmed_at=NOW))
    state = register.given(*past).state
    decided = REGISTER.decide(announce(), state)
    planned = [event for event in decided if isinstance(event, NotificationsPlanned)]
    assert [len(event.recipients) for event in planned] == [CHUNK, CHUNK, 1]
    assert {one.recipient for event in planned for one in event.recipients} == {some(f"subject {number}") for number in range(count)}


def test_the_register_is_snapshot_as_it_is() -> None:
    state = register.given(REQUESTED, CONFIRMED, CONTACT_SET, CONTACT_ERASED).state
    adapter = TypeAdapter(REGISTER.state_type)
    assert adapter.validate_json(adapter.dump_json(state)) == state


def test_two_addresses_of_a_test_are_two() -> None:
    assert sealed("email", ADA) != sealed("email", BEA)
