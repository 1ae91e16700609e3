"""Answers what people have said is in the way, and what nobody has dealt with yet; still sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from services.notifications.events.feedback import FeedbackAnswered, FeedbackGiven
from shared.envelope import Received
from shared.privacy.sealed import Sealed
from shared.projections.projection import OWN, Projection, Statement

if TYPE_CHECKING:
    from shared.eventstore.log import Queryable

TABLES = """
create table feedback_v2 (
    feedback uuid primary key,
    text text not null,
    email text,
    page text,
    given_at timestamptz not null,
    note text,
    reason text,
    answered_at timestamptz
);
"""
INDEXES = "create index feedback_v2_by_time on feedback_v2 (given_at, feedback);"
GIVE = """insert into feedback_v2 (feedback, text, email, page, given_at) values ($1, $2, $3, $4, $5)
on conflict (feedback) do nothing"""
ANSWER = "update feedback_v2 set note = $2, reason = $3, answered_at = coalesce(answered_at, $4) where feedback = $1"


def project(received: Received[FeedbackGiven | FeedbackAnswered]) -> Iterable[Statement]:
    """One row for each, its personal values as they came."""
    event = received.message
    match event:
        case FeedbackGiven():
            email = event.email.model_dump_json() if event.email else None
            page = event.page.model_dump_json() if event.page else None
            yield Statement(GIVE, (received.stream, event.text.model_dump_json(), email, page, event.given_at))
        case FeedbackAnswered():
            reason = event.reason.model_dump_json() if event.reason else None
            yield Statement(ANSWER, (received.stream, event.note.model_dump_json(), reason, event.answered_at))
        case _:
            assert_never(event)


FEEDBACK_MODEL = Projection(
    name="feedback_v2", folds={OWN: (FeedbackGiven, FeedbackAnswered)}, tables=TABLES, project=project, indexes=INDEXES
)


@dataclass(frozen=True, slots=True)
class ListedFeedback:
    """What somebody said, sealed."""

    feedback: UUID
    text: Sealed[str]
    email: Sealed[str] | None
    page: Sealed[str] | None
    given_at: datetime
    note: Sealed[str] | None
    reason: Sealed[str] | None
    """Why the note was corrected the last time; None where it never was."""
    answered_at: datetime | None


QUERY = """select feedback, text, email, page, given_at, note, reason, answered_at from feedback_v2
where ($1::timestamptz is null or (given_at, feedback) > ($1, $2)) and ($4::bool is null or (answered_at is not null) = $4)
order by given_at, feedback limit $3"""


async def list_feedback(
    db: Queryable, after: tuple[datetime, UUID] | None, limit: int, *, answered: bool | None = None
) -> Sequence[ListedFeedback]:
    """Feedback in the order in which it came, behind the (time, id) of the last one seen; only what is answered, or is not, if told so."""
    at, last = after or (None, None)
    rows = await db.fetch(QUERY, at, last, limit, answered)
    return [ListedFeedback(**{**row, **{name: _sealed(row[name]) for name in ("text", "email", "page", "note", "reason")}}) for row in rows]


def _sealed(text: str | None) -> Sealed[str] | None:
    return None if text is None else Sealed[str].model_validate_json(text)
