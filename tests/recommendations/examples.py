"""A recommendation and all that came of it, which the tests of this service speak of; one example of every fact and contract."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.recommendations import events
from services.recommendations.parts import Addressed, Addressee, AddresseeClass, Information, Instrument, Matter, Verdict
from services.recommendations.recommendation import recommendation_of
from services.recommendations.rules import BREMEN_MODEL
from shared.contracts import recommendations as contracts
from shared.contracts.matter import Matter as HeardMatter
from shared.contracts.meetings import bodies, sittings
from shared.domain import Named

BOARD = UUID("0b0d1e00-0000-4000-8000-000000000101")
BOARD_NAME = "Fachbeirat Migration und Chancengleichheit"
OFFICE = UUID("0b0d1e00-0000-4000-8000-000000000102")
OFFICE_NAME = "Sozialamt"
SCHOOLS = UUID("0b0d1e00-0000-4000-8000-000000000103")
SCHOOLS_NAME = "Schulamt"
DEPARTMENT = UUID("0b0d1e00-0000-4000-8000-000000000104")
DEPARTMENT_NAME = "Dezernat III"
COMMITTEE = UUID("0b0d1e00-0000-4000-8000-000000000105")
COMMITTEE_NAME = "Ausschuss für Arbeit, Soziales, Seniorinnen und Senioren, Migration und Menschen mit Behinderung"
OTHER_COMMITTEE = UUID("0b0d1e00-0000-4000-8000-000000000106")
OTHER_COMMITTEE_NAME = "Ausschuss für Schule und Kultur"
CONFERENCE = UUID("0b0d1e00-0000-4000-8000-000000000107")
MEETING = UUID("0b0d1e00-0000-4000-8000-000000000108")
ITEM = UUID("0b0d1e00-0000-4000-8000-000000000109")
RESOLUTION = UUID("0b0d1e00-0000-4000-8000-000000000110")
COMMITTEE_MEETING = UUID("0b0d1e00-0000-4000-8000-000000000111")
COMMITTEE_ITEM = UUID("0b0d1e00-0000-4000-8000-000000000112")
MEASURE = UUID("0b0d1e00-0000-4000-8000-000000000113")
RECOMMENDATION = recommendation_of(RESOLUTION)

RESOLVED_AT = datetime(2019, 2, 14, 16, 0, tzinfo=UTC)
NOW = datetime(2019, 2, 20, 9, 0, tzinfo=UTC)
ISSUED_ON = date(2019, 2, 20)
ACKNOWLEDGE_BY = date(2019, 2, 28)
ANSWER_BY = date(2019, 4, 3)
NOTED_AT = datetime(2019, 3, 12, 16, 30, tzinfo=UTC)
LATER = datetime(2019, 3, 20, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)

ITEM_TITLE = "Ergebnisse der 5. Integrationskonferenz"
TITLE = "Sprachkurse am Abend mit Kinderbetreuung"
RESOLUTION_TEXT = "Der Fachbeirat empfiehlt Sprachkurse am Abend."
CORRECTED_TEXT = "Der Fachbeirat empfiehlt Sprachkurse am Abend, mit Kinderbetreuung."
CORRECTION = "Die Kinderbetreuung fehlte in der Niederschrift."
TEXT = "Sprachkurse sollen auch am Abend stattfinden; die Kinder werden währenddessen betreut."
ADMISSIBILITY = "Sie betrifft mehrere Zielgruppen: Eltern, Beschäftigte, Auszubildende."
WITHDRAWAL = "Das Land bietet solche Kurse nun selbst an."
REASONS = "Die Mittel stehen im Haushalt bereit."
OTHER_REASONS = "Die Mittel stehen nur für das erste Halbjahr bereit."
MISREAD = "Der Haushaltsplan wurde falsch gelesen."
WHAT = "Zwei Abendkurse mit Betreuung in der Volkshochschule."
EVIDENCE = "Kursprogramm Herbst 2019, Seite 12."
FINDING = "Beide Kurse finden statt; die Betreuung ist eingerichtet."
DUE_ON = date(2019, 9, 1)
DONE_ON = date(2019, 8, 20)
VERIFIED_ON = date(2019, 9, 5)

MATTER = Matter(service="conferences", kind="results", id=CONFERENCE)
ADDRESSED = (
    Addressed(body=OFFICE, body_name=OFFICE_NAME, address_class=AddresseeClass.OFFICE),
    Addressed(body=SCHOOLS, body_name=SCHOOLS_NAME, address_class=AddresseeClass.OFFICE),
)
ADDRESSEES = tuple(Addressee(**dict(one), acknowledge_by=ACKNOWLEDGE_BY, answer_by=ANSWER_BY) for one in ADDRESSED)
INFORMS = (
    Information(committee=COMMITTEE, committee_name=COMMITTEE_NAME, department=DEPARTMENT, department_name=DEPARTMENT_NAME),
)  # fmt: skip

NAMED: dict[str, Any] = {"instrument": Instrument.RECOMMENDATION, "body": BOARD, "body_name": BOARD_NAME, "public": True}
OF_RECOMMENDATION: dict[str, Any] = {"title": TITLE, **NAMED}
OF_ANSWER: dict[str, Any] = {**OF_RECOMMENDATION, "addressee": OFFICE, "addressee_name": OFFICE_NAME}
OF_MEASURE: dict[str, Any] = {**OF_ANSWER, "measure": MEASURE, "what": WHAT}

STARTED = events.RecommendationStarted(
    title=ITEM_TITLE,
    **NAMED,
    resolution=RESOLUTION,
    meeting=MEETING,
    item=ITEM,
    matter=MATTER,
    resolution_text=RESOLUTION_TEXT,
    resolved_at=RESOLVED_AT,
)
CORRECTION_NOTED = events.ResolutionCorrectionNoted(
    title=ITEM_TITLE, **NAMED, resolution_text=CORRECTED_TEXT, reason=CORRECTION, corrected_at=RESOLVED_AT + DAY
)
DRAFTED = events.RecommendationDrafted(
    **OF_RECOMMENDATION, revision=1, text=TEXT, admissibility=ADMISSIBILITY, addressees=ADDRESSED, informs=INFORMS
)
ISSUED = events.RecommendationIssued(
    **OF_RECOMMENDATION,
    resolution=RESOLUTION,
    matter=MATTER,
    text=TEXT,
    admissibility=ADMISSIBILITY,
    addressees=ADDRESSEES,
    informs=INFORMS,
    issued_on=ISSUED_ON,
    rule=BREMEN_MODEL,
)
WITHDRAWN = events.RecommendationWithdrawn(
    **OF_RECOMMENDATION, reason=WITHDRAWAL, withdrawn_on=date(2019, 3, 20), addressees=(OFFICE, SCHOOLS)
)
INFORMED = events.CommitteeInformed(
    **OF_RECOMMENDATION,
    committee=COMMITTEE,
    committee_name=COMMITTEE_NAME,
    through=DEPARTMENT,
    through_name=DEPARTMENT_NAME,
    meeting=COMMITTEE_MEETING,
    item=COMMITTEE_ITEM,
    informed_at=NOTED_AT,
)
ACKNOWLEDGED = events.RecommendationAcknowledged(**OF_ANSWER, acknowledged_on=date(2019, 2, 22))
ANSWERED = events.RecommendationAnswered(**OF_ANSWER, verdict=Verdict.ACCEPTED, reasons=REASONS, answered_on=date(2019, 3, 20))
ACKNOWLEDGEMENT_OVERDUE = events.AcknowledgementOverdue(**OF_ANSWER, was_due=ACKNOWLEDGE_BY)
ANSWER_OVERDUE = events.AnswerOverdue(**OF_ANSWER, was_due=ANSWER_BY)
PROMISED = events.MeasurePromised(**OF_MEASURE, due_on=DUE_ON)
REPORTED_DONE = events.MeasureReportedDone(**OF_MEASURE, evidence=EVIDENCE, done_on=DONE_ON)
VERIFIED = events.MeasureVerified(**OF_MEASURE, verified_on=VERIFIED_ON, finding=FINDING)
CORRECTED = events.RecommendationCorrected(
    **OF_RECOMMENDATION,
    entry=ANSWERED.model_copy(update={"verdict": Verdict.PARTLY, "reasons": OTHER_REASONS, "answered_on": date(2019, 3, 19)}),
    stands=True,
    reason=MISREAD,
    corrected_at=datetime(2019, 3, 20, 9, 0, tzinfo=UTC),
    expects=(),
)

NOTE_CORRECTED_AT = datetime(2019, 3, 21, 9, 0, tzinfo=UTC)


def note_corrected(*, stands: bool = True, **changes: Any) -> events.RecommendationCorrected:
    """What follows from the correction of the committee's note."""
    right = INFORMED.model_copy(update=changes)
    why: dict[str, Any] = {"reason": CORRECTION, "corrected_at": NOTE_CORRECTED_AT, "expects": ()}
    return events.RecommendationCorrected(**OF_RECOMMENDATION, entry=right, stands=stands, **why)


EVENT_EXAMPLES: tuple[Named, ...] = (
    STARTED,
    CORRECTION_NOTED,
    DRAFTED,
    ISSUED,
    WITHDRAWN,
    INFORMED,
    ACKNOWLEDGED,
    ANSWERED,
    ACKNOWLEDGEMENT_OVERDUE,
    ANSWER_OVERDUE,
    PROMISED,
    REPORTED_DONE,
    VERIFIED,
    CORRECTED,
)

TOLD: dict[str, Any] = {"recommendation": RECOMMENDATION, "title": TITLE, **NAMED, "instrument": sittings.Instrument.RECOMMENDATION}
TOLD_MATTER = HeardMatter(service="conferences", kind="results", id=CONFERENCE)
TOLD_OF_ANSWER: dict[str, Any] = {**TOLD, "addressee": OFFICE, "addressee_name": OFFICE_NAME}
TOLD_OF_MEASURE: dict[str, Any] = {**TOLD_OF_ANSWER, "measure": MEASURE, "what": WHAT}
CONTRACT_EXAMPLES: tuple[Named, ...] = (
    contracts.RecommendationStarted(
        **TOLD | {"title": ITEM_TITLE},
        resolution=RESOLUTION,
        meeting=MEETING,
        item=ITEM,
        matter=TOLD_MATTER,
        resolved_at=RESOLVED_AT,
    ),
    contracts.RecommendationIssued(
        **TOLD,
        resolution=RESOLUTION,
        matter=TOLD_MATTER,
        text=TEXT,
        admissibility=ADMISSIBILITY,
        addressees=tuple(contracts.Addressee(**one.model_dump()) for one in ADDRESSEES),
        informs=tuple(contracts.Information(**one.model_dump()) for one in INFORMS),
        issued_on=ISSUED_ON,
    ),
    contracts.RecommendationWithdrawn(**TOLD, reason=WITHDRAWAL, withdrawn_on=date(2019, 3, 20)),
    contracts.CommitteeInformed(
        **TOLD,
        committee=COMMITTEE,
        committee_name=COMMITTEE_NAME,
        through=DEPARTMENT,
        through_name=DEPARTMENT_NAME,
        meeting=COMMITTEE_MEETING,
        item=COMMITTEE_ITEM,
        informed_at=NOTED_AT,
    ),
    contracts.RecommendationAcknowledged(**TOLD_OF_ANSWER, acknowledged_on=date(2019, 2, 22)),
    contracts.RecommendationAnswered(**TOLD_OF_ANSWER, verdict=contracts.Verdict.ACCEPTED, reasons=REASONS, answered_on=date(2019, 3, 20)),
    contracts.AcknowledgementOverdue(**TOLD_OF_ANSWER, was_due=ACKNOWLEDGE_BY),
    contracts.AnswerOverdue(**TOLD_OF_ANSWER, was_due=ANSWER_BY),
    contracts.MeasurePromised(**TOLD_OF_MEASURE, due_on=DUE_ON),
    contracts.MeasureReportedDone(**TOLD_OF_MEASURE, evidence=EVIDENCE, done_on=DONE_ON),
    contracts.MeasureVerified(**TOLD_OF_MEASURE, verified_on=VERIFIED_ON, finding=FINDING),
    contracts.RecommendationCorrected(
        **TOLD,
        entry=contracts.RecommendationAnswered(
            **TOLD_OF_ANSWER, verdict=contracts.Verdict.PARTLY, reasons=OTHER_REASONS, answered_on=date(2019, 3, 19)
        ),
        stands=True,
        reason=MISREAD,
        corrected_at=datetime(2019, 3, 20, 9, 0, tzinfo=UTC),
    ),
)

HEARD: dict[str, Any] = {"body": BOARD, "body_name": BOARD_NAME, "public": True}
VOTES = sittings.Votes(yes=9, no=1, abstentions=2, present=12, entitled=18, quorum=10)
RESOLUTION_PASSED = sittings.ResolutionPassed(
    **HEARD,
    meeting=MEETING,
    title="Erste Sitzung 2019",
    item=ITEM,
    item_title=ITEM_TITLE,
    matter=TOLD_MATTER,
    proposal=None,
    proposed_by=None,
    proposed_by_name=None,
    resolution=RESOLUTION,
    text=RESOLUTION_TEXT,
    instrument=sittings.Instrument.RECOMMENDATION,
    votes=VOTES,
    resolved_at=RESOLVED_AT,
)
RESOLUTION_CORRECTED = sittings.ResolutionCorrected(
    **{name: value for name, value in RESOLUTION_PASSED if name not in {"instrument", "resolved_at", "text"}},
    text=CORRECTED_TEXT,
    reason=CORRECTION,
    corrected_at=RESOLVED_AT + DAY,
)
NOTE_TAKEN = sittings.NoteTaken(
    body=COMMITTEE,
    body_name=COMMITTEE_NAME,
    public=True,
    meeting=COMMITTEE_MEETING,
    title="Sitzung im März",
    item=COMMITTEE_ITEM,
    item_title=TITLE,
    matter=HeardMatter(service="recommendations", kind="recommendation", id=RECOMMENDATION),
    proposal=UUID(int=5),
    proposed_by=DEPARTMENT,
    proposed_by_name=DEPARTMENT_NAME,
    body_kind="committee",
    proposed_by_kind="department",
    noted_at=NOTED_AT,
)
NOTE_CORRECTED = sittings.SittingCorrected(
    **{name: value for name, value in NOTE_TAKEN if name != "noted_at"},
    what=sittings.Corrected.NOTE,
    formerly=NOTED_AT,
    at=NOTED_AT + DAY,
    summary=None,
    reason=CORRECTION,
    corrected_at=NOTE_CORRECTED_AT,
)


def founded(body: UUID, name: str, kind: str) -> bodies.BodyFounded:
    """What the meetings service says of a body."""
    return bodies.BodyFounded(
        body=body,
        body_name=name,
        kind=kind,
        legal_nature="administration",
        secretariat=None,
        lead_office=None,
        reports_to=None,
        founded_on=date(2013, 4, 25),
    )


def renamed(body: UUID, formerly: str, name: str, kind: str) -> bodies.BodyCorrected:
    """What the meetings service says of a body that was entered wrongly."""
    right = dict(founded(body, name, kind)) | {"formerly_name": formerly, "reason": "Falsch eingetragen.", "corrected_at": NOW}
    return bodies.BodyCorrected(**right)


SUCCEEDED = bodies.BodySucceeded(
    body=COMMITTEE,
    body_name=COMMITTEE_NAME,
    successor=OTHER_COMMITTEE,
    successor_name=OTHER_COMMITTEE_NAME,
    on=date(2019, 2, 15),
    reason="Zusammengelegt.",
)
"""The day after the resolution."""
BODIES_FOUNDED: tuple[bodies.BodyFounded, ...] = (
    founded(BOARD, BOARD_NAME, "advisory_board"),
    founded(OFFICE, OFFICE_NAME, "office"),
    founded(SCHOOLS, SCHOOLS_NAME, "office"),
    founded(DEPARTMENT, DEPARTMENT_NAME, "department"),
    founded(COMMITTEE, COMMITTEE_NAME, "committee"),
    founded(OTHER_COMMITTEE, OTHER_COMMITTEE_NAME, "committee"),
)
