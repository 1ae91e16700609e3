"""What the facts of the recommendations service are made of: instruments, addressees, answers, rules."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Instrument(StrEnum):
    """The two instruments of a body that advises."""

    RECOMMENDATION = "recommendation"
    """Empfehlung."""
    STATEMENT = "statement"
    """Stellungnahme."""


class AddresseeClass(StrEnum):
    """The five classes of addressee (Adressat)."""

    OFFICE = "office"
    """Amt."""
    DEPARTMENT_HEAD = "department_head"
    """Dezernentin, Dezernent."""
    MAGISTRAT = "magistrat"
    CITY_COUNCIL = "city_council"
    """Stadtverordnetenversammlung."""
    COMMITTEE = "committee"
    """A committee (Ausschuss) of the city council."""


class Verdict(StrEnum):
    """What an addressee answers."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"


class Part(BaseModel):
    """A part of a fact, stored as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Matter(Part):
    """What was deliberated: a thing of some service."""

    service: str
    kind: str
    id: UUID


class Addressed(Part):
    """Whom a recommendation is meant for."""

    body: UUID
    body_name: str
    address_class: AddresseeClass


class Addressee(Addressed):
    """Whom a recommendation was issued to, and the last days on which what is expected is in time."""

    acknowledge_by: date
    answer_by: date


Expected = Literal["acknowledgement", "answer"]


class Owed(Part):
    """What is expected of an addressee, and the last day on which it is in time."""

    addressee: UUID
    expected: Expected
    by: date


class Succeeded(Part):
    """A body whose place another has taken."""

    body: UUID
    body_name: str
    successor: UUID
    successor_name: str


class Information(Part):
    """Which committee is to be informed through which department (über das jeweilige Dezernat)."""

    committee: UUID
    committee_name: str
    department: UUID
    department_name: str


class AnswerRule(Part):
    """How long an addressee may take; the version that held is kept with each issue."""

    name: str
    source: str
    """Where the rule is written."""
    valid_from: date
    acknowledge_workdays: int
    """Working days until the receipt is to be acknowledged."""
    answer_weeks: int
    """Weeks until the answer is due; on a day without work, on the next working day."""
