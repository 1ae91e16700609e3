"""The facts of a body: founded, how often it meets, succeeded by another, and what was entered wrongly of that."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from shared.domain import Claim, Event, Refusal, Release, Take


class BodyKind(StrEnum):
    """What sort of body it is, in the words of the city."""

    CITY_COUNCIL = "city_council"
    """Stadtverordnetenversammlung."""
    COMMITTEE = "committee"
    """A committee (Ausschuss) of the city council."""
    MAGISTRAT = "magistrat"
    DEPARTMENT = "department"
    """Dezernat."""
    OFFICE = "office"
    """Amt, Koordinierungsstelle."""
    ADVISORY_BOARD = "advisory_board"
    """Fachbeirat."""
    REPRESENTATION = "representation"
    """The elected or appointed voice of a group of residents, as the Migrationsrat."""
    NETWORK = "network"
    WORKING_GROUP = "working_group"
    EXTERNAL = "external"
    """A body of the region, the Land or the federation, as the Bremer Rat für Integration."""


class LegalNature(StrEnum):
    """What a body is in law; each maps to one OParl 1.1 `organizationType`."""

    ORGAN = "organ"
    """An organ of the city or a part of one: council, committee, Magistrat. OParl: Gremium."""
    ADMINISTRATION = "administration"
    """A part of the administration. OParl: Verwaltungsbereich."""
    ADVISORY = "advisory"
    """Set up by resolution to advise. OParl: Gremium."""
    ELECTED_REPRESENTATION = "elected_representation"
    """Constituted by a statute to represent a group of residents. OParl: Gremium."""
    FREE_ASSOCIATION = "free_association"
    """Nobody set it up but its members. OParl: Sonstiges."""
    OUTSIDE = "outside"
    """Set up by somebody other than the city. OParl: externes Gremium."""


class BodyNameIsTaken(Refusal):
    """Another body of the city bears this name."""


def name_key(name: str) -> str:
    """What two names must differ in: not in case, composition of letters or spacing."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class BodyFounded(Event, name="meetings.BodyFounded"):
    """A body (Gremium, Amt, Netzwerk) stands from `founded_on` on."""

    body_name: str
    kind: BodyKind
    legal_nature: LegalNature
    secretariat: UUID | None
    """The office (itself a body) that manages its affairs (Geschäftsführung)."""
    lead_office: UUID | None
    """The office that leads in its matters (Federführung)."""
    reports_to: UUID | None
    """The body to which it belongs or reports: an office to its department, a committee to the council."""
    founded_on: date

    def claims(self) -> Iterable[Claim]:
        """The name is this body's alone."""
        return (Take("meetings.body-name", name_key(self.body_name), BodyNameIsTaken),)


class CadenceSet(Event, name="meetings.CadenceSet"):
    """A rule of how often the body meets (Sitzungsrhythmus) holds from `valid_from` on, until a later one does."""

    valid_from: date
    minimum_per_year: int
    """Meetings held in a calendar year, at least; 0 demands none."""
    maximum_gap_days: int | None
    """Days from one meeting to the next, at most."""
    source: str
    """Where the rule is written."""


class BodySucceeded(Event, name="meetings.BodySucceeded"):
    """Another body stands in this one's place from `on` on (Nachfolge). Its name stays its own: what it did is found under it."""

    body_name: str
    successor: UUID
    successor_name: str
    on: date
    """The first day on which the successor stands and this body no longer does."""
    reason: str


class Correction(Event):
    """What each fact says by which an entry about a body is put right."""

    reason: str
    corrected_at: AwareDatetime


class BodyCorrected(Correction, name="meetings.BodyCorrected"):
    """What was entered of a body at its founding was wrong; this is what it should have said, whole, and why."""

    formerly_name: str
    """What it was called so far."""
    body_name: str
    kind: BodyKind
    """Counts from now on; what was done before stays as it was judged then."""
    legal_nature: LegalNature
    secretariat: UUID | None
    lead_office: UUID | None
    reports_to: UUID | None
    founded_on: date

    def claims(self) -> Iterable[Claim]:
        """The right name is this body's alone, and the wrong one is free."""
        if name_key(self.formerly_name) == name_key(self.body_name):
            return ()
        return (
            Release("meetings.body-name", name_key(self.formerly_name)),
            Take("meetings.body-name", name_key(self.body_name), BodyNameIsTaken),
        )


class CadenceCorrected(Correction, name="meetings.CadenceCorrected"):
    """The rule that was entered as beginning on `formerly_from` was entered wrongly."""

    formerly_from: date
    rule: CadenceSet | None
    """The rule, whole, as it should have been entered; None for one that should never have been."""


class SuccessionCorrected(Correction, name="meetings.SuccessionCorrected"):
    """The succession was entered wrongly: another body took this one's place, or another day, or none did, and it stands."""

    body_name: str
    successor: UUID | None
    """None, as all that follows, where no body took its place."""
    successor_name: str | None
    on: date | None
    because: str | None
    """Why the successor took its place; why that is corrected is the reason."""


BodyCorrection = BodyCorrected | CadenceCorrected | SuccessionCorrected
BodyEvent = BodyFounded | CadenceSet | BodySucceeded | BodyCorrection
