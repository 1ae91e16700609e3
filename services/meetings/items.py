"""What stands on an agenda, who is invited, how it is voted, and where a proposal ends. Pure: the values that the facts are made of."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.domain import Claim, Event, Refusal, Release, Take

FATE = "meetings.proposal-fate"


class Asked(StrEnum):
    """What a proposal, or an item of an agenda, asks of the body."""

    RECEIVE_AND_DELIBERATE = "receive_and_deliberate"
    """Results are to be received (entgegengenommen) and deliberated."""
    DELIBERATE = "deliberate"
    """The matter is to be deliberated (beraten)."""
    TAKE_NOTE = "take_note"
    """The body is to be informed (Kenntnisnahme)."""


class Instrument(StrEnum):
    """What a resolution asks the secretariat to issue."""

    RECOMMENDATION = "recommendation"
    """Empfehlung."""
    STATEMENT = "statement"
    """Stellungnahme."""
    NONE = "none"
    """It stands for itself."""


class Value(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Matter(Value):
    """A thing of some service that a body deals with, named the same everywhere."""

    service: str
    kind: str
    id: UUID


RESULTS = ("conferences", "results")
"""The service and kind of what an integration conference hands over; the id is the conference's."""


class AgendaItem(Value):
    """A point of an agenda (Tagesordnungspunkt)."""

    id: UUID
    title: str
    public: bool
    """Outsiders see it where the meeting is public, too."""
    asked: Asked
    matter: Matter | None = None
    proposal: UUID | None = None
    """What was placed; None for a point that the secretariat added by itself."""
    proposed_by: UUID | None = None
    proposed_by_name: str | None = None
    received_at: AwareDatetime | None = None
    """When the body received it in an earlier sitting, which did not come to deliberating it."""


class InvitedMember(Value):
    """Who is invited: in public office, so by name."""

    member: UUID
    member_name: str


class SittingMember(InvitedMember):
    """Who belongs to the body while it sits."""

    voting: bool


class QuorumAsked(Value):
    """How many voting members have to be present (Beschlussfähigkeit), and what that rests on."""

    needed: int
    entitled: int
    more_than_percent: int
    source: str


class Votes(Value):
    """How it was voted, and on which numbers the rule was judged."""

    yes: int
    no: int
    abstentions: int
    present: int
    """Voting members present."""
    entitled: int
    """Voting members of the body."""
    quorum: int
    """How many have to be present."""


class ProposalIsDecided(Refusal):
    """A proposal is placed on one agenda or declined, in one place only."""


class ItemIsNotOnTheAgenda(Refusal):
    """Only what stands on the agenda is taken off it or dealt with."""


class DecidesProposal(Event):
    """A fact that places a proposal or declines it: from now on nobody else does."""

    def decided(self) -> UUID:
        """Which proposal that is."""
        raise NotImplementedError

    def claims(self) -> Iterable[Claim]:
        """The proposal's fate lies with this stream alone."""
        return (Take(FATE, str(self.decided()), ProposalIsDecided),)


class FreesProposal(Event):
    """A fact by which an item leaves an agenda undealt with: what was proposed waits at the body again."""

    item: AgendaItem

    def claims(self) -> Iterable[Claim]:
        """Whatever was proposed can be placed or declined again."""
        return (Release(FATE, str(self.item.proposal)),) if self.item.proposal else ()
