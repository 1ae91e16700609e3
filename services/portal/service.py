"""The portal: the only list of its parts. It keeps no log of its own; its read models fold what the services publish."""

from __future__ import annotations

from fastapi import APIRouter

from services.portal.app import face
from shared.service import Service

SERVICE = Service(
    name="portal",
    events=(),
    deciders=(),
    published=lambda _: None,
    router=APIRouter(),
    permissions={},
    face=face,
)
