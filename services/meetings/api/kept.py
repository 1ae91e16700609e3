"""What the addresses below a meeting ask first: is it there, may the caller, and who belongs to its body."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from services.meetings.body import BODY
from services.meetings.composition import COMPOSITION, composition_of
from services.meetings.events.body import BodyKind
from services.meetings.held import Sitting
from services.meetings.inviting import Invitation
from services.meetings.items import QuorumAsked, SittingMember
from services.meetings.meeting import MEETING
from services.meetings.permissions import INSIDERS
from services.meetings.planned import Meeting
from services.meetings.seats import members_on, quorum_on
from services.meetings.sitting import SITTING, sitting_of
from shared.http.call import Invocation
from shared.http.permissions import CITY_SCOPE
from shared.http.problems import NotFound


def body_of(meeting: Meeting) -> UUID | None:
    """The body whose roles count."""
    return meeting.invitation.body if meeting.invitation else None


def is_hidden(meeting: Meeting) -> bool:
    """Whether outsiders may not even learn of it."""
    return not (meeting.invitation and meeting.invitation.public)


async def permitted_meeting(call: Invocation, meeting: UUID) -> tuple[Meeting, Invitation]:
    """The meeting as the log has it now, once the caller is known to be admitted; NotFound and NotAllowed otherwise."""

    def permit(state: Meeting) -> None:
        if state.invitation is None:
            raise NotFound
        call.permit(state.invitation.body, hidden=is_hidden(state))

    _, state = await call.runtime.store.refresh(MEETING, meeting, permit)
    assert state.invitation  # Or nobody would have been permitted.
    return state, state.invitation


async def seen_meeting(call: Invocation, meeting: UUID) -> tuple[int, Meeting, Sitting]:
    """The meeting's version, the meeting and its sitting as the log has them now; NotFound for those to whom it is hidden."""

    def permit(state: Meeting) -> None:
        if is_hidden(state) and not call.may(INSIDERS, body_of(state)):
            raise NotFound

    version, state = await call.runtime.store.refresh(MEETING, meeting, permit)
    _, sitting = await call.runtime.store.refresh(SITTING, sitting_of(meeting))
    return version, state, sitting


async def members_of(call: Invocation, body: UUID, day: date) -> tuple[tuple[SittingMember, ...], QuorumAsked]:
    """Who holds the body's seats on that day, and how many of them it takes to resolve."""
    _, composition = await call.runtime.store.refresh(COMPOSITION, composition_of(body))
    holders = members_on(composition, day)
    members = tuple(SittingMember(member=one.member, member_name=one.member_name, voting=one.voting) for one in holders)
    return members, QuorumAsked(**vars(quorum_on(composition, day)))


async def kind_of(call: Invocation, body: UUID) -> BodyKind | None:
    """What sort of body it is by now; None for one that was never founded."""
    _, state = await call.runtime.store.refresh(BODY, body)
    return state.founded.kind if state.founded else None


def bodies_seen(call: Invocation) -> list[UUID]:
    """The bodies whose non-public meetings the caller may see."""
    grants = call.principal.grants if call.principal else frozenset()
    bodies = {UUID(scope) for scope, _ in grants if scope != CITY_SCOPE}
    return [body for body in bodies if call.may(INSIDERS, body)]
