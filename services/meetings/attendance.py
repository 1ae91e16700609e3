"""Who is present at a sitting, and whether that is enough to resolve. Pure: arrivals and leavings in, an answer out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from services.meetings.events.sitting import AttendanceEvent, MemberArrived, MemberLeft, PresenceEntry
from services.meetings.items import QuorumAsked, SittingMember
from shared.domain import Command, Refusal


class RecordArrival(Command):
    """A member has come: now, or at the time at which it really was."""

    member: UUID
    at: AwareDatetime | None = None


class RecordLeaving(Command):
    """A member has gone: now, or at the time at which it really was."""

    member: UUID
    at: AwareDatetime | None = None


class MemberIsNotOfTheBody(Refusal):
    """Only who holds a seat of the body when it opens its sitting is recorded as present."""


class MemberHasNotArrived(Refusal):
    """Who has not arrived cannot leave."""


class QuorumIsMissing(Refusal):
    """A body resolves only while more of its voting members are present than its quorum asks."""


@dataclass(frozen=True)
class Move:
    """Somebody came or went."""

    at: datetime
    member: UUID
    came: bool


@dataclass(frozen=True)
class Attendance:
    """The members of the body, how many of them it takes, and who came and went, in the order of the times (not of the entries)."""

    members: tuple[SittingMember, ...]
    quorum: QuorumAsked
    moves: tuple[Move, ...] = ()

    def last_move(self, member: UUID, at: datetime) -> Move | None:
        """The latest that is known of a member at that time."""
        return next((move for move in reversed(self.moves) if move.member == member and move.at <= at), None)

    def present(self, at: datetime) -> tuple[SittingMember, ...]:
        """Who is there at that time."""
        moves = ((member, self.last_move(member.member, at)) for member in self.members)
        return tuple(member for member, move in moves if move and move.came)

    def voting_present(self, at: datetime) -> int:
        """How many voting members are there at that time."""
        return sum(member.voting for member in self.present(at))

    def voters(self, at: datetime) -> int:
        """How many voting members can have taken part in a vote at that time: whoever left at just that time may have voted before."""
        staying = replace(self, moves=tuple(move for move in self.moves if move.came or move.at != at))
        return staying.voting_present(at)

    def must_have_quorum(self, at: datetime) -> int:
        """How many voting members are present. QuorumIsMissing where they are too few, and where the body has none."""
        present = self.voting_present(at)
        if present < self.quorum.needed:
            raise QuorumIsMissing(present=present, needed=self.quorum.needed, entitled=self.quorum.entitled)
        return present

    def with_event(self, event: AttendanceEvent) -> Attendance:
        """The attendance after a fact about it."""
        came = isinstance(event, MemberArrived)
        return self.with_moves(Move(event.arrived_at if isinstance(event, MemberArrived) else event.left_at, event.member, came))

    def corrected(self, entry: PresenceEntry) -> Attendance:
        """The attendance as a correction has it."""
        came = entry.kind == "arrival"
        wrong = Move(entry.formerly, entry.member, came) if entry.formerly else None
        kept = replace(self, moves=tuple(move for move in self.moves if move != wrong))
        return kept.with_moves(Move(entry.at, entry.member, came)) if entry.at else kept

    def with_moves(self, *moves: Move) -> Attendance:
        """The same with these moves among the others, in the order of the times."""
        return replace(self, moves=tuple(sorted([*self.moves, *moves], key=lambda one: one.at)))

    def must_hold(self) -> None:
        """MemberHasNotArrived where somebody is said to have left without ever having come before."""
        came = set[UUID]()
        for move in self.moves:
            if not move.came and move.member not in came:
                raise MemberHasNotArrived
            came.add(move.member)


def arrive(command: RecordArrival, attendance: Attendance, at: datetime, named: Mapping[str, Any]) -> Sequence[AttendanceEvent]:
    """Presence from a time on; of who is there already it is nothing to do."""
    member = must_be_member(attendance, command.member)
    last = attendance.last_move(command.member, at)
    return [] if last and last.came else [MemberArrived(**named, **dict(member), arrived_at=at)]


def leave(command: RecordLeaving, attendance: Attendance, at: datetime, named: Mapping[str, Any]) -> Sequence[AttendanceEvent]:
    """Presence up to a time; of who has left already it is nothing to do."""
    member = must_be_member(attendance, command.member)
    last = attendance.last_move(command.member, at)
    if last is None:
        raise MemberHasNotArrived
    return [MemberLeft(**named, **dict(member), left_at=at)] if last.came else []


def must_be_member(attendance: Attendance, member: UUID) -> SittingMember:
    """The member as of the opening, or the refusal of whom the body did not know then."""
    found = next((one for one in attendance.members if one.member == member), None)
    if found is None:
        raise MemberIsNotOfTheBody
    return found
