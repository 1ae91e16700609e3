"""What really was so in a sitting, as whoever corrects its record says it. Pure: what is left out stays as it is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from services.meetings.items import Votes
from shared.domain import Refusal
from shared.localday import Moment
from shared.text import Line, Prose


class NothingIsRecorded(Refusal):
    """What is corrected is found as it was recorded, by its item or by its member and time; what was left out is entered with its time."""


class Right(BaseModel):
    """What really was so."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RightSpan(Right):
    """When the meeting was opened or closed."""

    kind: Literal["opening", "closing"]
    at: Moment


class RightDoing(Right):
    """When something was done, if it was."""

    at: Annotated[Moment | None, Field(description="When it really was; as recorded by default.")] = None
    never_happened: Annotated[StrictBool, Field(description="It was recorded, and nothing of the kind happened.")] = False

    @model_validator(mode="after")
    def must_say_one_thing(self) -> Self:
        """ValueError for a time of what never happened."""
        if self.never_happened and self.at:
            raise ValueError("must have no time if it never happened")
        return self

    def really_at(self, formerly: datetime | None) -> datetime | None:
        """When it was; None where it never happened. NothingIsRecorded where nothing is, and no time is said either."""
        if self.never_happened:
            return None
        if (at := self.at or formerly) is None:
            raise NothingIsRecorded
        return at


class RightTime(RightDoing):
    """When something was done of which nothing else is recorded."""

    @model_validator(mode="after")
    def must_say_something(self) -> Self:
        """ValueError where neither a time is said nor that it never happened."""
        if self.at is None and not self.never_happened:
            raise ValueError("must say when it really was, or that it never happened")
        return self


class RightPresence(RightTime):
    """When a member came or went."""

    kind: Literal["arrival", "departure"]
    member: UUID
    recorded_at: Annotated[Moment | None, Field(description="The time that is recorded; null for what was left out.")] = None


class RightReceipt(RightTime):
    """When the body received an item, or took note of it."""

    kind: Literal["receipt", "note"]
    item: UUID


class RightDeliberation(RightDoing):
    """When the body deliberated an item, and what was said."""

    kind: Literal["deliberation"]
    item: UUID
    summary: Annotated[
        Prose | None, Field(description="Official words, no names of residents; as recorded where left out, null for none.")
    ] = None

    def really_said(self, formerly: str | None) -> str | None:
        """What was said; what is recorded where nothing is said of it."""
        return self.summary if "summary" in self.model_fields_set else formerly


Cast = Annotated[StrictInt | None, Field(ge=0, le=1000, description="Votes cast so; as recorded by default.")]


class RightVote(Right):
    """What was put to the vote, and how many voted how."""

    text: Prose
    yes: Cast = None
    no: Cast = None
    abstentions: Cast = None

    def cast(self, recorded: Votes) -> Votes:
        """The votes as they were cast, of those who are recorded as present."""
        said = {name: value for name in ("yes", "no", "abstentions") if (value := getattr(self, name)) is not None}
        return recorded.model_copy(update=said)


class RightResolution(RightVote):
    """What was resolved, and by which votes."""

    kind: Literal["resolution"]
    resolution: UUID


class RightRejection(RightVote):
    """What found no majority, and by which votes."""

    kind: Literal["rejection"]
    item: UUID
    recorded_at: Annotated[Moment, Field(description="When it was voted, as recorded.")]


class RightTitle(Right):
    """What an item is called."""

    kind: Literal["title"]
    item: UUID
    title: Line


AnyRight = Annotated[
    RightSpan | RightPresence | RightReceipt | RightDeliberation | RightResolution | RightRejection | RightTitle,
    Field(discriminator="kind"),
]
