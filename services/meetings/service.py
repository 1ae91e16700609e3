"""The meetings service: the only list of its parts."""

from __future__ import annotations

from fastapi import APIRouter

from services.meetings.api import bodies, composition, meetings
from services.meetings.body import BODY
from services.meetings.composition import COMPOSITION
from services.meetings.events import EVENTS
from services.meetings.meeting import MEETING
from services.meetings.permissions import PERMISSIONS
from services.meetings.published import published
from services.meetings.reactions import WHEN_MEETING_OPENED_THEN_OPEN_SITTING
from services.meetings.read_models.bodies import BODIES
from services.meetings.read_models.cadence import CADENCE
from services.meetings.read_models.upcoming import UPCOMING
from services.meetings.sitting import SITTING
from shared.contracts.meetings import CONTRACTS
from shared.service import Service

router = APIRouter()
router.include_router(bodies.router)
router.include_router(composition.router)
router.include_router(meetings.router)

SERVICE = Service(
    name="meetings",
    events=EVENTS,
    deciders=(BODY, COMPOSITION, MEETING, SITTING),
    contracts=CONTRACTS,
    published=published,
    projections=(BODIES, UPCOMING, CADENCE),
    reactions=(WHEN_MEETING_OPENED_THEN_OPEN_SITTING,),
    router=router,
    permissions=PERMISSIONS,
)
