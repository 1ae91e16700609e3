"""The notifications service: the only list of its parts."""

from __future__ import annotations

from fastapi import APIRouter

from services.notifications.api import contacts, feedback, letters, subscriptions
from services.notifications.dispatcher import DISPATCH
from services.notifications.feedback import FEEDBACK
from services.notifications.keeping import KEPT, PERIODS
from services.notifications.notification import NOTIFICATION
from services.notifications.permissions import PERMISSIONS
from services.notifications.published import published
from services.notifications.reactions import (
    REACTIONS,
    TOLD_BY_CONFERENCES,
    TOLD_BY_MEETINGS,
    TOLD_BY_RECOMMENDATIONS,
    TOLD_OF_ONE_PERSON,
)
from services.notifications.read_models.feedback import FEEDBACK_MODEL
from services.notifications.read_models.known_matters import KNOWN_MATTERS
from services.notifications.read_models.outcomes import OUTCOMES
from services.notifications.register import REGISTER
from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded
from shared.contracts.notifications import CONTRACTS
from shared.contracts.recommendations import RecommendationCorrected
from shared.service import Service

router = APIRouter()
for part in (subscriptions, contacts, letters, feedback):
    router.include_router(part.router)

DECIDERS = (REGISTER, NOTIFICATION, FEEDBACK)

SERVICE = Service(
    name="notifications",
    events=tuple(event for decider in DECIDERS for event in decider.events),
    deciders=DECIDERS,
    contracts=CONTRACTS,
    published=published,
    hears={
        "conferences": (*TOLD_BY_CONFERENCES, *TOLD_OF_ONE_PERSON),
        "meetings": (BodyFounded, BodyCorrected, *TOLD_BY_MEETINGS),
        "recommendations": (*TOLD_BY_RECOMMENDATIONS, RecommendationCorrected),
    },
    projections=(OUTCOMES, KNOWN_MATTERS, FEEDBACK_MODEL, KEPT.projection),
    reactions=REACTIONS,
    timers=(PERIODS,),
    effects=(DISPATCH, KEPT.effect),
    router=router,
    permissions=PERMISSIONS,
)
