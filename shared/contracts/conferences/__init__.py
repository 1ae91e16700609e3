"""What the conferences service publishes: conferences planned, held or called off, registrations (sealed), contributions and results.

Everything about a conference is public but its registrations: they travel sealed, on the internal topic for services only.
"""

from __future__ import annotations

from shared.contracts.conferences.conference import (
    ConferenceCancelled,
    ConferenceCorrected,
    ConferenceHeld,
    ConferencePlanned,
    ResultCorrected,
    ResultRecorded,
)
from shared.contracts.conferences.contributions import (
    ContributionCorrected,
    ContributionPublished,
    ContributionReceived,
    ContributionSettled,
)
from shared.contracts.conferences.parts import (
    ContributionKind,
    Fate,
    HeldResult,
    Language,
    Level,
    Lineage,
    OfConference,
    Origin,
    WorkingGroup,
)
from shared.contracts.conferences.registrations import (
    RegistrationCalledOff,
    RegistrationCancelled,
    RegistrationClosed,
    RegistrationConfirmed,
    RegistrationMoved,
    RegistrationOpened,
    RegistrationRequested,
)
from shared.domain import Contract

__all__ = [
    "CONTRACTS",
    "ConferenceCancelled",
    "ConferenceCorrected",
    "ConferenceHeld",
    "ConferencePlanned",
    "ContributionCorrected",
    "ContributionKind",
    "ContributionPublished",
    "ContributionReceived",
    "ContributionSettled",
    "Fate",
    "HeldResult",
    "Language",
    "Level",
    "Lineage",
    "OfConference",
    "Origin",
    "RegistrationCalledOff",
    "RegistrationCancelled",
    "RegistrationClosed",
    "RegistrationConfirmed",
    "RegistrationMoved",
    "RegistrationOpened",
    "RegistrationRequested",
    "ResultCorrected",
    "ResultRecorded",
    "WorkingGroup",
]

CONTRACTS: tuple[type[Contract], ...] = (
    ConferencePlanned,
    RegistrationOpened,
    RegistrationClosed,
    RegistrationRequested,
    RegistrationConfirmed,
    RegistrationMoved,
    RegistrationCalledOff,
    RegistrationCancelled,
    ContributionReceived,
    ContributionPublished,
    ContributionSettled,
    ContributionCorrected,
    ResultRecorded,
    ResultCorrected,
    ConferenceHeld,
    ConferenceCancelled,
    ConferenceCorrected,
)
