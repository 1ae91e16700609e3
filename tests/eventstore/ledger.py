"""A toy aggregate whose every rule is a reason to test the log: amounts that must not be overdrawn, names that must be unique."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, assert_never
from uuid import UUID

from shared.domain import Claim, Command, Decider, Event, Refusal, Release, Take
from shared.eventstore.mapper import MessageTypes


class NameIsTaken(Refusal):
    """Two ledgers cannot bear one name."""


class BalanceIsTooSmall(Refusal):
    """A ledger cannot pay out more than it holds."""


class Added(Event, name="ledger.Added"):
    command: str
    amount: int
    part: int = 1
    parts: int = 1


class NameTaken(Event, name="ledger.NameTaken"):
    names: list[str]

    def claims(self) -> Iterable[Claim]:
        return [Take("name", name, NameIsTaken) for name in self.names]


class NameReleased(Event, name="ledger.NameReleased"):
    names: list[str]

    def claims(self) -> Iterable[Claim]:
        return [Release("name", name) for name in self.names]


class Add(Command):
    command: str = ""
    amount: int = 1
    parts: int = 1


class TakeNames(Command):
    names: list[str]


class ReleaseNames(Command):
    names: list[str]


class Rename(Command):
    old: str
    new: str


class DoNothing(Command):
    """Granted, and nothing follows."""


LedgerEvent = Added | NameTaken | NameReleased
LedgerCommand = Add | TakeNames | ReleaseNames | Rename | DoNothing


@dataclass(frozen=True)
class Ledger:
    """What a ledger holds."""

    total: int = 0
    commands: tuple[str, ...] = ()

    KEPT: ClassVar = 5


def evolve(state: Ledger, event: Any) -> Ledger:
    match event:
        case Added():
            return replace(state, total=state.total + event.amount, commands=(*state.commands, event.command)[-Ledger.KEPT :])
        case _:
            return state


def decide(command: Any, state: Ledger) -> Sequence[Any]:
    match command:
        case Add():
            if state.total + command.amount * command.parts < 0:
                raise BalanceIsTooSmall(total=state.total)
            return [
                Added(command=command.command, amount=command.amount, part=part, parts=command.parts)
                for part in range(1, command.parts + 1)
            ]
        case TakeNames():
            return [NameTaken(names=command.names)]
        case ReleaseNames():
            return [NameReleased(names=command.names)]
        case Rename():
            return [NameReleased(names=[command.old]), NameTaken(names=[command.new])]
        case DoNothing():
            return []
        case _:
            assert_never(command)


LEDGER: Decider[Ledger, Any, Any] = Decider(name="ledger.Ledger", initial=Ledger(), evolve=evolve, decide=decide)
LONG_LEDGER: Decider[Ledger, Any, Any] = Decider(
    name="ledger.Ledger", initial=Ledger(), evolve=evolve, decide=decide, state_version=1, snapshot_every=10
)
TYPES = MessageTypes([Added, NameTaken, NameReleased])


def stream_number(number: int) -> UUID:
    """A stream id that is easy to tell from others."""
    return UUID(int=number)
