"""One story as four services tell it: a conference, what the board made of it, and something secret beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from services.portal.read_models.called import CALLED
from services.portal.read_models.receipts import RECEIPTS
from services.portal.read_models.tasks import TASKS
from services.portal.read_models.timeline import TIMELINE
from services.portal.read_models.trace import TRACE
from shared.contracts import conferences, notifications, recommendations
from shared.contracts.conferences import ContributionKind, Fate, Level, Lineage, Origin
from shared.contracts.matter import Matter
from shared.contracts.meetings import bodies, duties, planning, proposals, sittings
from shared.contracts.meetings.proposals import Asked
from shared.contracts.meetings.sittings import Instrument, Votes
from shared.contracts.recommendations import Addressee, AddresseeClass, Information, Verdict
from shared.privacy.sealed import Sealed
from shared.projections.projection import Projection
from shared.testing import History, ReadModel

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

ROOT = UUID("0b0d1e00-0000-4000-8000-0000000000ff")


def named(name: str) -> UUID:
    """The id of a thing of the story."""
    return uuid5(ROOT, name)


OFFICE, BOARD, SOCIAL, DEPARTMENT, COMMITTEE = (named(name) for name in ("office", "board", "social", "department", "committee"))
NAMES = {
    OFFICE: "Koordinierungsstelle",
    BOARD: "Fachbeirat",
    SOCIAL: "Sozialamt",
    DEPARTMENT: "Dezernat III",
    COMMITTEE: "Sozialausschuss",
}
CONFERENCE, DUTY, PROPOSAL, CANCELLED, MEETING, PLACED_BEFORE, ITEM, RESOLUTION = (
    named(name) for name in ("conference", "duty", "proposal", "cancelled", "meeting", "item before", "item", "resolution")
)
RECOMMENDATION, MEASURE, NOTE_PROPOSAL, COMMITTEE_MEETING, NOTE_ITEM = (
    named(name) for name in ("recommendation", "measure", "note proposal", "committee meeting", "note item")
)
SECRET_MEETING, SECRET_ITEM, SECRET_RESOLUTION, SECRET_RECOMMENDATION, SECRET_PROPOSAL = (
    named(name) for name in ("secret meeting", "secret item", "secret resolution", "secret recommendation", "secret proposal")
)
MEMBER, UNREACHED = named("member"), named("unreached")
HELD_ON = date(2018, 11, 30)
BEGINS = datetime(2018, 11, 30, 9, tzinfo=UTC)
MEETS = datetime(2019, 1, 22, 15, tzinfo=UTC)
COMMITTEE_MEETS = datetime(2019, 3, 5, 15, tzinfo=UTC)
ISSUED_ON, ANSWER_BY = date(2019, 2, 1), date(2019, 3, 15)
RIGHTED_AT = datetime(2019, 6, 21, 9, tzinfo=UTC)
NOW = datetime(2019, 6, 17, 9, tzinfo=UTC)
"""94 days after the answer was due."""
CITY_TITLE = "Fünfte Integrationskonferenz"
ASKS = "Sprachmittlung in allen Ämtern"
SECRET = "Streng vertraulich"
OF_CONFERENCE: dict[str, Any] = {"conference": CONFERENCE, "title": CITY_TITLE}
RESULTS = Matter(service="conferences", kind="results", id=CONFERENCE)
RECOMMENDED = Matter(service="recommendations", kind="recommendation", id=RECOMMENDATION)
VOTES = Votes(yes=9, no=1, abstentions=2, present=12, entitled=15, quorum=8)


def token(number: int) -> str:
    """What the contributor of this contribution was given."""
    return f"token-{number}"


def contribution(number: int) -> UUID:
    """The id of a contribution."""
    return named(f"contribution {number}")


def result(number: int) -> UUID:
    """The id of a result, from 1."""
    return named(f"result {number}")


def sealed() -> Sealed[str]:
    """A value that nobody here can open."""
    box = {"sealed": 1, "source": "/city/conferences", "subject": str(named("subject")), "key": str(named("key"))}
    return Sealed[str].model_validate(box | {"purpose": "contributor.token", "nonce": "AAAAAAAAAAAAAAAA", "box": "A" * 22})


@dataclass
class Told:
    """What each service has told so far."""

    conferences: History = field(default_factory=lambda: History("conferences", datetime(2018, 9, 3, 9, tzinfo=UTC)))
    meetings: History = field(default_factory=lambda: History("meetings", datetime(2019, 1, 2, 9, tzinfo=UTC)))
    recommendations: History = field(default_factory=lambda: History("recommendations", datetime(2019, 2, 1, 9, tzinfo=UTC)))
    notifications: History = field(default_factory=lambda: History("notifications", datetime(2019, 1, 8, 9, tzinfo=UTC)))

    @property
    def histories(self) -> tuple[History, ...]:
        """All four."""
        return self.conferences, self.meetings, self.recommendations, self.notifications

    async def fill_anew(self, pool: Pool, *projections: Projection) -> None:
        """The same after everything that was told before has been forgotten."""
        await pool.execute("set client_min_messages = warning; drop schema read cascade")
        await self.fill(pool, *projections)

    async def fill(self, pool: Pool, *projections: Projection) -> None:
        """These read models, or all of them, hold what was told."""
        for projection in projections or (TRACE, RECEIPTS, TASKS, TIMELINE, CALLED):
            heard = {history.source: history for history in self.histories if history.source in projection.folds}
            await ReadModel(pool, projection).given(**heard).then()


NO_NOTE: dict[str, Any] = {"body_kind": None, "proposed_by_kind": None}
"""What a correction says of anything but a note."""


def the_conference(told: Told, contributions: int = 10, *, results: int = 3) -> None:
    """Planned, contributed to, held; every tenth contribution goes into no result and one is never published."""
    the_conference_is_planned(told)
    history = told.conferences
    went: dict[int, list[Origin]] = {number: [] for number in range(1, results + 1)}
    for number in range(contributions):
        hand_in(history, number)
        if number % 10 != 9:
            went[number % results + 1].append(Origin(contribution=contribution(number), how=list(Lineage)[number % 4]))
    for number, origins in went.items():
        history.add(
            CONFERENCE,
            conferences.ResultRecorded(
                **OF_CONFERENCE, result=result(number), number=number, result_title=f"Ergebnis {number}", text="Es wird gewünscht.",
                group="sprache", level=Level.CITY, comes_from=tuple(origins),
            ),
        )  # fmt: skip
    corrected = conferences.ResultCorrected(
        **OF_CONFERENCE, result=result(1), number=1, result_title="Ergebnis 1, berichtigt", text="Anders.", group="sprache",
        level=Level.CITY, comes_from=tuple(went[1]), reason="Verschrieben.",
    )  # fmt: skip
    held = tuple(conferences.HeldResult(result=result(number), number=number, result_title=f"Ergebnis {number}") for number in went)
    history.add(
        CONFERENCE,
        corrected,
        conferences.ConferenceHeld(
            **OF_CONFERENCE, host=OFFICE, host_name=NAMES[OFFICE], held_on=HELD_ON, place="Volkshochschule", attendance=70, results=held,
            results_go_to=BOARD, results_go_to_name=NAMES[BOARD],
        ),
    )  # fmt: skip
    history.add(named("registrations"), conferences.RegistrationClosed(**OF_CONFERENCE, closed_at=BEGINS))


def the_conference_is_planned(told: Told) -> None:
    """Planned, and its registration open."""
    opened = conferences.RegistrationOpened(**OF_CONFERENCE, closes_at=BEGINS - timedelta(days=3), capacity=120)
    told.conferences.add(CONFERENCE, conference_planned()).add(named("registrations"), opened)


WHY_NOT = "Die Halle ist gesperrt."
OF_PLAN: dict[str, Any] = {
    "host": OFFICE, "host_name": NAMES[OFFICE], "starts_at": BEGINS, "ends_at": BEGINS + timedelta(hours=6), "place": "Volkshochschule",
    "results_go_to": BOARD, "results_go_to_name": NAMES[BOARD],
}  # fmt: skip


def conference_planned(**changes: Any) -> conferences.ConferencePlanned:
    """The plan as it was entered."""
    return conferences.ConferencePlanned(**OF_CONFERENCE | OF_PLAN | {"partners": ("Volkshochschule",), "groups": ()} | changes)


def conference_cancelled(**changes: Any) -> conferences.ConferenceCancelled:
    """It does not take place."""
    return conferences.ConferenceCancelled(**OF_CONFERENCE | OF_PLAN | {"reason": WHY_NOT} | changes)


def the_conference_is_corrected(told: Told) -> None:
    """Fewer were there than was entered."""
    told.conferences.add(CONFERENCE, conference_corrected(held_on=HELD_ON, attendance=68))


def conference_corrected(**changes: Any) -> conferences.ConferenceCorrected:
    """What was entered of the conference, put right; held only where that is said."""
    told: dict[str, Any] = {
        **OF_CONFERENCE, "host": OFFICE, "host_name": NAMES[OFFICE], "partners": (), "groups": (), "starts_at": BEGINS,
        "place": "Volkshochschule",
        "ends_at": BEGINS + timedelta(hours=6), "formerly_title": CITY_TITLE, "formerly_starts_at": BEGINS,
        "formerly_ends_at": BEGINS + timedelta(hours=6),
        "formerly_place": "Volkshochschule", "results_go_to": BOARD, "results_go_to_name": NAMES[BOARD], "held_on": None,
        "attendance": None, "cancelled_because": None, "reason": "Falsch eingetragen.", "corrected_at": NOW,
    }  # fmt: skip
    return conferences.ConferenceCorrected(**told | changes)


def the_conference_is_cancelled(told: Told) -> None:
    """It was planned, registered for and contributed to, and does not take place."""
    the_conference_is_planned(told)
    hand_in(told.conferences, 2)
    told.conferences.add(CONFERENCE, conference_cancelled())


def hand_in(history: History, number: int) -> None:
    """A contribution: number 1 is never published; those that end in 9 are settled."""
    stream = contribution(number)
    history.add(
        stream,
        conferences.ContributionReceived(
            **OF_CONFERENCE, contribution=stream, group="sprache", group_name="AG Sprache", kind=ContributionKind.SUGGESTION,
            receipt=sha256(token(number).encode()).hexdigest(), received_on=date(2018, 10, 1) + timedelta(days=number % 30),
            language="de", email=None, receipt_token=sealed(), erasure_token=None,
        ),
    )  # fmt: skip
    if number != 1:
        history.add(
            stream,
            conferences.ContributionPublished(
                **OF_CONFERENCE, contribution=stream, group="sprache", group_name="AG Sprache", kind=ContributionKind.SUGGESTION,
                text=f"Anregung {number}",
            ),
        )  # fmt: skip
    if number == 6:
        corrected = conferences.ContributionCorrected(
            **OF_CONFERENCE, contribution=stream, public=True, group="arbeit", group_name="AG Arbeit", kind=ContributionKind.EXPERIENCE,
            received_on=date(2018, 10, 7), text="Erfahrung 6", fate=None, fate_reason=None, reason="Verwechselt.",
        )  # fmt: skip
        history.add(stream, corrected)
    if number % 10 == 9:
        why = "Das entscheidet das Land."
        history.add(
            stream, conferences.ContributionSettled(**OF_CONFERENCE, contribution=stream, fate=Fate.FORWARDED, reason=why)
        )  # fmt: skip


def of_meeting(meeting: UUID, body: UUID = BOARD, *, public: bool = True) -> dict[str, Any]:
    """What each message says of a meeting."""
    return {"meeting": meeting, "body": body, "body_name": NAMES[body], "title": "Sitzung" if public else SECRET, "public": public}


def scheduled(meeting: UUID, starts_at: datetime, body: UUID = BOARD, *, public: bool = True) -> planning.MeetingScheduled:
    """A meeting as planned."""
    return planning.MeetingScheduled(
        **of_meeting(meeting, body, public=public), starts_at=starts_at, ends_at=None, place="Stadthaus", entered_later=False
    )


def of_proposal(proposal: UUID, matter: Matter, body: UUID, asked: Asked, by: UUID | None, *, public: bool = True) -> dict[str, Any]:
    """What each message says of a proposal."""
    name = NAMES[by] if by else None
    return {
        "proposal": proposal, "body": body, "body_name": NAMES[body], "matter": matter, "title": CITY_TITLE if public else SECRET,
        "public": public, "asked": asked, "proposed_by": by, "proposed_by_name": name,
    }  # fmt: skip


def of_item(meeting: UUID, item: UUID, matter: Matter | None, proposal: UUID | None, body: UUID = BOARD, **more: Any) -> dict[str, Any]:
    """What each message says of an item that was dealt with."""
    public = more.pop("public", True)
    return {
        **of_meeting(meeting, body, public=public), "item": item, "item_title": CITY_TITLE if public else SECRET, "matter": matter,
        "proposal": proposal, "proposed_by": None, "proposed_by_name": None, **more,
    }  # fmt: skip


def of_duty() -> dict[str, Any]:
    """What each message says of the board's duty."""
    return {"duty": DUTY, "conference": CONFERENCE, "conference_title": CITY_TITLE, "body": BOARD, "body_name": NAMES[BOARD]}


def the_board_meets(told: Told) -> None:
    """The duty opens; the results wait, are placed, come back, are placed again, received, deliberated and resolved upon."""
    history = told.meetings
    duty = of_duty()
    history.add(DUTY, duties.HandoverDutyOpened(**duty, opened_on=HELD_ON, due_by=date(2019, 5, 30)))
    put = of_proposal(PROPOSAL, RESULTS, BOARD, Asked.RECEIVE_AND_DELIBERATE, OFFICE)
    history.add(PROPOSAL, proposals.ItemProposed(**put, proposed_at=BEGINS + timedelta(days=1), due_by=None))
    before = MEETS - timedelta(days=7)
    history.add(CANCELLED, scheduled(CANCELLED, before))
    history.add(CANCELLED, proposals.ItemPlaced(**put, meeting=CANCELLED, item=PLACED_BEFORE, starts_at=before))
    called_off = planning.MeetingCancelled(
        **of_meeting(CANCELLED), starts_at=before, ends_at=None, place="Stadthaus", reason="Der Raum steht nicht zur Verfügung."
    )
    history.add(CANCELLED, proposals.ItemReturned(**put, meeting=CANCELLED, item=PLACED_BEFORE), called_off)
    moved = planning.MeetingRescheduled(
        **of_meeting(MEETING), starts_at=MEETS, ends_at=None, place="Stadthaus", formerly_starts_at=before, formerly_place="Stadthaus"
    )
    history.add(MEETING, scheduled(MEETING, before), moved)
    history.add(MEETING, proposals.ItemPlaced(**put, meeting=MEETING, item=ITEM, starts_at=MEETS))
    members = (
        planning.InvitedMember(member=MEMBER, member_name="A. Beispiel"),
        planning.InvitedMember(member=UNREACHED, member_name="B. Beispiel"),
    )
    history.add(
        MEETING,
        planning.MeetingInvited(
            **of_meeting(MEETING), starts_at=MEETS, ends_at=None, place="Stadthaus", members=members, agenda=(),
            invited_at=datetime(2019, 1, 8, tzinfo=UTC),
        ),
    )  # fmt: skip
    dealt, sitting = of_item(MEETING, ITEM, RESULTS, PROPOSAL), named("sitting")
    at = MEETS + timedelta(minutes=30)
    history.add(
        sitting,
        sittings.ResultsReceived(**dealt, received_at=MEETS),
        sittings.ItemDeliberated(**dealt, deliberated_at=at, summary="Breite Zustimmung."),
        sittings.ResolutionPassed(
            **dealt, resolution=RESOLUTION, text=ASKS, instrument=Instrument.RECOMMENDATION, votes=VOTES, resolved_at=at
        ),
        sittings.ResolutionRejected(**dealt | {"item": named("rejected item")}, text="Nein.", votes=VOTES, rejected_at=at),
    )
    history.add(DUTY, duties.HandoverDutyFulfilled(**duty, meeting=MEETING, public=True, fulfilled_at=at))
    held = sittings.MeetingHeld(**of_meeting(MEETING), opened_at=MEETS, closed_at=at, place="Stadthaus")
    rejected = sittings.RejectionCorrected(
        **dealt | {"item": named("rejected item")}, rejected_at=at, text="Nein.", votes=VOTES, reason="Verzählt.", corrected_at=at
    )
    corrected = sittings.ResolutionCorrected(
        **dealt, resolution=RESOLUTION, text=f"{ASKS}.", votes=VOTES, reason="Punkt fehlte.", corrected_at=at
    )
    wrong: dict[str, Any] = {"formerly": MEETS, "summary": None, "reason": "Abgeschrieben.", "corrected_at": at}
    right = sittings.SittingCorrected(**dealt, what=sittings.Corrected.RECEIPT, at=MEETS + timedelta(minutes=1), **NO_NOTE, **wrong)
    history.add(sitting, held, corrected, rejected, right, title_corrected(named("rejected item"), None, item_title=dealt["item_title"]))
    reopened = duties.HandoverDutyReopened(**duty, meeting=MEETING, public=True, reason="Abgeschrieben.")
    history.add(DUTY, reopened, duties.HandoverDutyFulfilled(**duty, meeting=MEETING, public=True, fulfilled_at=at))
    declined = of_proposal(named("declined"), RESULTS, COMMITTEE, Asked.TAKE_NOTE, OFFICE)
    history.add(
        named("declined"),
        proposals.ItemProposed(**declined, proposed_at=MEETS, due_by=None),
        proposals.ProposalDeclined(**declined, reason="Nicht zuständig."),
        proposals.DeclinationCorrected(**declined, declined_because="Im Herbst.", reason="Verwechselt.", corrected_at=MEETS),
        proposals.ProposalRenamed(**declined, reason="Verschrieben."),
    )
    history.add(DUTY, duties.HandoverDutyRenamed(**duty, reason="Verschrieben."))


def title_corrected(item: UUID, resolution: UUID | None, **changes: Any) -> sittings.ItemTitleCorrected:
    """What an item of the board's meeting is called, put right."""
    called = of_item(MEETING, item, RESULTS, PROPOSAL) | changes
    return sittings.ItemTitleCorrected(**called, resolution=resolution, formerly="Falsch", reason="Verschrieben.", corrected_at=RIGHTED_AT)


def meeting_corrected(meeting: UUID = MEETING, **changes: Any) -> planning.MeetingCorrected:
    """What was entered of the meeting as invited, put right."""
    right: dict[str, Any] = {
        **of_meeting(meeting), "starts_at": MEETS, "ends_at": None, "place": "Stadthaus 1", "cancelled_because": None,
        "reason": "Falsch eingetragen.", "corrected_at": RIGHTED_AT,
    }  # fmt: skip
    return planning.MeetingCorrected(**right | changes)


def it_was_never_deliberated(told: Told, *, after_all: bool = False) -> None:
    """The board had deliberated something else; and then, it had deliberated this."""
    history, at = told.meetings, datetime(2019, 3, 1, 9, tzinfo=UTC)
    dealt, duty = of_item(MEETING, ITEM, RESULTS, PROPOSAL), of_duty()
    put = of_proposal(PROPOSAL, RESULTS, BOARD, Asked.RECEIVE_AND_DELIBERATE, OFFICE)
    reason = "Beraten wurde ein anderer Punkt."
    never = sittings.SittingCorrected(
        **dealt, what=sittings.Corrected.DELIBERATION, formerly=MEETS, at=None, summary=None, **NO_NOTE, reason=reason, corrected_at=at
    )
    history.add(named("sitting"), never)
    history.add(MEETING, proposals.ItemReturned(**put, meeting=MEETING, item=ITEM))
    history.add(DUTY, duties.HandoverDutyReopened(**duty, meeting=MEETING, public=True, reason=reason))
    if after_all:
        history.add(named("sitting"), sittings.ItemDeliberated(**dealt, deliberated_at=MEETS, summary=None))
        history.add(MEETING, proposals.ItemPlaced(**put, meeting=MEETING, item=ITEM, starts_at=MEETS))
        history.add(DUTY, duties.HandoverDutyFulfilled(**duty, meeting=MEETING, public=True, fulfilled_at=MEETS))


def of_recommendation(recommendation: UUID = RECOMMENDATION, *, public: bool = True) -> dict[str, Any]:
    """What each message says of a recommendation."""
    title = ASKS if public else SECRET
    return {
        "recommendation": recommendation, "title": title, "instrument": Instrument.RECOMMENDATION, "body": BOARD,
        "body_name": NAMES[BOARD], "public": public,
    }  # fmt: skip


def issued(recommendation: UUID, resolution: UUID, matter: Matter | None, *, public: bool = True) -> recommendations.RecommendationIssued:
    """Issued to the social office; the committee is to be informed through the department."""
    addressee = Addressee(
        body=SOCIAL, body_name=NAMES[SOCIAL], address_class=AddresseeClass.OFFICE, acknowledge_by=date(2019, 2, 11), answer_by=ANSWER_BY
    )
    told = Information(
        committee=COMMITTEE, committee_name=NAMES[COMMITTEE], department=DEPARTMENT, department_name=NAMES[DEPARTMENT]
    )  # fmt: skip
    return recommendations.RecommendationIssued(
        **of_recommendation(recommendation, public=public), resolution=resolution, matter=matter, text="Empfohlen wird …",
        admissibility="Grundsätzlich.", addressees=(addressee,), informs=(told,), issued_on=ISSUED_ON,
    )  # fmt: skip


def the_recommendation_is_issued(told: Told) -> None:
    """Started by the resolution, and issued."""
    started = recommendations.RecommendationStarted(
        **of_recommendation(), resolution=RESOLUTION, meeting=MEETING, item=ITEM, matter=RESULTS, resolved_at=MEETS
    )
    told.recommendations.add(RECOMMENDATION, started, issued(RECOMMENDATION, RESOLUTION, RESULTS))


def the_committee_is_informed(told: Told) -> None:
    """The department puts it to the committee, which takes note."""
    history = told.meetings
    put = of_proposal(NOTE_PROPOSAL, RECOMMENDED, COMMITTEE, Asked.TAKE_NOTE, DEPARTMENT)
    history.add(NOTE_PROPOSAL, proposals.ItemProposed(**put, proposed_at=datetime(2019, 2, 4, tzinfo=UTC), due_by=None))
    history.add(
        COMMITTEE_MEETING,
        scheduled(COMMITTEE_MEETING, COMMITTEE_MEETS, COMMITTEE),
        proposals.ItemPlaced(**put, meeting=COMMITTEE_MEETING, item=NOTE_ITEM, starts_at=COMMITTEE_MEETS),
    )
    dealt = of_item(COMMITTEE_MEETING, NOTE_ITEM, RECOMMENDED, NOTE_PROPOSAL, COMMITTEE)
    history.add(
        named("committee sitting"),
        sittings.NoteTaken(**dealt, body_kind="committee", proposed_by_kind="department", noted_at=COMMITTEE_MEETS),
    )
    told.recommendations.add(RECOMMENDATION, INFORMED)


INFORMED = recommendations.CommitteeInformed(
    **of_recommendation(), committee=COMMITTEE, committee_name=NAMES[COMMITTEE], through=DEPARTMENT, through_name=NAMES[DEPARTMENT],
    meeting=COMMITTEE_MEETING, item=NOTE_ITEM, informed_at=COMMITTEE_MEETS,
)  # fmt: skip
OF_ANSWER: dict[str, Any] = {**of_recommendation(), "addressee": SOCIAL, "addressee_name": NAMES[SOCIAL]}
ACKNOWLEDGED = recommendations.RecommendationAcknowledged(**OF_ANSWER, acknowledged_on=date(2019, 2, 8))
OVERDUE = recommendations.AnswerOverdue(**OF_ANSWER, was_due=ANSWER_BY)
ANSWERED = recommendations.RecommendationAnswered(**OF_ANSWER, verdict=Verdict.PARTLY, reasons="Zum Teil.", answered_on=date(2019, 6, 20))
OF_MEASURE: dict[str, Any] = {**OF_ANSWER, "measure": MEASURE, "what": "Sprachmittlung im Sozialamt"}
PROMISED = recommendations.MeasurePromised(**OF_MEASURE, due_on=date(2019, 9, 30))
REPORTED = recommendations.MeasureReportedDone(**OF_MEASURE, evidence="Dienstanweisung", done_on=date(2019, 9, 20))
VERIFIED = recommendations.MeasureVerified(**OF_MEASURE, verified_on=date(2019, 10, 1), finding="Gesehen.")


def corrected(entry: recommendations.Entry, *, stands: bool = True, **changes: Any) -> recommendations.RecommendationCorrected:
    """This was entered wrongly; it is told the day after the answer."""
    told = of_recommendation(public=entry.public) | {"recommendation": entry.recommendation, "title": changes.get("title", entry.title)}
    return recommendations.RecommendationCorrected(
        **told, entry=entry.model_copy(update=changes), stands=stands, reason="Falsch erfasst.", corrected_at=RIGHTED_AT
    )


def the_office_answers(told: Told) -> None:
    """Acknowledged late, overdue, answered, corrected, promised, done, verified."""
    right = corrected(ANSWERED, verdict=Verdict.ACCEPTED, reasons="Ganz.")
    late = recommendations.AcknowledgementOverdue(**OF_ANSWER, was_due=date(2019, 2, 11))
    told.recommendations.add(RECOMMENDATION, late, ACKNOWLEDGED, OVERDUE, ANSWERED, right, PROMISED, REPORTED, VERIFIED)


def letters(told: Told) -> None:
    """One member's invitation is handed over, another's fails."""
    about = Matter(service="meetings", kind="meeting", id=MEETING)
    for member, number in ((MEMBER, 1), (UNREACHED, 2)):
        letter: dict[str, Any] = {
            "notification": named(f"letter {number}"),
            "kind": "meeting_invited",
            "about": about,
            "recipient": named(f"reader {number}"),
        }
        at = datetime(2019, 1, 8, 10, tzinfo=UTC)
        message = (
            notifications.NotificationHandedOver(**letter, member=member, channel="email", message_id="<1@example.org>", handed_over_at=at)
            if member == MEMBER
            else notifications.NotificationFailed(**letter, member=member, channel="email", cause="no_address", failed_at=at)
        )
        told.notifications.add(named(f"letter {number}"), message)


def something_secret(told: Told) -> None:
    """A non-public meeting takes up the recommendation, resolves, and another recommendation stays inside; nobody outside may notice."""
    put = of_proposal(SECRET_PROPOSAL, RECOMMENDED, BOARD, Asked.DELIBERATE, DEPARTMENT, public=False)
    told.meetings.add(SECRET_PROPOSAL, proposals.ItemProposed(**put, proposed_at=MEETS, due_by=None))
    told.meetings.add(
        SECRET_MEETING,
        scheduled(SECRET_MEETING, MEETS + timedelta(days=60), public=False),
        proposals.ItemPlaced(**put, meeting=SECRET_MEETING, item=SECRET_ITEM, starts_at=MEETS + timedelta(days=60)),
    )
    dealt = of_item(SECRET_MEETING, SECRET_ITEM, RECOMMENDED, SECRET_PROPOSAL, public=False)
    told.meetings.add(
        named("secret sitting"),
        sittings.ItemDeliberated(**dealt, deliberated_at=MEETS + timedelta(days=60), summary=None),
        sittings.ResolutionPassed(
            **dealt, resolution=SECRET_RESOLUTION, text=SECRET, instrument=Instrument.STATEMENT, votes=VOTES,
            resolved_at=MEETS + timedelta(days=60),
        ),
    )  # fmt: skip
    started = recommendations.RecommendationStarted(
        **of_recommendation(SECRET_RECOMMENDATION, public=False), resolution=SECRET_RESOLUTION, meeting=SECRET_MEETING, item=SECRET_ITEM,
        matter=RECOMMENDED, resolved_at=MEETS + timedelta(days=60),
    )  # fmt: skip
    hidden = issued(SECRET_RECOMMENDATION, SECRET_RESOLUTION, RECOMMENDED, public=False)
    withdrawn = recommendations.RecommendationWithdrawn(
        **of_recommendation(SECRET_RECOMMENDATION, public=False), reason=SECRET, withdrawn_on=date(2019, 4, 1)
    )
    told.recommendations.add(SECRET_RECOMMENDATION, started, hidden, withdrawn)


def whole_story(contributions: int = 10, *, secret: bool = True) -> Told:
    """Everything, to the verified measure."""
    told = Told()
    the_conference(told, contributions)
    the_conference_is_corrected(told)
    the_board_meets(told)
    told.meetings.add(MEETING, meeting_corrected())
    the_recommendation_is_issued(told)
    the_committee_is_informed(told)
    the_office_answers(told)
    letters(told)
    if secret:
        something_secret(told)
    return told


def with_one_called_off(told: Told) -> Told:
    """The same, and another conference, which does not take place, for another reason than was entered first."""
    other: dict[str, Any] = {"conference": named("called off"), "title": "Sechste"}
    right = conference_corrected(**other, cancelled_because="Wasserschaden.")
    told.conferences.add(other["conference"], conference_planned(**other), conference_cancelled(**other), right)
    return told


RIGHT_NAMES = {BOARD: "Fachbeirat für Migration", SOCIAL: "Amt für Soziales"}


def renamed(told: Told) -> Told:
    """The same, and afterwards the names of two bodies are put right."""
    for body, name in RIGHT_NAMES.items():
        right = bodies.BodyCorrected(
            body=body, formerly_name=NAMES[body], body_name=name, kind="office", legal_nature="administration", secretariat=None,
            lead_office=None, reports_to=None, founded_on=date(2013, 4, 25), reason="Falsch geschrieben.", corrected_at=RIGHTED_AT,
        )  # fmt: skip
        told.meetings.add(body, right)
    return told


def event_ids(told: Told) -> set[str]:
    """Of everything that was told."""
    return {str(entry.event_id) for history in told.histories for entry in history.entries}


def told_types(histories: Iterable[History]) -> set[str]:
    """The names of all messages that were told."""
    return {entry.type for history in histories for entry in history.entries}
