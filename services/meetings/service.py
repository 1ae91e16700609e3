"""The meetings service: the only list of its parts."""

from __future__ import annotations

from fastapi import APIRouter

from services.meetings.api import (
    agenda,
    bodies,
    cadence,
    composition,
    correcting_bodies,
    correcting_meetings,
    correcting_seats,
    invitation,
    meetings,
    proposals,
    seating,
    sittings,
)
from services.meetings.body import BODY
from services.meetings.composition import COMPOSITION
from services.meetings.duty import DUTY
from services.meetings.meeting import MEETING
from services.meetings.permissions import PERMISSIONS
from services.meetings.proposal import PROPOSAL
from services.meetings.published import published
from services.meetings.reactions import REACTIONS
from services.meetings.read_models.bodies import BODIES
from services.meetings.read_models.cadence import CADENCE
from services.meetings.read_models.duties import DUTIES
from services.meetings.read_models.invitation_service import INVITATION_SERVICE
from services.meetings.read_models.known_matters import KNOWN_MATTERS
from services.meetings.read_models.proposals import PROPOSALS
from services.meetings.read_models.upcoming import UPCOMING
from services.meetings.sitting import SITTING
from shared.contracts.conferences import ConferenceCorrected, ConferenceHeld
from shared.contracts.meetings.catalogue import CONTRACTS
from shared.contracts.notifications import NotificationFailed, NotificationHandedOver
from shared.contracts.recommendations import RecommendationCorrected, RecommendationIssued, RecommendationWithdrawn
from shared.service import Service

router = APIRouter()
router.include_router(bodies.router)
router.include_router(cadence.router)
router.include_router(correcting_bodies.router)
router.include_router(composition.router)
router.include_router(seating.router)
router.include_router(correcting_seats.router)
router.include_router(meetings.router)
router.include_router(correcting_meetings.router)
router.include_router(agenda.router)
router.include_router(invitation.router)
router.include_router(sittings.router)
router.include_router(proposals.router)

DECIDERS = (BODY, COMPOSITION, PROPOSAL, MEETING, SITTING, DUTY)

SERVICE = Service(
    name="meetings",
    events=tuple(event for decider in DECIDERS for event in decider.events),
    deciders=DECIDERS,
    contracts=CONTRACTS,
    published=published,
    hears={
        "conferences": (ConferenceHeld, ConferenceCorrected),
        "recommendations": (RecommendationIssued, RecommendationWithdrawn, RecommendationCorrected),
        "notifications": (NotificationHandedOver, NotificationFailed),
    },
    projections=(BODIES, UPCOMING, CADENCE, PROPOSALS, DUTIES, KNOWN_MATTERS, INVITATION_SERVICE),
    reactions=REACTIONS,
    router=router,
    permissions=PERMISSIONS,
)
