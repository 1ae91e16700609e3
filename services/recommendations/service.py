"""The recommendations service: the only list of its parts."""

from __future__ import annotations

from fastapi import APIRouter

from services.recommendations.api import answers, corrections, drafts, measures, recommendations
from services.recommendations.deadlines import ANSWER_DEADLINES
from services.recommendations.events import EVENTS
from services.recommendations.permissions import PERMISSIONS
from services.recommendations.published import published
from services.recommendations.reactions import (
    MEETINGS,
    WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED,
    WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION,
)
from services.recommendations.read_models.known_bodies import KNOWN_BODIES
from services.recommendations.read_models.open_answers import OPEN_ANSWERS
from services.recommendations.read_models.recommendations import RECOMMENDATIONS
from services.recommendations.recommendation import RECOMMENDATION
from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded, BodySucceeded, SuccessionCorrected
from shared.contracts.meetings.sittings import NoteTaken, ResolutionCorrected, ResolutionPassed, SittingCorrected
from shared.contracts.recommendations import CONTRACTS
from shared.service import Service

router = APIRouter()
router.include_router(drafts.router)
router.include_router(answers.router)
router.include_router(measures.router)
router.include_router(corrections.router)
router.include_router(recommendations.router)

SERVICE = Service(
    name="recommendations",
    events=EVENTS,
    deciders=(RECOMMENDATION,),
    contracts=CONTRACTS,
    published=published,
    hears={
        MEETINGS: (
            BodyFounded,
            BodyCorrected,
            BodySucceeded,
            SuccessionCorrected,
            ResolutionPassed,
            ResolutionCorrected,
            NoteTaken,
            SittingCorrected,
        )
    },
    projections=(RECOMMENDATIONS, OPEN_ANSWERS, KNOWN_BODIES),
    reactions=(WHEN_RESOLUTION_PASSED_THEN_START_RECOMMENDATION, WHEN_NOTE_TAKEN_THEN_RECORD_COMMITTEE_INFORMED),
    timers=(ANSWER_DEADLINES,),
    router=router,
    permissions=PERMISSIONS,
)
