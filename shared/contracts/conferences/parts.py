"""What the messages of the conferences service are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.domain import Contract

Language = Literal["de", "en"]


class ContributionKind(StrEnum):
    """What a contribution is."""

    EXPERIENCE = "experience"
    """Results and experience (Ergebnisse und Erfahrungen)."""
    SUGGESTION = "suggestion"
    """A prompt for further development (Anregung)."""


class Level(StrEnum):
    """Whom a result addresses."""

    CITY = "city"
    LAND = "land"
    FEDERATION = "federation"


class Lineage(StrEnum):
    """How a contribution went into a result."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    MERGED = "merged"
    """Together with others."""
    SPLIT = "split"
    """A part of it here, another elsewhere."""


class Fate(StrEnum):
    """What became of a contribution that went into no result."""

    FORWARDED = "forwarded"
    """Passed on to the Land, the federation or another body."""
    NOT_ADOPTED = "not_adopted"


class WorkingGroup(BaseModel):
    """A working group (Arbeitsgruppe) of the conference."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    key: str
    """As in `sprache`; unique in its conference."""
    name: str


class Origin(BaseModel):
    """A contribution that a result comes from."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    contribution: UUID
    how: Lineage


class HeldResult(BaseModel):
    """A result that the conference hands over."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    result: UUID
    number: int
    result_title: str


class OfConference(Contract):
    """What each message about a conference says of it."""

    conference: UUID
    title: str
