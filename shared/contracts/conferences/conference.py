"""What is told of a conference: planned, its results recorded, held or called off, and what was put right of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.conferences.parts import HeldResult, Level, OfConference, Origin, WorkingGroup


class ConferencePlanned(OfConference, name="conferences.ConferencePlanned", open_to_all=True):
    """A conference is planned, with partners, open to everybody."""

    host: UUID
    host_name: str
    partners: tuple[str, ...]
    groups: tuple[WorkingGroup, ...]
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    """The body that receives and deliberates its results."""
    results_go_to_name: str


class ResultRecorded(OfConference, name="conferences.ResultRecorded"):
    """A result of the conference, with the contributions it comes from."""

    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]


class ResultCorrected(OfConference, name="conferences.ResultCorrected"):
    """What was recorded of a result was wrong; this is what stands now, whole, and why."""

    result: UUID
    number: int
    result_title: str
    text: str
    group: str | None
    level: Level
    comes_from: tuple[Origin, ...]
    reason: str


class ConferenceHeld(OfConference, name="conferences.ConferenceHeld", open_to_all=True):
    """The conference was held; its results go to the body that receives and deliberates them. Their matter is
    `{"service": "conferences", "kind": "results", "id": <conference>}`."""

    host: UUID
    host_name: str
    held_on: date
    place: str
    attendance: int
    results: tuple[HeldResult, ...]
    results_go_to: UUID
    results_go_to_name: str


class ConferenceCancelled(OfConference, name="conferences.ConferenceCancelled", open_to_all=True):
    """The conference was called off: it does not take place."""

    host: UUID
    host_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    results_go_to: UUID
    results_go_to_name: str
    reason: str


class ConferenceCorrected(OfConference, name="conferences.ConferenceCorrected", open_to_all=True):
    """What was entered of the conference was wrong; this is how it is planned, and was held if it was, and why."""

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
