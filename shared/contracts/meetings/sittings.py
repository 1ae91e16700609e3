"""What is told of a meeting that was held, and of what was done in it with each item."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.matter import Matter
from shared.contracts.meetings.planning import OfMeeting


class Instrument(StrEnum):
    """What a resolution asks the secretariat to issue."""

    RECOMMENDATION = "recommendation"
    """Empfehlung."""
    STATEMENT = "statement"
    """Stellungnahme."""
    NONE = "none"
    """It stands for itself."""


class MeetingHeld(OfMeeting, name="meetings.MeetingHeld", open_to_all=True):
    """The meeting has been held: its sitting was opened and is closed."""

    opened_at: AwareDatetime
    closed_at: AwareDatetime
    place: str


class OfItem(OfMeeting):
    """What each message about an item that was dealt with in a sitting says of it. `public`: of the meeting and the item together."""

    item: UUID
    item_title: str
    matter: Matter | None
    proposal: UUID | None
    proposed_by: UUID | None
    proposed_by_name: str | None


class ResultsReceived(OfItem, name="meetings.ResultsReceived", open_to_all=True):
    """The body has received what was put to it (Entgegennahme)."""

    received_at: AwareDatetime


class ItemDeliberated(OfItem, name="meetings.ItemDeliberated", open_to_all=True):
    """The body has deliberated the item (Beratung)."""

    deliberated_at: AwareDatetime
    summary: str | None


class NoteTaken(OfItem, name="meetings.NoteTaken", open_to_all=True):
    """The body has taken note of the item in its sitting (Kenntnisnahme)."""

    body_kind: str
    """What sort of body took note, as BodyFounded says it."""
    proposed_by_kind: str | None
    """What sort of body put the item to it; None where nobody did."""
    noted_at: AwareDatetime


class Votes(BaseModel):
    """How it was voted, and on which numbers the rule was judged."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    yes: int
    no: int
    abstentions: int
    present: int
    """Voting members present."""
    entitled: int
    """Voting members of the body."""
    quorum: int
    """How many have to be present."""


class ResolutionPassed(OfItem, name="meetings.ResolutionPassed", open_to_all=True):
    """The body has resolved (Beschluss)."""

    resolution: UUID
    text: str
    instrument: Instrument
    votes: Votes
    resolved_at: AwareDatetime


class ResolutionRejected(OfItem, name="meetings.ResolutionRejected", open_to_all=True):
    """What was put to the vote found no majority."""

    text: str
    votes: Votes
    rejected_at: AwareDatetime


class ResolutionCorrected(OfItem, name="meetings.ResolutionCorrected", open_to_all=True):
    """What was recorded of a resolution was wrong; this is what was resolved, and how it was voted."""

    resolution: UUID
    text: str
    votes: Votes
    reason: str
    corrected_at: AwareDatetime


class RejectionCorrected(OfItem, name="meetings.RejectionCorrected", open_to_all=True):
    """What was recorded of a vote without a majority was wrong; this is what was put to it, and how it was voted."""

    rejected_at: AwareDatetime
    """When it was voted: which vote it is."""
    text: str
    votes: Votes
    reason: str
    corrected_at: AwareDatetime


class ItemTitleCorrected(OfItem, name="meetings.ItemTitleCorrected", open_to_all=True):
    """An item was called otherwise than it should have been; `item_title` is right. What it was put to the body as keeps its own title."""

    resolution: UUID | None
    """What was resolved under that title; None where nothing was."""
    formerly: str
    """What the item was called so far."""
    reason: str
    corrected_at: AwareDatetime


class Corrected(StrEnum):
    """What was told wrongly of a meeting as held."""

    OPENING = "opening"
    CLOSING = "closing"
    RECEIPT = "receipt"
    DELIBERATION = "deliberation"
    NOTE = "note"


class SittingCorrected(OfMeeting, name="meetings.SittingCorrected", open_to_all=True):
    """What was told of a meeting as held, or of an item in it, was wrong; this is what was so, and why. What was only left out is told as
    any other fact."""

    what: Corrected
    item: UUID | None
    """None where it concerns the meeting as a whole, as its opening and its end do."""
    item_title: str | None
    matter: Matter | None
    proposal: UUID | None
    proposed_by: UUID | None
    proposed_by_name: str | None
    formerly: AwareDatetime
    """When it was told to have been so."""
    at: AwareDatetime | None
    """When it really was; None where it never happened."""
    summary: str | None
    """What was said in a deliberation, as it stands now."""
    body_kind: str | None
    """Of a note: what sort of body took it, as NoteTaken says it; None of anything else."""
    proposed_by_kind: str | None
    """Of a note: what sort of body put the item to it."""
    reason: str
    corrected_at: AwareDatetime
