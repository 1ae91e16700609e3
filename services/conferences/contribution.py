"""A contribution: received, published on purpose, put right, and either gone into results or settled with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, assert_never, get_args
from uuid import UUID

from services.conferences.cancelling import ConferenceIsCancelled
from services.conferences.contributed import Contribution, evolve, must_be_received, named
from services.conferences.events.contribution import (
    ContributionCorrected,
    ContributionErased,
    ContributionEvent,
    ContributionPublished,
    ContributionReceived,
)
from services.conferences.fates import ReleaseContribution, SettleContribution, UseContribution, release, settle, use
from services.conferences.parts import ContributionKind, Fate, Language
from services.conferences.periods import KEPT_CONTRIBUTION
from shared.domain import Command, Decider, Refusal
from shared.localday import local_day
from shared.privacy.sealed import Sealed


class ReceiveContribution(Command):
    """Take in what somebody hands in, sealed; `handed_over` says whether the conference's results are gone, `cancelled` whether it does
    not take place."""

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
    cancelled: bool


class EnterGroupContribution(Command):
    """Enter and publish what a working group handed in, today or on its own day; `cancelled` as above."""

    conference: UUID
    title: str
    group: str
    group_name: str
    kind: ContributionKind
    text: str
    received_on: date | None
    receipt: str
    receipt_token: Sealed[str]
    cancelled: bool


class PublishContribution(Command):
    """Publish what a contribution says, without anybody's data."""

    text: str


class EraseContribution(Command):
    """Enter that the data of whoever handed it in were erased."""


class ForgetContribution(Command):
    """Let what is personal of a contribution be erased, once the time is over for which it is kept."""


class CorrectContribution(Command):
    """Put right what was entered of a contribution, told whole as it should be."""

    group: str
    group_name: str
    kind: ContributionKind
    received_on: date
    text: str | None
    """As it is published; None as long as it is not."""
    fate: Fate | None
    """None where it was settled by mistake, or never was."""
    fate_reason: str | None
    reason: str


ContributionCommand = (
    ReceiveContribution
    | EnterGroupContribution
    | PublishContribution
    | EraseContribution
    | ForgetContribution
    | UseContribution
    | ReleaseContribution
    | SettleContribution
    | CorrectContribution
)


class ContributionIsReceivedAlready(Refusal):
    """A contribution is handed in once."""


class ResultsAreGone(Refusal):
    """Contributions are handed in until the results of the conference are handed over."""


class ReceiptLiesInTheFuture(Refusal):
    """A contribution is entered when it was received or afterwards, not in advance."""


class ContributionIsErased(Refusal):
    """A contribution whose data were erased before it was published is not published any more."""


class ContributionIsPublished(Refusal):
    """A contribution is published once; what it says is corrected with a reason."""


class ContributionIsNotPublished(Refusal):
    """What is not published has no text to correct, and what was published stays public."""


class ContributionKeepsItsDay(Refusal):
    """What somebody handed in here keeps the day on which it came."""


class NothingIsSettled(Refusal):
    """Only what was settled can be settled otherwise."""


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
        case ReleaseContribution():
            return release(command, state)
        case SettleContribution():
            return settle(command, state)
        case CorrectContribution():
            return correct(command, state)
        case _:
            assert_never(command)


def receive(command: ReceiveContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What somebody hands in, until the results are gone."""
    if state.received:
        raise ContributionIsReceivedAlready
    if command.cancelled:
        raise ConferenceIsCancelled
    if command.handed_over:
        raise ResultsAreGone
    told = {name: value for name, value in command if name not in ("now", "handed_over", "cancelled")}
    return [ContributionReceived(**told, received_on=local_day(command.now))]


def enter(command: EnterGroupContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What a working group handed in, public at once."""
    if state.received:
        raise ContributionIsReceivedAlready
    if command.cancelled:
        raise ConferenceIsCancelled
    received_on = command.received_on or local_day(command.now)
    if received_on > local_day(command.now):
        raise ReceiptLiesInTheFuture
    told = {name: value for name, value in command if name not in ("now", "text", "received_on", "cancelled")}
    nobodys: dict[str, Any] = dict.fromkeys(("person", "text", "name", "email", "erasure", "erasure_token"))
    received = ContributionReceived(**told, received_on=received_on, language="de", **nobodys)
    return [received, published(received, command.text)]


def publish(command: PublishContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """What it says, without anybody's data; nobody publishes what was withdrawn before."""
    received = must_be_received(state)
    if state.text == command.text:
        return []
    if state.text is not None:
        raise ContributionIsPublished
    if state.erased:
        raise ContributionIsErased
    return [published(received, command.text)]


def correct(command: CorrectContribution, state: Contribution) -> Sequence[ContributionEvent]:
    """The contribution as it should have been entered; where it stands so already, nothing is to do."""
    received = must_be_received(state)
    told = {name: value for name, value in command if name not in ("now", "reason")}
    settled = {"fate": state.settled and state.settled.fate, "fate_reason": state.settled and state.settled.reason}
    stands = {name: getattr(received, name) for name in ("group", "group_name", "kind", "received_on")} | {"text": state.text} | settled
    if told == stands:
        return []
    if (command.text is None) != (state.text is None):
        raise ContributionIsNotPublished
    if command.received_on > local_day(command.now):
        raise ReceiptLiesInTheFuture
    if received.text and command.received_on != received.received_on:
        raise ContributionKeepsItsDay
    if command.fate and not state.settled:
        raise NothingIsSettled
    return [ContributionCorrected(**named(received), **told, reason=command.reason)]


def published(received: ContributionReceived, text: str) -> ContributionPublished:
    """The fact that a contribution is public with this text."""
    return ContributionPublished(**named(received), group=received.group, group_name=received.group_name, kind=received.kind, text=text)


CONTRIBUTION: Decider[Contribution, ContributionCommand, ContributionEvent] = Decider(
    name="conferences.Contribution", initial=Contribution(), evolve=evolve, decide=decide, events=get_args(ContributionEvent)
)
