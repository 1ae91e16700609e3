"""The portal: the only list of its parts. It keeps no log of its own; its read models fold what the services publish."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.app import face
from services.portal.read_models.called import CALLED
from services.portal.read_models.receipts import RECEIPTS
from services.portal.read_models.tasks import TASKS
from services.portal.read_models.timeline import TIMELINE
from services.portal.read_models.trace import TRACE
from shared.contracts import conferences, notifications, recommendations
from shared.contracts.meetings.catalogue import CONTRACTS as MEETINGS
from shared.service import Service

SERVICE = Service(
    name="portal",
    events=(),
    deciders=(),
    published=lambda _: None,
    hears={
        "conferences": conferences.CONTRACTS,
        "meetings": MEETINGS,
        "recommendations": recommendations.CONTRACTS,
        "notifications": notifications.CONTRACTS,
    },
    projections=(TIMELINE, TRACE, RECEIPTS, TASKS, CALLED),
    router=APIRouter(),
    permissions={},
    keyring=False,
    face=face,
)
