"""Whether an invitation reached everybody: nobody is said to have been reached whose letter is on the way, failed, or was another one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

import pytest

from services.meetings.events.meeting import MembersInvited
from services.meetings.items import InvitedMember
from services.meetings.read_models.invitation_service import INVITATION_SERVICE, ServedInvitation, served_invitations
from shared.contracts.matter import Matter
from shared.contracts.notifications import NotificationFailed, NotificationHandedOver
from shared.testing import History, ReadModel, assert_order_independent
from tests.meetings.city import NOBODY, REGISTRY, STRANGER, City, signed_in
from tests.meetings.examples import ENDS, MEETING, MEMBER, MEMBER_NAME, NOW, OF_MEETING, PLACE, STARTS
from tests.meetings.test_api import UNKNOWN
from tests.meetings.test_composition_api import a_seat, seated

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

MINUTE = timedelta(minutes=1)
AGAIN = NOW + timedelta(days=1)
SECOND_MEMBER = UUID(int=21)
AYLA, JAN = InvitedMember(member=MEMBER, member_name=MEMBER_NAME), InvitedMember(member=SECOND_MEMBER, member_name="Jan Muster")
FIRST, SECOND = UUID(int=31), UUID(int=32)


def invited(*members: InvitedMember, at: datetime = NOW) -> MembersInvited:
    return MembersInvited(**OF_MEETING, starts_at=STARTS, ends_at=ENDS, place=PLACE, members=members, agenda=(), invited_at=at)


def told_of(notification: UUID, member: UUID | None, meeting: UUID, **changes: Any) -> dict[str, Any]:
    about = Matter(service="meetings", kind="meeting", id=meeting)
    said = {"notification": notification, "kind": "meeting_invited", "about": about, "recipient": uuid5(notification, "recipient")}
    return {**said, "member": member, "channel": "email", **changes}


def handed_over(
    notification: UUID, member: UUID | None = MEMBER, meeting: UUID = MEETING, at: datetime = NOW + MINUTE, **changes: Any
) -> NotificationHandedOver:
    return NotificationHandedOver(**told_of(notification, member, meeting, **changes), message_id=f"<{notification}>", handed_over_at=at)


def failed(notification: UUID, member: UUID = MEMBER, meeting: UUID = MEETING, at: datetime = NOW + MINUTE) -> NotificationFailed:
    return NotificationFailed(**told_of(notification, member, meeting), cause="refused", failed_at=at)


def letters(*messages: NotificationHandedOver | NotificationFailed) -> History:
    history = History("notifications")
    for message in messages:
        history.add(message.notification, message)
    return history


async def served(pool: Pool, own: History, notifications: History) -> dict[str, ServedInvitation]:
    await ReadModel(pool, INVITATION_SERVICE).given(own=own, notifications=notifications).then()
    return {one.member_name: one for one in await served_invitations(pool, MEETING)}


async def test_each_member_is_served_or_not_and_the_rows_say_so(pool: Pool) -> None:
    own = History().add(MEETING, invited(AYLA, JAN))
    await (
        ReadModel(pool, INVITATION_SERVICE)
        .given(own=own, notifications=letters(handed_over(FIRST)))
        .then(
            invitation_service_v1=[
                {"meeting": MEETING, "version": 1, "member": SECOND_MEMBER, "member_name": "Jan Muster", "invited_at": NOW},
                {"meeting": MEETING, "version": 1, "member": MEMBER, "member_name": MEMBER_NAME, "invited_at": NOW},
            ],
            invitation_service_v1_letter=[
                {
                    "notification": FIRST,
                    "meeting": MEETING,
                    "member": MEMBER,
                    "handed_over_at": NOW + MINUTE,
                    "failed_at": None,
                    "cause": None,
                }
            ],
        )
    )
    assert await served_invitations(pool, MEETING) == [
        ServedInvitation(MEMBER, MEMBER_NAME, NOW, 1, "handed_over", NOW + MINUTE, None, None),
        ServedInvitation(SECOND_MEMBER, "Jan Muster", NOW, 1, "open", None, None, None),
    ]
    assert await served_invitations(pool, UUID(int=99)) == []


async def test_a_letter_that_failed_says_why(pool: Pool) -> None:
    found = await served(pool, History().add(MEETING, invited(AYLA)), letters(failed(FIRST)))
    assert found == {MEMBER_NAME: ServedInvitation(MEMBER, MEMBER_NAME, NOW, 1, "failed", None, NOW + MINUTE, "refused")}


@pytest.mark.parametrize(
    "other",
    [
        handed_over(FIRST, kind="meeting_cancelled"),
        handed_over(FIRST, meeting=UUID(int=98)),
        handed_over(FIRST, member=None),
        handed_over(FIRST, about=Matter(service="conferences", kind="conference", id=MEETING)),
        handed_over(FIRST, about=Matter(service="meetings", kind="body", id=MEETING)),
    ],
    ids=["another letter", "another meeting", "no member", "another service", "another thing"],
)
async def test_what_is_no_invitation_of_a_member_to_this_meeting_proves_nothing(pool: Pool, other: NotificationHandedOver) -> None:
    found = await served(pool, History().add(MEETING, invited(AYLA)), letters(other))
    assert found[MEMBER_NAME].standing == "open"


@pytest.mark.parametrize("through", [False, True])
async def test_a_further_invitation_is_open_until_all_letters_are_through(pool: Pool, through: bool) -> None:
    own = History().add(MEETING, invited(AYLA, JAN), invited(AYLA, at=AGAIN))
    told = letters(handed_over(FIRST), handed_over(UUID(int=33), SECOND_MEMBER))
    if through:
        told.add(SECOND, handed_over(SECOND, at=AGAIN + MINUTE))
    found = await served(pool, own, told)
    assert (found[MEMBER_NAME].standing, found[MEMBER_NAME].invitations) == ("handed_over" if through else "open", 2)
    assert (found[MEMBER_NAME].invited_at, found["Jan Muster"].standing) == (AGAIN, "handed_over")


@pytest.mark.parametrize(
    ("told", "standing"),
    [
        (letters(handed_over(FIRST), failed(SECOND, at=AGAIN + MINUTE)), "failed"),
        (letters(failed(FIRST), handed_over(SECOND, at=AGAIN + MINUTE)), "handed_over"),
        (letters(failed(FIRST, at=AGAIN + MINUTE), handed_over(SECOND, at=AGAIN + 2 * MINUTE)), "failed"),
        (letters(failed(FIRST), failed(SECOND, at=AGAIN + MINUTE)), "failed"),
    ],
    ids=["the second failed", "the first failed before", "the first failed since", "both failed"],
)
async def test_of_several_letters_one_that_failed_since_the_last_invitation_counts(pool: Pool, told: History, standing: str) -> None:
    found = await served(pool, History().add(MEETING, invited(AYLA), invited(AYLA, at=AGAIN)), told)
    assert (found[MEMBER_NAME].standing, found[MEMBER_NAME].cause) == (standing, "refused")


async def test_a_letter_that_was_taken_over_after_all_has_not_failed(pool: Pool) -> None:
    after_all = letters(failed(FIRST), handed_over(FIRST, at=NOW + 2 * MINUTE))
    found = await served(pool, History().add(MEETING, invited(AYLA)), after_all)
    assert (found[MEMBER_NAME].standing, found[MEMBER_NAME].failed_at, found[MEMBER_NAME].cause) == ("handed_over", None, None)


async def test_it_does_not_matter_whether_the_meeting_or_its_letters_are_heard_first(pool: Pool) -> None:
    own = History().add(MEETING, invited(AYLA, JAN), invited(AYLA, at=AGAIN))
    own.add(UUID(int=98), invited(AYLA))
    told = letters(handed_over(FIRST), failed(SECOND), handed_over(SECOND), failed(UUID(int=33), SECOND_MEMBER))
    rows = await assert_order_independent(pool, INVITATION_SERVICE, own, told)
    assert b"Jan Muster" in rows


async def test_who_keeps_the_body_sees_whom_the_invitation_reached_and_nobody_else_does(city: City) -> None:
    body, secretary = await city.board()
    members = {}
    for name in ("Ayla Beispiel", "Jan Muster", "Mia Probe"):
        seat = await a_seat(city, body, secretary, title=f"Sitz {name}")
        members[name] = await seated(city, body, seat, secretary, name)
    meeting = (await city.schedule(body, secretary, public=False)).json()["id"]
    path = f"/meetings/{meeting}/invitation"
    nobody_yet = {"meeting": meeting, "handed_over": 0, "failed": 0, "open": 0, "members": []}
    assert (await city.get(path, secretary)).json() == nobody_yet
    sent = await city.post(path, {}, secretary)
    assert sent.status_code == 200, sent.text
    city.others.tell("notifications", FIRST, handed_over(FIRST, UUID(members["Ayla Beispiel"]), UUID(meeting)))
    city.others.tell("notifications", SECOND, failed(SECOND, UUID(members["Jan Muster"]), UUID(meeting)))
    projector = next(one for one in city.process.readers.projectors if one.projection is INVITATION_SERVICE)
    assert await projector.reached("notifications", 2, 30)
    shown = (await city.get(path, secretary, min_position=sent.headers["position"])).json()
    assert [(one["member_name"], one["standing"], one["cause"]) for one in shown["members"]] == [
        ("Ayla Beispiel", "handed_over", None),
        ("Jan Muster", "failed", "refused"),
        ("Mia Probe", "open", None),
    ]
    assert (shown["handed_over"], shown["failed"], shown["open"]) == (1, 1, 1)
    assert shown["members"][0]["handed_over_at"] == "2018-09-03T09:01:00Z"
    member = signed_in("member", f"{body}:member")
    assert [(await city.get(path, who)).status_code for who in (NOBODY, STRANGER, member, REGISTRY)] == [401, 404, 404, 200]
    public = (await city.schedule(body, secretary)).json()["id"]
    assert (await city.get(f"/meetings/{public}/invitation", member)).status_code == 403
    assert (await city.get(f"/meetings/{UNKNOWN}/invitation", secretary)).status_code == 404
