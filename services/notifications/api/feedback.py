"""The addresses of feedback: everybody may say what is in the way; the office reads it and marks what it has dealt with."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.notifications.api.tokens import Heard, Mail, keyring_of, seal
from services.notifications.feedback import FEEDBACK, AnswerFeedback, GiveFeedback
from services.notifications.read_models.feedback import FEEDBACK_MODEL, list_feedback
from shared.http.call import Call, Done
from shared.http.paging import DEFAULT_LIMIT, After, Limit, Listing, Page
from shared.http.positions import MinPosition
from shared.http.problems import NotFound
from shared.privacy.keyring import SubjectErased
from shared.privacy.sealed import Erased
from shared.text import Line, Prose

router = APIRouter(tags=["feedback"])
BY_TIME = Listing("feedback", datetime, UUID)


class NewFeedback(BaseModel):
    """What is in the way."""

    model_config = ConfigDict(extra="forbid")

    text: Prose
    email: Annotated[Mail | None, Field(description="Where an answer is wanted.")] = None
    page: Annotated[Line | None, Field(description="Which page it is about: its address or its heading.")] = None


class Answer(BaseModel):
    """What was done."""

    model_config = ConfigDict(extra="forbid")

    note: Prose
    reason: Annotated[Prose | None, Field(description="Why what was noted before is replaced, where it is.")] = None


class ShownFeedback(BaseModel):
    """What somebody said, opened for the office."""

    feedback: UUID
    text: str | Erased
    email: str | Erased | None
    page: str | Erased | None
    given_at: datetime
    note: str | Erased | None
    reason: Annotated[str | Erased | None, Field(description="Why the note was corrected the last time.")]
    answered_at: datetime | None


@router.post("/feedback", status_code=202)
async def give_feedback(wish: NewFeedback, call: Call) -> Heard:
    """Say what is in the way, on which page, and where an answer is wanted, if anywhere."""
    keyring = keyring_of(call)
    subject = (await keyring.thing_of(wish.email)).subject if wish.email else await keyring.new_subject()
    command = GiveFeedback(
        now=call.now,
        text=await seal(call, wish.text, subject, "feedback.text"),
        email=await seal(call, wish.email, subject, "feedback.email") if wish.email else None,
        page=await seal(call, wish.page, subject, "feedback.page") if wish.page else None,
    )
    await call.execute(FEEDBACK, call.new_stream(), command, begins=True)
    given = (await call.runtime.store.load(FEEDBACK, call.new_stream()))[1].given
    if given is None or given.text.subject != subject:
        await keyring.erase(subject)  # It came twice: the other one's key is the one in use.
    return Heard()


@router.get("/feedback")
async def list_all_feedback(
    call: Call,
    answered: Annotated[bool | None, Query(description="Only what the office has dealt with, or only what it has not.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
    min_position: MinPosition = 0,
) -> Page[ShownFeedback]:
    """What people have said, the oldest first."""
    behind = cast("tuple[datetime, UUID] | None", BY_TIME.after(after))
    await call.wait_for(FEEDBACK_MODEL.name, min_position)
    rows = await list_feedback(call.read, behind, limit + 1, answered=answered)
    sealed = [value for row in rows for value in (row.text, row.email, row.page, row.note, row.reason) if value]
    values: list[str | Erased] = [*await keyring_of(call).open_many(sealed)]
    opened = dict(zip((one.nonce for one in sealed), values, strict=True))
    shown = [
        ShownFeedback(
            feedback=row.feedback,
            text=opened[row.text.nonce],
            email=opened[row.email.nonce] if row.email else None,
            page=opened[row.page.nonce] if row.page else None,
            given_at=row.given_at,
            note=opened[row.note.nonce] if row.note else None,
            reason=opened[row.reason.nonce] if row.reason else None,
            answered_at=row.answered_at,
        )
        for row in rows
    ]
    return call.page(BY_TIME, shown, limit, lambda row: (row.given_at, row.feedback))


@router.post("/feedback/{feedback}/answer")
async def answer_feedback(feedback: UUID, wish: Answer, call: Call) -> Done:
    """Mark it as dealt with, and say how; or correct what was noted of that, with a reason."""
    given = (await call.runtime.store.refresh(FEEDBACK, feedback))[1].given
    if given is None:
        raise NotFound
    keyring, subject = keyring_of(call), given.text.subject
    try:
        note = await keyring.seal(wish.note, subject, "feedback.note")
    except SubjectErased:
        # Whoever said it has had everything erased: what the office did stays the office's to read.
        subject = await keyring.new_subject()
        note = await keyring.seal(wish.note, subject, "feedback.note")
    reason = await seal(call, wish.reason, subject, "feedback.reason") if wish.reason else None
    return await call.execute(FEEDBACK, feedback, AnswerFeedback(now=call.now, note=note, reason=reason), if_match="none")
