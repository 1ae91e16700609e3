"""The facts of a conference: planned, its results, held or called off, and put right."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.parts import (
    HeldResult,
    Level,
    Origin,
    WorkingGroup,
)
from shared.domain import Event


class ConferencePlanned(Event, name="conferences.ConferencePlanned"):
    """A conference (Integrationskonferenz) is planned, with partners, open to everybody."""

    title: str
    host: UUID
    host_name: str
    """As it was called when the conference was planned; so for every name of a body here."""
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    """The body that receives and deliberates its results."""
    results_go_to_name: str


class ResultRecorded(Event, name="conferences.ResultRecorded"):
    """A result (Ergebnis) of the conference, with the contributions it comes from."""

    title: str
    result: UUID
    number: int
    """Counted from 1 in its conference."""
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]


class ResultCorrected(Event, name="conferences.ResultCorrected"):
    """What was recorded of a result was wrong; this is what stands now, and why."""

    title: str
    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    not_from: tuple[UUID, ...]
    """Contributions that it was said to come from, and does not."""
    reason: str


class ConferenceHeld(Event, name="conferences.ConferenceHeld"):
    """The conference was held, and its results are handed over to the body that receives and deliberates them."""

    title: str
    host: UUID
    host_name: str
    held_on: date
    place: str
    attendance: int
    results: tuple[HeldResult, ...]
    results_go_to: UUID
    results_go_to_name: str


class ConferenceCancelled(Event, name="conferences.ConferenceCancelled"):
    """The conference was called off: it does not take place."""

    title: str
    host: UUID
    host_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    results_go_to_name: str
    reason: str
    """Public words."""


class ConferenceCorrected(Event, name="conferences.ConferenceCorrected"):
    """What was entered of the conference was wrong; this is how it is planned, and was held if it was, and why."""

    title: str
    host: UUID
    host_name: str
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    formerly_title: str
    formerly_starts_at: AwareDatetime
    formerly_ends_at: AwareDatetime
    formerly_place: str
    """As it was entered before; the same where that was not wrong."""
    results_go_to: UUID
    results_go_to_name: str
    held_on: date | None
    """None, as the attendance, for a conference that was not entered as held."""
    attendance: int | None
    cancelled_because: str | None
    """None for a conference that was not called off."""
    reason: str
    corrected_at: AwareDatetime


ConferenceEvent = ConferencePlanned | ResultRecorded | ResultCorrected | ConferenceHeld | ConferenceCancelled | ConferenceCorrected
