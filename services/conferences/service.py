"""The conferences service: the only list of its parts."""

from __future__ import annotations

from fastapi import APIRouter

from services.conferences.api import (
    cancellation,
    conferences,
    contributed,
    contributions,
    corrections,
    fates,
    planning,
    registrants,
    registrations,
    results,
)
from services.conferences.conference import CONFERENCE
from services.conferences.contribution import CONTRIBUTION
from services.conferences.keeping import KEPT, PERIODS
from services.conferences.permissions import PERMISSIONS
from services.conferences.published import published
from services.conferences.reactions import REACTIONS
from services.conferences.read_models.conferences import CONFERENCES
from services.conferences.read_models.contributions import CONTRIBUTIONS
from services.conferences.read_models.known_bodies import KNOWN_BODIES
from services.conferences.read_models.registrations import REGISTRATIONS_LIST
from services.conferences.read_models.tokens import TOKENS
from services.conferences.registrations import REGISTRATIONS
from shared.contracts.conferences import CONTRACTS
from shared.contracts.meetings.bodies import BodyCorrected, BodyFounded, BodySucceeded, SuccessionCorrected
from shared.service import Service

router = APIRouter()
for part in (planning, conferences, cancellation, corrections, registrations, registrants, contributions, contributed, fates, results):
    router.include_router(part.router)

DECIDERS = (CONFERENCE, REGISTRATIONS, CONTRIBUTION)

SERVICE = Service(
    name="conferences",
    events=tuple(event for decider in DECIDERS for event in decider.events),
    deciders=DECIDERS,
    contracts=CONTRACTS,
    published=published,
    hears={"meetings": (BodyFounded, BodyCorrected, BodySucceeded, SuccessionCorrected)},
    projections=(CONFERENCES, REGISTRATIONS_LIST, TOKENS, CONTRIBUTIONS, KNOWN_BODIES, KEPT.projection),
    reactions=REACTIONS,
    timers=(PERIODS,),
    effects=(KEPT.effect,),
    router=router,
    permissions=PERMISSIONS,
)
