"""A conference that does not take place: called off with a reason, which can be corrected. Pure: a wish and what stands in, facts out."""

from __future__ import annotations

from collections.abc import Sequence

from services.conferences.events.conference import ConferenceCancelled, ConferenceCorrected, ConferencePlanned
from shared.domain import Command, Refusal


class CancelConference(Command):
    """Call the conference off."""

    reason: str


class CorrectCancellation(Command):
    """Why the conference was called off was entered wrongly: this is why, and why that was entered otherwise."""

    cancelled_because: str
    reason: str


class ConferenceIsCancelled(Refusal):
    """A conference that was called off does not take place: nobody can register, contribute or change it any more."""


class ConferenceWasHeld(Refusal):
    """A conference that was held cannot be called off."""


class ConferenceIsNotCancelled(Refusal):
    """Why a conference was called off is corrected once it was."""


def cancel(
    command: CancelConference, planned: ConferencePlanned, cancelled_because: str | None, *, held: bool
) -> Sequence[ConferenceCancelled]:
    """Calling it off, whenever it was not held; once more for the same reason is nothing to do."""
    if cancelled_because == command.reason:
        return []
    must_take_place(cancelled_because)
    if held:
        raise ConferenceWasHeld
    told = {name: value for name, value in planned if name not in ("partners", "groups")}
    return [ConferenceCancelled(**told, reason=command.reason)]


def correct_cancellation(
    command: CorrectCancellation, planned: ConferencePlanned, cancelled_because: str | None
) -> Sequence[ConferenceCorrected]:
    """The right reason; the plan stays as it was, for nothing comes of it. What is recorded just so is nothing to do."""
    if cancelled_because is None:
        raise ConferenceIsNotCancelled
    if cancelled_because == command.cancelled_because:
        return []
    corrected = ConferenceCorrected(
        **dict(planned),
        formerly_title=planned.title,
        formerly_starts_at=planned.starts_at,
        formerly_ends_at=planned.ends_at,
        formerly_place=planned.place,
        held_on=None,
        attendance=None,
        cancelled_because=command.cancelled_because,
        reason=command.reason,
        corrected_at=command.now,
    )
    return [corrected]


def must_take_place(cancelled_because: str | None) -> None:
    """The refusal of what is only possible for a conference that was not called off."""
    if cancelled_because is not None:
        raise ConferenceIsCancelled
