"""To whom is something told, and why? Pure: an announcement and the register in, the planned letters out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from pydantic import JsonValue

from services.notifications.events.parts import Language, Reason, Recipient, Topic, Wanted, Why
from services.notifications.events.register import NotificationsPlanned
from services.notifications.subscribers import Register
from shared.domain import Command

CHUNK = 200
"""Recipients of one fact: it stays far below what a broker takes."""


class Announce(Command):
    """Tell of what has happened: the members named, and where it is public whoever has subscribed to it."""

    cause: UUID
    kind: str
    about: Topic
    body: UUID | None
    body_name: str
    public: bool
    wanted: tuple[UUID, ...]
    """Whoever has subscribed to any of these things is told."""
    letter: dict[str, JsonValue]
    """What everybody may read."""
    members: tuple[UUID, ...] = ()
    members_letter: dict[str, JsonValue] | None = None
    """What the body's own members may read."""


def announce(command: Announce, state: Register) -> Sequence[NotificationsPlanned]:
    """Who is told, in portions. Whoever has several reasons is told once, with all of them."""
    members = {member: reached(command, state, member) for member in command.members}
    others: dict[UUID, Recipient] = {}
    contacts = {member: state.contact(command.body, member) for member in command.members} if command.body else {}
    by_person = {contact.person: member for member, contact in contacts.items() if contact and not contact.erased}
    for known in state.live() if command.public else ():
        if known.about and known.about.id not in command.wanted:
            continue
        title = known.about.title if known.about else ""
        reason = Reason(why=why(known.about), title=title, stop=known.stop_token, subscription=known.subscription)
        if (member := by_person.get(known.person)) is not None:
            members[member] = also(members[member], reason)
        elif (other := others.get(known.person)) is not None:
            others[known.person] = also(other, reason)
        else:
            others[known.person] = Recipient(
                recipient=known.person, member=None, language=known.language, email=known.email, reasons=(reason,)
            )
    inside = command.members_letter or command.letter
    return [*portions(command, inside, list(members.values())), *portions(command, command.letter, list(others.values()))]


def reached(command: Announce, state: Register, member: UUID) -> Recipient:
    """A member, reachable or not."""
    contact = state.contact(command.body, member) if command.body else None
    reason = Reason(why="member", title=command.body_name)
    language: Language = contact.language if contact else "de"
    return Recipient(recipient=member, member=member, language=language, email=contact.email if contact else None, reasons=(reason,))


def also(recipient: Recipient, reason: Reason) -> Recipient:
    """The same recipient with one reason more."""
    return recipient.model_copy(update={"reasons": (*recipient.reasons, reason)})


def still_wanted(reasons: Sequence[Reason], state: Register) -> tuple[Reason, ...]:
    """The reasons that stand: what is no subscription's, and the subscriptions that nobody has stopped or erased since."""
    return tuple(reason for reason in reasons if reason.subscription is None or state.is_live(reason.subscription))


def why(about: Wanted | None) -> Why:
    """What kind of thing somebody has subscribed to."""
    match about:
        case None:
            return "everything"
        case Wanted(kind="body"):
            return "body"
        case Wanted(kind="conference"):
            return "conference"
        case _:
            return "recommendation"


def portions(command: Announce, letter: dict[str, JsonValue], recipients: Sequence[Recipient]) -> Iterator[NotificationsPlanned]:
    """The recipients of one letter, not too many in one fact."""
    for start in range(0, len(recipients), CHUNK):
        yield NotificationsPlanned(
            cause=command.cause,
            kind=command.kind,
            about=command.about,
            body=command.body,
            letter=letter,
            recipients=tuple(recipients[start : start + CHUNK]),
            planned_at=command.now,
        )
