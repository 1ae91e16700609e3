"""What follows for the registrations when a conference was corrected: whoever comes is told. Pure: a wish and what stands in, facts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime

from services.conferences.events.registrations import RegistrationMoved, RegistrationPeriodCorrected
from services.conferences.periods import KEPT_AFTER_CONFERENCE, KEPT_AFTER_CORRECTION
from services.conferences.registered import Appointment, Registrations, named
from shared.domain import Command


class FollowCorrection(Command):
    """Let the registrations be for the conference as it was corrected."""

    conference: UUID
    title: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: str
    held: bool
    """Whether it was entered as held: then it is too late to tell anybody."""


def follow(command: FollowCorrection, state: Registrations) -> Sequence[RegistrationPeriodCorrected | RegistrationMoved]:
    """What is said to whoever registers from now on, and each place that was taken for another time or place. It is also remembered where
    registration is not open yet: whoever opens it in that moment may have read the plan before it was corrected."""
    if state.called_off:
        return []
    right: dict[str, Any] = {name: getattr(command, name) for name in ("conference", "title", "starts_at", "ends_at", "place")}
    if (opened := state.opened) is None:
        before = RegistrationPeriodCorrected(**right, closes_at=None)
        return [] if state.righted == before else [before]
    right["closes_at"] = min(state.wished_end or opened.closes_at, command.starts_at)
    changed = opened.model_copy(update=right) != opened
    corrected = [RegistrationPeriodCorrected(**right)] if changed else []
    return [*corrected, *moved(command, state)]


def moved(command: FollowCorrection, state: Registrations) -> Iterator[RegistrationMoved]:
    """The places of those who were told otherwise; what is kept of them follows the conference's end, but is not erased at once."""
    right = Appointment(command.starts_at, command.ends_at, command.place)
    for one in sorted(state.each.values(), key=lambda registration: registration.registration):
        to, wrong = one.addressee, one.appointment
        if to is None or wrong is None or wrong == right:
            continue
        yield RegistrationMoved(
            **named(state, one) | {"title": command.title},
            language=to.language,
            email=to.email,
            manage_token=to.manage_token,
            starts_at=right.starts_at,
            ends_at=right.ends_at,
            place=right.place,
            formerly_starts_at=wrong.starts_at,
            formerly_ends_at=wrong.ends_at,
            formerly_place=wrong.place,
            told=not command.held and max(right.ends_at, wrong.ends_at) > command.now,
            kept_until=max(right.ends_at + KEPT_AFTER_CONFERENCE, min(one.kept_until, command.now + KEPT_AFTER_CORRECTION)),
        )
