"""A contribution: received, published on purpose, and either gone into results or settled with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID

from services.conferences.events import (
    ContributionErased,
    ContributionEvent,
    ContributionPublished,
    ContributionReceived,
    ContributionSettled,
    ContributionUsed,
)
from services.conferences.parts import ContributionKind, Fate, Language, Lineage
from services.conferences.periods import KEPT_CONTRIBUTION
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day
from shared.privacy.sealed import Sealed


class ReceiveContribution(Command):
    """Take in what somebody hands in, sealed; `handed_over` says whether the conference's results are gone."""

    conference: UUID
    title: str
    group: str
    group_name: str
    kind: ContributionKind
    person: UUID | None
    language: Language
    text: Sealed[str]
    name: Sealed[str] | None
    email: Sealed[str] | None
    receipt: str
    receipt_token: Sealed[str]
    erasure: str
    erasure_token: Sealed[str] | None
    handed_over: bool


class EnterGroupContribution(Command):
    """Enter and publish what a working group handed in, today or on its own day."""

    conference: UUID
    title: str
    group: str
    group_name: str
    kind: ContributionKind
    text: str
    received_on: date | None
    receipt: str
    receipt_token: Sealed[str]


class PublishContribution(Command):
    """Publish what a contribution says, without anybody's data; once more replaces what was published."""

    text: str


class EraseContribution(Command):
    """Enter that the data of whoever handed it in were erased."""


class ForgetContribution(Command):
    """Let what is personal of a contribution be erased, once the time is over for which it is kept."""


class UseContribution(Command):
    """Note that a result comes from this contribution."""

    result: UUID
    how: Lineage


class SettleContribution(Command):
    """Say what became of a contribution that goes into no result."""

    fate: Fate
    reason: str


ContributionCommand = (
    ReceiveContribution
    | EnterGroupContribution
    | PublishContribution
    | EraseContribution
    | ForgetContribution
    | UseContribution
    | SettleContribution
)


class ContributionIsUnknown(Refusal):
    """There is no such contribution."""


class ContributionIsReceivedAlready(Refusal):
    """A contribution is handed in once."""


class ResultsAreGone(Refusal):
    """Contributions are handed in until the results of the conference are handed over."""


class ReceiptLiesInTheFuture(Refusal):
    """A contribution is entered when it was received or afterwards, not in advance."""


class ContributionIsErased(Refusal):
    """A contribution whose data were erased before it was published is not published any more."""


class ContributionIsSettled(Refusal):
    """A contribution is settled once, and goes into no result afterwards."""


class ContributionIsUsed(Refusal):
    """A contribution from which a result comes is not settled otherwise."""


@dataclass(frozen=True)
class Contribution:
    """A contribution as its rules see it."""

    received: ContributionReceived | None = None
    text: str | None = None
    """As it is published; None as long as it is not."""
    erased: bool = False
    """Whether whoever handed it in had their data erased."""
    used: tuple[tuple[UUID, Lineage], ...] = ()
    """The results that come from it, and how."""
    settled: ContributionSettled | None = None


def evolve(state: Contribution, event: ContributionEvent) -> Contribution:
    """Fold one fact into the state."""
    match event:
        case ContributionReceived():
            return replace(state, received=event)
        case ContributionErased():
            return replace(state, erased=True)
        case ContributionPublished():
            return replace(state, text=event.text)
        case ContributionUsed():
            return replace(state, used=(*state.used, (event.result, event.how)))
        case ContributionSettled():
            return replace(state, settled=event)
        case _:
            assert_never(event)


def decide(command: ContributionCommand, state: Contribution) -> Sequence[ContributionEvent]:
    """Grant or refuse a command."""
    match command:
        case ReceiveContribution():
            return receive(command, state)
        case EnterGroupContribution():
            return enter(command, state)
        case PublishContribution():
            return publish(command, state)
        case EraseContribution():
            received = must_be_received(state)
            return [] if state.erased else [ContributionErased(**named(received), reason="asked")]
        case ForgetContribution():
            received = must_be_received(state)
            due = local_day(command.now) > received.received_on + KEPT_CONTRIBUTION
            return [ContributionErased(**named(received), reason="period")] if due and not state.erased else []
        case UseContribution():
            return use(command, state)
        case SettleContribution():
            return settle(command, state)
        case _:
            assert_never(command)


def receive(command: ReceiveContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What somebody hands in, until the results are gone."""
    if state.received:
        raise ContributionIsReceivedAlready
    if command.handed_over:
        raise ResultsAreGone
    told = {name: value for name, value in command if name not in ("now", "handed_over")}
    return [ContributionReceived(**told, received_on=local_day(command.now))]


def enter(command: EnterGroupContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What a working group handed in, public at once."""
    if state.received:
        raise ContributionIsReceivedAlready
    received_on = command.received_on or local_day(command.now)
    if received_on > local_day(command.now):
        raise ReceiptLiesInTheFuture
    told = {name: value for name, value in command if name not in ("now", "text", "received_on")}
    nobodys: dict[str, Any] = dict.fromkeys(("person", "text", "name", "email", "erasure", "erasure_token"))
    received = ContributionReceived(**told, received_on=received_on, language="de", **nobodys)
    return [received, published(received, command.text)]


def publish(command: PublishContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What it says, without anybody's data; nobody publishes what was withdrawn before."""
    received = must_be_received(state)
    if state.text == command.text:
        return []
    if state.erased and state.text is None:
        raise ContributionIsErased
    return [published(received, command.text)]


def use(command: UseContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """That a result comes from it; once for each result."""
    received = must_be_received(state)
    if command.result in {result for result, _ in state.used}:
        return []
    if state.settled:
        raise ContributionIsSettled
    return [ContributionUsed(**named(received), result=command.result, how=command.how)]


def settle(command: SettleContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What became of it instead; the same again is nothing to do."""
    settled = ContributionSettled(**named(must_be_received(state)), fate=command.fate, reason=command.reason)
    if state.settled == settled:
        return []
    if state.settled:
        raise ContributionIsSettled
    if state.used:
        raise ContributionIsUsed
    return [settled]


def must_be_received(state: Contribution) -> ContributionReceived:
    """What was handed in, or the refusal."""
    if state.received is None:
        raise ContributionIsUnknown
    return state.received


def published(received: ContributionReceived, text: str) -> ContributionPublished:
    """The fact that a contribution is public with this text."""
    return ContributionPublished(**named(received), group=received.group, group_name=received.group_name, kind=received.kind, text=text)


def named(received: ContributionReceived) -> dict[str, Any]:
    """What each fact about a contribution says of it."""
    return {"conference": received.conference, "title": received.title}


CONTRIBUTION: Decider[Contribution, ContributionCommand, ContributionEvent] = Decider(
    name="conferences.Contribution", initial=Contribution(), evolve=evolve, decide=decide, events=get_args(ContributionEvent)
)
