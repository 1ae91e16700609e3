"""The address that proves an invitation: who was invited to a meeting, and whether it reached them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.meetings.api.kept import permitted_meeting
from services.meetings.read_models.invitation_service import INVITATION_SERVICE, served_invitations
from shared.http.call import Call
from shared.http.positions import MinPosition

router = APIRouter(tags=["meetings"])


class ShownInvitedMember(BaseModel):
    """Somebody who was invited, and what became of the letter."""

    member: UUID
    member_name: str
    invited_at: Annotated[AwareDatetime, Field(description="The last time, where it was more than once.")]
    invitations: int
    standing: Annotated[
        Literal["handed_over", "failed", "open"],
        Field(description="`open` as long as the outcome of one of the letters is not known; `failed` where one has failed since."),
    ]
    handed_over_at: Annotated[AwareDatetime | None, Field(description="When a letter was taken over last.")]
    failed_at: AwareDatetime | None
    cause: Annotated[str | None, Field(description="Why it failed: `no_address`, `refused`, `erased`, `given_up`, `stopped` or `unknown`.")]


class ShownInvitationService(BaseModel):
    """Who was invited to a meeting, by name, and how many of them were reached."""

    meeting: UUID
    handed_over: int
    failed: int
    open: int
    members: list[ShownInvitedMember]


@router.get("/meetings/{meeting}/invitation")
async def show_invitation_service(meeting: UUID, call: Call, min_position: MinPosition = 0) -> ShownInvitationService:
    """Whether the invitation has reached everybody; empty where nobody was invited yet."""
    await permitted_meeting(call, meeting)
    await call.wait_for(INVITATION_SERVICE.name, min_position)
    served = await served_invitations(call.read, meeting)
    counts = {standing: sum(one.standing == standing for one in served) for standing in ("handed_over", "failed", "open")}
    members = [ShownInvitedMember.model_validate(one, from_attributes=True) for one in served]
    return ShownInvitationService(meeting=meeting, **counts, members=members)
