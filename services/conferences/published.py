"""What of the conferences service's facts the other services hear."""

from __future__ import annotations

from services.conferences.events.conference import (
    ConferenceCancelled,
    ConferenceCorrected,
    ConferenceHeld,
    ConferencePlanned,
    ResultCorrected,
    ResultRecorded,
)
from services.conferences.events.contribution import ContributionCorrected, ContributionPublished, ContributionReceived, ContributionSettled
from services.conferences.events.registrations import (
    RegistrationCalledOff,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationConfirmed,
    RegistrationMoved,
    RegistrationOpened,
    RegistrationRequested,
)
from shared.contracts import conferences as contracts
from shared.domain import Contract, Event
from shared.envelope import Received


def published(fact: Received[Event]) -> Contract | None:
    """The contract that tells of this fact. Access needs, names and texts of contributors stay inside, sealed or not."""
    match event := fact.message:
        case ConferencePlanned():
            return contracts.ConferencePlanned(conference=fact.stream, **event.model_dump())
        case ResultRecorded():
            return contracts.ResultRecorded(conference=fact.stream, **event.model_dump())
        case ResultCorrected():
            told = event.model_dump(exclude={"not_from"})
            return contracts.ResultCorrected(conference=fact.stream, **told)
        case ConferenceHeld():
            return contracts.ConferenceHeld(conference=fact.stream, **event.model_dump())
        case ConferenceCancelled():
            return contracts.ConferenceCancelled(conference=fact.stream, **event.model_dump())
        case ConferenceCorrected():
            return contracts.ConferenceCorrected(conference=fact.stream, **event.model_dump())
        case RegistrationOpened():
            return contracts.RegistrationOpened(**dict(event))
        case RegistrationClosed():
            return contracts.RegistrationClosed(**dict(event))
        case RegistrationRequested():
            return contracts.RegistrationRequested(**dict(event))
        case RegistrationConfirmed():
            return contracts.RegistrationConfirmed(**dict(event))
        case RegistrationMoved():
            return contracts.RegistrationMoved(**dict(event)) if event.told else None
        case RegistrationCalledOff():
            return contracts.RegistrationCalledOff(**dict(event)) if event.told else None
        case RegistrationCancelled():
            return contracts.RegistrationCancelled(**dict(event))
        case ContributionReceived():
            return contracts.ContributionReceived(contribution=fact.stream, **dict(event))
        case ContributionPublished():
            return contracts.ContributionPublished(contribution=fact.stream, **dict(event))
        case ContributionSettled():
            return contracts.ContributionSettled(contribution=fact.stream, **dict(event))
        case ContributionCorrected():
            return contracts.ContributionCorrected(contribution=fact.stream, public=event.text is not None, **dict(event))
        case _:
            return None
