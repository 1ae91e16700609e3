"""The agenda of a meeting as invited: points placed, added, taken off and returned. Pure: wishes and an agenda in, facts out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.meetings.events.meeting import AgendaEvent, ItemAdded, ItemPlaced, ItemRemoved, ItemReturned
from services.meetings.items import AgendaItem, ItemIsNotOnTheAgenda, ProposalIsDecided
from shared.domain import Command, Refusal

Agenda = tuple[AgendaItem, ...]


class PlaceItem(Command):
    """Place a proposal that waits at the body on the agenda."""

    item: AgendaItem


class AddItem(Command):
    """Put a point on the agenda that nobody proposed."""

    item: AgendaItem


class RemoveItem(Command):
    """Take a point off the agenda."""

    item: UUID
    reason: str


class ReturnItems(Command):
    """Let what the sitting did not come to wait at the body again."""

    items: tuple[UUID, ...]


class RestoreItem(Command):
    """Take back to the meeting what it was found to have dealt with after all."""

    item: AgendaItem


class ItemIsOnTheAgendaAlready(Refusal):
    """A point stands on an agenda once, and as it was put there."""


def place(command: PlaceItem, agenda: Agenda, named: Mapping[str, Any], starts_at: datetime) -> Sequence[AgendaEvent]:
    """A proposal on the agenda; that it is on no other, its claim sees to."""
    if is_there(command.item, agenda):
        return []
    if command.item.proposal in {item.proposal for item in agenda}:
        raise ProposalIsDecided
    return [ItemPlaced(**named, item=command.item, starts_at=starts_at)]


def add(command: AddItem, agenda: Agenda, named: Mapping[str, Any]) -> Sequence[AgendaEvent]:
    """A point that nobody proposed."""
    return [] if is_there(command.item, agenda) else [ItemAdded(**named, item=command.item)]


def remove(command: RemoveItem, agenda: Agenda, removed: frozenset[UUID], named: Mapping[str, Any]) -> Sequence[AgendaEvent]:
    """A point less; one that was taken off already is nothing to do."""
    if command.item in removed:
        return []
    found = next((item for item in agenda if item.id == command.item), None)
    if found is None:
        raise ItemIsNotOnTheAgenda
    return [ItemRemoved(**named, item=found, reason=command.reason)]


def returned(agenda: Agenda, named: Mapping[str, Any], only: frozenset[UUID] | None = None) -> list[AgendaEvent]:
    """What was proposed goes back to the body: everything, or these items `only`; what has gone back already does not again."""
    back = [item for item in agenda if item.proposal and (only is None or item.id in only)]
    return [ItemReturned(**named, item=item) for item in back]


def restored(command: RestoreItem, agenda: Agenda, named: Mapping[str, Any], starts_at: datetime) -> Sequence[AgendaEvent]:
    """A proposal on the agenda again, whatever has become of the meeting; where another has placed it since, its claim refuses."""
    there = command.item.proposal is None or any(item.id == command.item.id for item in agenda)
    return [] if there else [ItemPlaced(**named, item=command.item, starts_at=starts_at)]


def is_there(wished: AgendaItem, agenda: Agenda) -> bool:
    """Whether just this point stands there. ItemIsOnTheAgendaAlready for the same one in other words."""
    found = next((item for item in agenda if item.id == wished.id), None)
    if found and found != wished:
        raise ItemIsOnTheAgendaAlready
    return found is not None


def with_event(agenda: Agenda, event: AgendaEvent) -> Agenda:
    """The agenda after a fact about it."""
    without = tuple(item for item in agenda if item.id != event.item.id)
    return without if isinstance(event, ItemRemoved | ItemReturned) else (*without, event.item)
