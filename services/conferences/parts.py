"""Working groups, kinds and fates of contributions, where results come from. Pure: the values that the facts are made of."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Language = Literal["de", "en"]
"""In which language somebody is written to."""


ErasedBecause = Literal["asked", "period"]
"""On the wish of whoever it is about, or because the time was over for which it is kept."""


class ContributionKind(StrEnum):
    """What a contribution (Beitrag) is."""

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


class Part(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class WorkingGroup(Part):
    """A working group (Arbeitsgruppe) of a conference; its key is unique there."""

    key: str
    name: str


class Origin(Part):
    """A contribution that a result comes from, and how it went into it."""

    contribution: UUID
    how: Lineage


class HeldResult(Part):
    """A result as it is handed over."""

    result: UUID
    number: int
    result_title: str
