"""The addresses for everybody: list recommendations by how far they have come, and show one with all that came of it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from services.recommendations.api.corrections import ShownCorrection, shown_correction
from services.recommendations.api.measures import ShownMeasure
from services.recommendations.api.measures import shown as shown_measure
from services.recommendations.api.named import called_now
from services.recommendations.api.seen import bodies_of, must_see, sees_all
from services.recommendations.events import CommitteeInformed, RecommendationStarted
from services.recommendations.parts import Addressed, Addressee, AddresseeClass, AnswerRule, Instrument, Matter, Verdict
from services.recommendations.permissions import INSIDERS, OFFICER, SECRETARIAT
from services.recommendations.read_models.recommendations import RECOMMENDATIONS, ListedRecommendation, Standing, list_by_standing
from services.recommendations.recommendation import RECOMMENDATION
from services.recommendations.standing import Recommendation
from shared.http.call import Call
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.localday import local_day

router = APIRouter(tags=["recommendations"])
NEWEST_FIRST = Listing("recommendations", date, UUID)


class ShownAddressee(BaseModel):
    """An addressee, what is expected of it by when, and what has come."""

    body: UUID
    body_name: str
    address_class: AddresseeClass
    standing: Literal["not_issued", "waiting", "acknowledged", "answered"]
    acknowledge_by: Annotated[date | None, Field(description="The last day on which it is in time; null before the issue.")]
    answer_by: date | None
    acknowledged_on: date | None
    answered_on: date | None
    verdict: Verdict | None
    reasons: str | None
    late: Annotated[bool, Field(description="The answer came after its last day.")]
    acknowledgement_overdue: Annotated[bool, Field(description="Its last day is over, and nothing has come.")]
    answer_overdue: bool


class ShownInformation(BaseModel):
    """A committee that is to be informed, or has been: informed means that it has taken note in its own sitting."""

    committee: UUID
    committee_name: str
    department: UUID | None
    department_name: str | None
    standing: Literal["not_informed", "informed"]
    informed_at: AwareDatetime | None
    meeting: UUID | None
    item: UUID | None


class ShownWithdrawal(BaseModel):
    """Why the body no longer upholds it."""

    reason: str
    withdrawn_on: date


class ShownResolutionCorrection(BaseModel):
    """What was recorded of the resolution was wrong."""

    reason: str
    corrected_at: AwareDatetime


class ShownRecommendation(BaseModel):
    """A recommendation or statement with all that came of it."""

    id: UUID
    title: str
    instrument: Instrument
    body: UUID
    body_name: str
    public: bool
    standing: Standing
    resolution: UUID
    resolution_text: str
    resolution_corrected: ShownResolutionCorrection | None
    resolved_at: AwareDatetime
    meeting: UUID
    item: UUID
    matter: Annotated[Matter | None, Field(description="What was deliberated: the results of a conference, for instance.")]
    revision: Annotated[int, Field(description="Of the draft; 0 before the first.")]
    text: str | None
    admissibility: str | None
    issued_on: date | None
    rule: Annotated[AnswerRule | None, Field(description="The rule set that held on the day of the issue.")]
    addressees: list[ShownAddressee]
    informs: list[ShownInformation]
    measures: list[ShownMeasure]
    withdrawn: ShownWithdrawal | None
    corrections: Annotated[list[ShownCorrection], Field(description="What was entered wrongly of it, the last one last.")]


@router.get("/recommendations")
async def list_recommendations(
    call: Call,
    standing: Annotated[Standing | None, Query(description="Only those that have come just so far.")] = None,
    body: Annotated[UUID | None, Query(description="Given by this body only.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[ListedRecommendation]:
    """Recommendations and statements, the newest first; drafts and what is not public for those concerned only."""
    behind = cast("tuple[date, UUID] | None", NEWEST_FIRST.after(after))
    await call.wait_for(RECOMMENDATIONS.name, min_position)
    rows = await list_by_standing(
        call.read,
        standing=standing,
        body=body,
        sees_bodies=bodies_of(call, INSIDERS),
        acts_for=bodies_of(call, OFFICER),
        after=behind,
        limit=limit + 1,
    )
    return call.page(NEWEST_FIRST, await called_now(call, rows), limit, lambda row: (row.newest, row.recommendation))


@router.get("/recommendations/{recommendation}")
async def show_recommendation(recommendation: UUID, call: Call) -> ShownRecommendation:
    """One recommendation, as the log has it now; its ETag is its version for the secretariat."""
    version, state = await call.runtime.store.refresh(RECOMMENDATION, recommendation, must_see(call))
    started = state.started
    if started is None:
        raise NotFound
    call.show_version(version, SECRETARIAT, started.body)
    return await called_now(call, shown(recommendation, started, state, local_day(call.now), inside=sees_all(call, state)))


def shown(recommendation: UUID, started: RecommendationStarted, state: Recommendation, today: date, *, inside: bool) -> ShownRecommendation:
    """The recommendation as people see it on this day; `inside`, also what a committee noted in a sitting that is not public."""
    draft, issued, withdrawn, correction = state.draft, state.issued, state.withdrawn, state.correction
    addressees: tuple[Addressed, ...] = issued.addressees if issued else draft.addressees if draft else ()
    return ShownRecommendation(
        **state.named(),
        id=recommendation,
        standing=standing_of(state),
        resolution=started.resolution,
        resolution_text=correction.resolution_text if correction else started.resolution_text,
        resolution_corrected=(
            ShownResolutionCorrection(reason=correction.reason, corrected_at=correction.corrected_at) if correction else None
        ),
        resolved_at=started.resolved_at,
        meeting=started.meeting,
        item=started.item,
        matter=started.matter,
        revision=draft.revision if draft else 0,
        text=draft.text if draft else None,
        admissibility=draft.admissibility if draft else None,
        issued_on=issued.issued_on if issued else None,
        rule=issued.rule if issued else None,
        addressees=[shown_addressee(one, state) for one in addressees],
        informs=shown_informs(state, [one for one in state.informed if inside or one.public]),
        measures=[shown_measure(one, today) for one in state.measures],
        withdrawn=ShownWithdrawal(reason=withdrawn.reason, withdrawn_on=withdrawn.withdrawn_on) if withdrawn else None,
        corrections=[shown_correction(one) for one in state.corrections if inside or one.public],
    )


def standing_of(state: Recommendation) -> Standing:
    """Where it stands, in one word."""
    if state.withdrawn:
        return "withdrawn"
    if state.issued:
        return "issued"
    return "drafted" if state.draft else "started"


def shown_addressee(addressed: Addressed, state: Recommendation) -> ShownAddressee:
    """What is expected of an addressee, and what has come."""
    due = addressed if isinstance(addressed, Addressee) else None
    answer = state.answer_of(addressed.body)
    given = answer.given
    came = "answered" if given else "acknowledged" if answer.acknowledged else "waiting"
    overdue = state.overdue(addressed.body)
    return ShownAddressee(
        body=addressed.body,
        body_name=addressed.body_name,
        address_class=addressed.address_class,
        standing=cast('Literal["waiting", "acknowledged", "answered"]', came) if due else "not_issued",
        acknowledge_by=due.acknowledge_by if due else None,
        answer_by=due.answer_by if due else None,
        acknowledged_on=answer.acknowledged.acknowledged_on if answer.acknowledged else None,
        answered_on=given.answered_on if given else None,
        verdict=given.verdict if given else None,
        reasons=given.reasons if given else None,
        late=bool(given and due and given.answered_on > due.answer_by),
        acknowledgement_overdue="acknowledgement" in overdue,
        answer_overdue="answer" in overdue,
    )


def shown_informs(state: Recommendation, informed: list[CommitteeInformed]) -> list[ShownInformation]:
    """The committees that were to be informed, with the note that proves it, then those that took note of themselves."""
    foreseen = state.issued.informs if state.issued else state.draft.informs if state.draft else ()
    first: dict[UUID, CommitteeInformed] = {}
    for note in sorted(informed, key=lambda one: one.informed_at):
        first.setdefault(note.committee, note)
    wanted = [
        shown_information(one.committee, one.committee_name, one.department, one.department_name, first.pop(one.committee, None))
        for one in foreseen
    ]
    others = [shown_information(note.committee, note.committee_name, note.through, note.through_name, note) for note in first.values()]
    return [*wanted, *others]


def shown_information(
    committee: UUID, committee_name: str, department: UUID | None, department_name: str | None, note: CommitteeInformed | None
) -> ShownInformation:
    """A committee with the note that shows that it was informed, or without any."""
    return ShownInformation(
        committee=committee,
        committee_name=committee_name,
        department=department,
        department_name=department_name,
        standing="informed" if note else "not_informed",
        informed_at=note.informed_at if note else None,
        meeting=note.meeting if note else None,
        item=note.item if note else None,
    )
