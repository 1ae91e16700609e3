"""The conference that the tests of this service speak of, and one example of every fact and contract."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.conferences.events.conference import (
    ConferenceCancelled,
    ConferenceCorrected,
    ConferenceHeld,
    ConferencePlanned,
    ResultCorrected,
    ResultRecorded,
)
from services.conferences.events.contribution import (
    ContributionCorrected,
    ContributionErased,
    ContributionPublished,
    ContributionReceived,
    ContributionReleased,
    ContributionSettled,
    ContributionUsed,
)
from services.conferences.events.registrations import (
    RegistrationCalledOff,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationMoved,
    RegistrationOpened,
    RegistrationPeriodCorrected,
    RegistrationRequested,
    RegistrationStopped,
)
from services.conferences.parts import ContributionKind, Fate, HeldResult, Level, Lineage, Origin, WorkingGroup
from services.conferences.registrations import registrations_of
from shared.contracts import conferences as contracts
from shared.domain import Named
from shared.privacy.sealed import Sealed

NOW = datetime(2018, 9, 17, 9, 0, tzinfo=UTC)
OFFICE = UUID("c0f0e000-0000-4000-8000-000000000001")
BOARD = UUID("c0f0e000-0000-4000-8000-000000000002")
CONFERENCE = UUID("c0f0e000-0000-4000-8000-000000000003")
REGISTRATIONS = registrations_of(CONFERENCE)
REGISTRATION = UUID("c0f0e000-0000-4000-8000-000000000004")
CONTRIBUTION = UUID("c0f0e000-0000-4000-8000-000000000005")
GROUP_CONTRIBUTION = UUID("c0f0e000-0000-4000-8000-000000000006")
RESULT = UUID("c0f0e000-0000-4000-8000-000000000007")
SUBJECT = UUID("c0f0e000-0000-4000-8000-000000000008")
KEY = UUID("c0f0e000-0000-4000-8000-000000000009")
PERSON = UUID("c0f0e000-0000-4000-8000-00000000000a")
STARTS = datetime(2018, 11, 30, 13, 0, tzinfo=UTC)
ENDS = STARTS + timedelta(hours=5)
CLOSES = datetime(2018, 11, 23, 23, 0, tzinfo=UTC)
HELD_ON = date(2018, 11, 30)
CAPACITY = 2
OFFICE_NAME = "Koordinierungsstelle für Integration und Chancengleichheit"
BOARD_NAME = "Fachbeirat Migration und Chancengleichheit"
TITLE = "Fünfte Integrationskonferenz"
PLACE = "Volkshochschule, Saal"
RESULT_TITLE = "Sprachkurse am Abend"
RESULT_TEXT = "Die Stadt bietet Sprachkurse mit Kinderbetreuung am Abend an."
TEXT = "Kurse am Abend wären gut, dann könnte ich kommen."
REASON = "Dafür ist das Land zuständig; es wurde ihm geschrieben."
CONFIRM, MANAGE, RECEIPT, ERASURE = "c" * 64, "a" * 64, "e" * 64, "f" * 64
"""SHA-256 of tokens, as far as these examples care."""


def sealed(purpose: str, subject: UUID = SUBJECT) -> Sealed[str]:
    """A sealed value that nobody can open; only its form matters here."""
    return Sealed[str](
        sealed=1, source="/bremen/conferences", subject=subject, key=KEY, purpose=purpose, nonce="bm9uY2Ugbm9uY2Ug", box="Ym94" * 16
    )


GROUP = WorkingGroup(key="sprache", name="Sprache und Bildung")
OF_CONFERENCE: dict[str, Any] = {"conference": CONFERENCE, "title": TITLE}
OF_PLACE: dict[str, Any] = {**OF_CONFERENCE, "registration": REGISTRATION}
EMAIL, NAME = sealed("registrant.email"), sealed("registrant.name")
MANAGE_TOKEN = sealed("registration.manage_token")

PLANNED = ConferencePlanned(
    title=TITLE,
    host=OFFICE,
    host_name=OFFICE_NAME,
    partners=("Volkshochschule", "Netzwerk für Zugewanderte"),
    groups=(GROUP,),
    starts_at=STARTS,
    ends_at=ENDS,
    place=PLACE,
    results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
)
RECORDED = ResultRecorded(
    title=TITLE,
    result=RESULT,
    number=1,
    result_title=RESULT_TITLE,
    text=RESULT_TEXT,
    group="sprache",
    level=Level.CITY,
    comes_from=(Origin(contribution=GROUP_CONTRIBUTION, how=Lineage.ADOPTED), Origin(contribution=CONTRIBUTION, how=Lineage.MERGED)),
)
CORRECTED = ResultCorrected(
    title=TITLE,
    result=RESULT,
    number=1,
    result_title="Sprachkurse am Abend und am Samstag",
    text=RESULT_TEXT,
    group=None,
    level=Level.LAND,
    comes_from=(Origin(contribution=CONTRIBUTION, how=Lineage.PARTLY),),
    not_from=(GROUP_CONTRIBUTION,),
    reason="Der Samstag fehlte.",
)
HELD = ConferenceHeld(
    title=TITLE,
    host=OFFICE,
    host_name=OFFICE_NAME,
    held_on=HELD_ON,
    place=PLACE,
    attendance=120,
    results=(HeldResult(result=RESULT, number=1, result_title=RESULT_TITLE),),
    results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
)
WHY_NOT = "Die Stadthalle ist nach einem Wasserschaden gesperrt."
CONFERENCE_CANCELLED = ConferenceCancelled(
    title=TITLE,
    host=OFFICE,
    host_name=OFFICE_NAME,
    starts_at=STARTS,
    ends_at=ENDS,
    place=PLACE,
    results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
    reason=WHY_NOT,
)
CONFERENCE_CORRECTED = ConferenceCorrected(
    title=TITLE,
    host=OFFICE,
    host_name=OFFICE_NAME,
    partners=PLANNED.partners,
    groups=PLANNED.groups,
    starts_at=STARTS,
    ends_at=ENDS,
    place="Stadthalle",
    formerly_title=TITLE,
    formerly_starts_at=STARTS,
    formerly_ends_at=ENDS,
    formerly_place=PLACE,
    results_go_to=BOARD,
    results_go_to_name=BOARD_NAME,
    held_on=HELD_ON,
    attendance=120,
    cancelled_because=None,
    reason="Der Ort war falsch eingetragen.",
    corrected_at=ENDS + timedelta(days=10),
)
OPENED = RegistrationOpened(**OF_CONFERENCE, starts_at=STARTS, ends_at=ENDS, place=PLACE, closes_at=CLOSES, capacity=CAPACITY)
CLOSED = RegistrationClosed(**OF_CONFERENCE, closed_at=NOW)
REQUESTED = RegistrationRequested(
    **OF_PLACE,
    person=PERSON,
    language="de",
    email=EMAIL,
    name=NAME,
    access_needs=sealed("registrant.access_needs"),
    confirm=CONFIRM,
    confirm_token=sealed("registration.confirm_token"),
    manage=MANAGE,
    manage_token=MANAGE_TOKEN,
    starts_at=STARTS,
    place=PLACE,
    requested_at=NOW,
    expires_at=NOW + timedelta(hours=48),
    kept_until=NOW + timedelta(days=9),
)
CONFIRMED = RegistrationConfirmed(
    **OF_PLACE,
    language="de",
    email=EMAIL,
    name=NAME,
    manage_token=MANAGE_TOKEN,
    starts_at=STARTS,
    ends_at=ENDS,
    place=PLACE,
    kept_until=ENDS + timedelta(days=30),
)
LATER_BY = timedelta(days=1)
PERIOD_CORRECTED = RegistrationPeriodCorrected(
    **OF_CONFERENCE, starts_at=STARTS + LATER_BY, ends_at=ENDS + LATER_BY, place="Stadthalle", closes_at=CLOSES
)
MOVED = RegistrationMoved(
    **OF_PLACE,
    language="de",
    email=EMAIL,
    manage_token=MANAGE_TOKEN,
    starts_at=STARTS + LATER_BY,
    ends_at=ENDS + LATER_BY,
    place="Stadthalle",
    formerly_starts_at=STARTS,
    formerly_ends_at=ENDS,
    formerly_place=PLACE,
    told=True,
    kept_until=ENDS + LATER_BY + timedelta(days=30),
)
STOPPED = RegistrationStopped(**OF_CONFERENCE, stopped_at=NOW)
CALLED_OFF = RegistrationCalledOff(
    **OF_PLACE,
    language="de",
    email=EMAIL,
    manage_token=MANAGE_TOKEN,
    starts_at=STARTS,
    ends_at=ENDS,
    place=PLACE,
    reason=WHY_NOT,
    told=True,
    kept_until=NOW + timedelta(days=30),
)
CANCELLED = RegistrationCancelled(**OF_PLACE, kept_until=NOW + timedelta(days=7))
ERASED = RegistrationErased(**OF_PLACE, reason="asked")
HANDED_IN = ContributionReceived(
    **OF_CONFERENCE,
    group="sprache",
    group_name=GROUP.name,
    kind=ContributionKind.SUGGESTION,
    person=PERSON,
    receipt=RECEIPT,
    receipt_token=sealed("contribution.receipt_token"),
    received_on=NOW.date(),
    language="de",
    text=sealed("contribution.text"),
    name=sealed("contributor.name"),
    email=sealed("contributor.email"),
    erasure=ERASURE,
    erasure_token=sealed("contribution.erasure_token"),
)
CONTRIBUTOR_ERASED = ContributionErased(**OF_CONFERENCE, reason="asked")
ENTERED = HANDED_IN.model_copy(update=dict.fromkeys(("person", "text", "name", "email", "erasure", "erasure_token")))
"""As a working group hands it in."""
PUBLISHED = ContributionPublished(**OF_CONFERENCE, group="sprache", group_name=GROUP.name, kind=ContributionKind.SUGGESTION, text=TEXT)
USED = ContributionUsed(**OF_CONFERENCE, result=RESULT, how=Lineage.MERGED)
RELEASED = ContributionReleased(**OF_CONFERENCE, result=RESULT)
SETTLED = ContributionSettled(**OF_CONFERENCE, fate=Fate.FORWARDED, reason=REASON)
CONTRIBUTION_CORRECTED = ContributionCorrected(
    **OF_CONFERENCE,
    group="arbeit",
    group_name="Arbeit und Ausbildung",
    kind=ContributionKind.EXPERIENCE,
    received_on=NOW.date(),
    text="Kurse am Abend wären gut.",
    fate=Fate.NOT_ADOPTED,
    fate_reason="Dafür fehlt das Geld.",
    reason="Es war die falsche Arbeitsgruppe gewählt.",
)

EVENT_EXAMPLES: tuple[Named, ...] = (
    PLANNED,
    RECORDED,
    CORRECTED,
    HELD,
    CONFERENCE_CANCELLED,
    CONFERENCE_CORRECTED,
    OPENED,
    CLOSED,
    REQUESTED,
    CONFIRMED,
    PERIOD_CORRECTED,
    MOVED,
    STOPPED,
    CALLED_OFF,
    CANCELLED,
    ERASED,
    HANDED_IN,
    CONTRIBUTOR_ERASED,
    PUBLISHED,
    USED,
    RELEASED,
    SETTLED,
    CONTRIBUTION_CORRECTED,
)

TOLD: dict[str, Any] = {**OF_CONFERENCE, "contribution": CONTRIBUTION}
CONTRACT_EXAMPLES: tuple[Named, ...] = (
    contracts.ConferencePlanned(
        conference=CONFERENCE,
        title=TITLE,
        host=OFFICE,
        host_name=OFFICE_NAME,
        partners=PLANNED.partners,
        groups=(contracts.WorkingGroup(key="sprache", name=GROUP.name),),
        starts_at=STARTS,
        ends_at=ENDS,
        place=PLACE,
        results_go_to=BOARD,
        results_go_to_name=BOARD_NAME,
    ),
    contracts.ResultRecorded(
        **OF_CONFERENCE,
        result=RESULT,
        number=1,
        result_title=RESULT_TITLE,
        text=RESULT_TEXT,
        group="sprache",
        level=contracts.Level.CITY,
        comes_from=(
            contracts.Origin(contribution=GROUP_CONTRIBUTION, how=contracts.Lineage.ADOPTED),
            contracts.Origin(contribution=CONTRIBUTION, how=contracts.Lineage.MERGED),
        ),
    ),
    contracts.ResultCorrected(
        **OF_CONFERENCE,
        result=RESULT,
        number=1,
        result_title=CORRECTED.result_title,
        text=RESULT_TEXT,
        group=None,
        level=contracts.Level.LAND,
        comes_from=(contracts.Origin(contribution=CONTRIBUTION, how=contracts.Lineage.PARTLY),),
        reason=CORRECTED.reason,
    ),
    contracts.ConferenceHeld(
        conference=CONFERENCE,
        title=TITLE,
        host=OFFICE,
        host_name=OFFICE_NAME,
        held_on=HELD_ON,
        place=PLACE,
        attendance=120,
        results=(contracts.HeldResult(result=RESULT, number=1, result_title=RESULT_TITLE),),
        results_go_to=BOARD,
        results_go_to_name=BOARD_NAME,
    ),
    contracts.ConferenceCancelled(conference=CONFERENCE, **CONFERENCE_CANCELLED.model_dump()),
    contracts.ConferenceCorrected(conference=CONFERENCE, **CONFERENCE_CORRECTED.model_dump()),
    contracts.RegistrationOpened(**OF_CONFERENCE, closes_at=CLOSES, capacity=CAPACITY),
    contracts.RegistrationClosed(**OF_CONFERENCE, closed_at=NOW),
    contracts.RegistrationRequested(
        **OF_PLACE,
        language="de",
        email=EMAIL,
        name=NAME,
        confirm_token=REQUESTED.confirm_token,
        manage_token=MANAGE_TOKEN,
        starts_at=STARTS,
        place=PLACE,
        expires_at=REQUESTED.expires_at,
    ),
    contracts.RegistrationConfirmed(
        **OF_PLACE, language="de", email=EMAIL, name=NAME, manage_token=MANAGE_TOKEN, starts_at=STARTS, place=PLACE
    ),
    contracts.RegistrationMoved(
        **OF_PLACE,
        language="de",
        email=EMAIL,
        manage_token=MANAGE_TOKEN,
        starts_at=MOVED.starts_at,
        ends_at=MOVED.ends_at,
        place=MOVED.place,
        formerly_starts_at=STARTS,
        formerly_ends_at=ENDS,
        formerly_place=PLACE,
    ),
    contracts.RegistrationCalledOff(
        **OF_PLACE, language="de", email=EMAIL, manage_token=MANAGE_TOKEN, starts_at=STARTS, ends_at=ENDS, place=PLACE, reason=WHY_NOT
    ),
    contracts.RegistrationCancelled(**OF_PLACE),
    contracts.ContributionReceived(
        **TOLD,
        group="sprache",
        group_name=GROUP.name,
        kind=contracts.ContributionKind.SUGGESTION,
        receipt=RECEIPT,
        received_on=NOW.date(),
        language="de",
        email=HANDED_IN.email,
        receipt_token=HANDED_IN.receipt_token,
        erasure_token=HANDED_IN.erasure_token,
    ),
    contracts.ContributionPublished(**TOLD, group="sprache", group_name=GROUP.name, kind=contracts.ContributionKind.SUGGESTION, text=TEXT),
    contracts.ContributionSettled(**TOLD, fate=contracts.Fate.FORWARDED, reason=REASON),
    contracts.ContributionCorrected(
        **TOLD,
        public=True,
        group="arbeit",
        group_name="Arbeit und Ausbildung",
        kind=contracts.ContributionKind.EXPERIENCE,
        received_on=NOW.date(),
        text=CONTRIBUTION_CORRECTED.text,
        fate=contracts.Fate.NOT_ADOPTED,
        fate_reason=CONTRIBUTION_CORRECTED.fate_reason,
        reason=CONTRIBUTION_CORRECTED.reason,
    ),
)
