"""What this service keeps of people, and until when: registrations and contributions, each sealed under a key of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.conferences.contribution import CONTRIBUTION, EraseContribution, ForgetContribution
from services.conferences.events.contribution import ContributionErased, ContributionReceived
from services.conferences.events.registrations import (
    RegistrationCalledOff,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationErased,
    RegistrationMoved,
    RegistrationRequested,
)
from services.conferences.periods import KEPT_CONTRIBUTION
from services.conferences.registrations import REGISTRATIONS, EraseRegistration, ForgetRegistration
from shared.envelope import Received
from shared.forgetting import Forgets, Forgetting, Keeps
from shared.localday import day_end
from shared.projections.projection import OWN
from shared.reactor import Send
from shared.timers import CallOff, Due, Timers

Kept = RegistrationRequested | RegistrationErased | ContributionReceived | ContributionErased
OfPeriods = Kept | RegistrationConfirmed | RegistrationMoved | RegistrationCalledOff | RegistrationCancelled


def plan(received: Received[OfPeriods]) -> Iterable[Due | CallOff]:
    """One timer for each registration and contribution: when what is personal of it is erased by itself."""
    event, stream = received.message, received.stream
    match event:
        case RegistrationRequested() | RegistrationConfirmed() | RegistrationMoved() | RegistrationCalledOff() | RegistrationCancelled():
            forget = ForgetRegistration(now=received.entry.recorded_at, registration=event.registration)
            yield Due(event.kept_until, stream, forget, str(event.registration))
        case RegistrationErased():
            yield CallOff(str(event.registration))
        case ContributionReceived():
            if event.text:
                due = day_end(event.received_on + KEPT_CONTRIBUTION)
                yield Due(due, stream, ForgetContribution(now=received.entry.recorded_at))
        case ContributionErased():
            yield CallOff()
        case _:
            assert_never(event)


def tells(received: Received[Kept]) -> Iterable[Keeps | Forgets]:
    """What is kept, and what is kept no more."""
    event = received.message
    match event:
        case RegistrationRequested():
            yield Keeps(event.registration, event.email.subject, "registration")
        case RegistrationErased():
            yield Forgets(event.registration)
        case ContributionReceived():
            if event.text:
                yield Keeps(received.stream, event.text.subject, "contribution")
        case ContributionErased():
            yield Forgets(received.stream)
        case _:
            assert_never(event)


def erase_registration(stream: UUID, registration: UUID, now: datetime) -> Send:
    """The key of a registration is destroyed."""
    return Send(REGISTRATIONS, stream, EraseRegistration(now=now, registration=registration))


def erase_contribution(stream: UUID, _: UUID, now: datetime) -> Send:
    """The key of a contribution is destroyed."""
    return Send(CONTRIBUTION, stream, EraseContribution(now=now))


PERIODS = Timers(
    name="periods_v1",
    folds={
        OWN: (
            RegistrationRequested,
            RegistrationConfirmed,
            RegistrationMoved,
            RegistrationCalledOff,
            RegistrationCancelled,
            RegistrationErased,
            ContributionReceived,
            ContributionErased,
        )
    },
    plan=plan,
    sends={ForgetRegistration: REGISTRATIONS, ForgetContribution: CONTRIBUTION},
)
KEPT = Forgetting(
    name="kept_v2",
    folds=(RegistrationRequested, RegistrationErased, ContributionReceived, ContributionErased),
    tells=tells,
    enters={"registration": erase_registration, "contribution": erase_contribution},
)
