"""The words every service's rules are written in: facts, commands, refusals, and the decider that joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue


class Named(BaseModel):
    """A message with a stored name and version of its own, independent of its Python path."""

    # What a message holds may be personal; an error names places, never values.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    NAME: ClassVar[str]
    VERSION: ClassVar[int]

    def __init_subclass__(cls, *, name: str | None = None, version: int = 1, **options: Any) -> None:
        """Give the message its stored `name` (`<service>.<PastParticiple>`) and its `version` (from 1)."""
        super().__init_subclass__(**options)
        if name is not None:
            cls.NAME, cls.VERSION = name, version


@dataclass(frozen=True, slots=True)
class Take:
    """A claim to be the only stream that holds `key` in `scope`; taken elsewhere, the command is refused with `refusal`."""

    scope: str
    key: str
    refusal: type[Refusal]


@dataclass(frozen=True, slots=True)
class Release:
    """The end of a claim: another stream may take `key` in `scope` from now on. Of one command, releases come before takes."""

    scope: str
    key: str


Claim = Take | Release


class Event(Named):
    """A fact of the domain, stored forever. Old versions are lifted by `upcast_v1_v2(data)` static methods beside it."""

    model_config = ConfigDict(extra="forbid")

    def claims(self) -> Iterable[Claim]:
        """The claims that this fact takes or releases in the same transaction that appends it."""
        return ()


class Contract(Named):
    """A message of the published language. Additive only: a reader ignores fields that it does not know."""

    model_config = ConfigDict(extra="ignore")

    OPEN: ClassVar[bool] = False
    """Whether outsiders may hear such messages at all."""

    INSIDE: ClassVar[tuple[str, ...]] = ()
    """Fields that are for the services alone: outsiders are told their defaults."""

    def __init_subclass__(cls, *, open_to_all: bool = False, inside: tuple[str, ...] = (), **options: Any) -> None:
        """A message stays among the services unless it says `open_to_all` itself: what its base says does not count."""
        super().__init_subclass__(**options)
        cls.OPEN, cls.INSIDE = open_to_all, inside

    def is_public(self) -> bool:
        """Whether just this message goes to outsiders, too: it is open to all, and where it says `public`, it says so of itself."""
        return self.OPEN and getattr(self, "public", True) is True

    def as_public(self) -> Self:
        """The message as outsiders hear it."""
        fields = type(self).model_fields
        return self.model_copy(update={name: fields[name].get_default(call_default_factory=True) for name in self.INSIDE})


class Command(BaseModel):
    """A wish that a decider grants or refuses; time, ids and looked-up values arrive inside it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    now: AwareDatetime


class Refusal(Exception):
    """The domain says no. Each subclass's docstring is the rule, in one sentence."""

    def __init__(self, **facts: JsonValue) -> None:
        """`facts` are the values that explain this refusal; they are shown to whoever sent the command, so nothing personal."""
        super().__init__(self.rule())
        self.facts = facts

    @classmethod
    def rule(cls) -> str:
        """The sentence that forbids it."""
        return " ".join((cls.__doc__ or cls.__name__).split())


S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)


@dataclass(frozen=True, eq=False)
class Decider(Generic[S, C, E]):
    """The rules of one kind of stream: a frozen state, folded by `evolve`, and `decide`, which may raise a Refusal."""

    name: str
    """The kind of stream, as in `meetings.Meeting`."""
    initial: S
    evolve: Callable[[S, E], S]
    """Never refuses: whatever was stored is the past."""
    decide: Callable[[C, S], Sequence[E]]
    """Pure. An empty answer means: nothing to do, gladly."""
    events: tuple[type[Any], ...] = ()
    """The events of its streams. A stream that begins with another event is of another kind, and is unknown here; empty asks nothing."""
    state_version: int = 1
    """Raised when the state's shape or `evolve` changes: older snapshots are then forgotten."""
    snapshot_every: int = 0
    """Events between two snapshots of a stream; 0 keeps none."""
    state_class: Any = None
    """The state's type for snapshots where it is not that of `initial`, as with a union of states."""

    @property
    def state_type(self) -> Any:
        """The type that a snapshot of the state is read as."""
        return self.state_class or type(self.initial)


Now = Callable[[], datetime]
"""A clock: answers an aware time. Only composition roots own one."""
