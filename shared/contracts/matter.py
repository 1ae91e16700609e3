"""What a message is about, whoever owns it: a thing of some service, named the same everywhere."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Matter(BaseModel):
    """A thing of a service: `{"service": "conferences", "kind": "results", "id": …}`."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    service: str
    kind: str
    """What sort of thing it is in its own service: `results` (of a conference), `recommendation`, …"""
    id: UUID
