"""What a meeting is planned as, and whom it is told to. Pure: a wish, a plan and an agenda in, facts out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.meetings.agenda import Agenda
from services.meetings.events.meeting import MembersInvited
from services.meetings.items import InvitedMember
from shared.domain import Command, Refusal


class InviteMembers(Command):
    """Invite those who hold the body's seats, with the agenda as it stands."""

    members: tuple[InvitedMember, ...]


class NobodyIsThereToInvite(Refusal):
    """Members are invited where somebody holds a seat of the body."""


class InvitationComesTooLate(Refusal):
    """Members are invited before the meeting begins; to one that was entered later, nobody is."""


@dataclass(frozen=True)
class Invitation:
    """What is planned."""

    body: UUID
    body_name: str
    title: str
    public: bool
    starts_at: datetime
    ends_at: datetime | None
    place: str
    entered_later: bool

    def named(self) -> dict[str, Any]:
        """What each fact about the meeting says of it."""
        return {"body": self.body, "body_name": self.body_name, "title": self.title, "public": self.public}


def invite(command: InviteMembers, planned: Invitation, agenda: Agenda, earlier: MembersInvited | None) -> Sequence[MembersInvited]:
    """The letters' content; the same again is nothing to do, whatever has changed since is a further invitation."""
    invited = MembersInvited(
        **planned.named(),
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        place=planned.place,
        members=command.members,
        agenda=agenda,
        invited_at=command.now,
    )
    if earlier and earlier.model_copy(update={"invited_at": command.now}) == invited:
        return []
    if planned.entered_later or planned.starts_at <= command.now:
        raise InvitationComesTooLate
    if not command.members:
        raise NobodyIsThereToInvite
    return [invited]
