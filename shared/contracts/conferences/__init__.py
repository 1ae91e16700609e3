"""What the conferences service publishes: conferences planned and held, registrations (sealed), contributions and results.

Everything about a conference is public but its registrations: they travel sealed, on the internal topic for services only.
"""

from __future__ import annotations

from shared.contracts.conferences.conference import (
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
    RegistrationCancelled,
    ContributionReceived,
    ContributionPublished,
    ContributionSettled,
    ContributionCorrected,
    ResultRecorded,
    ResultCorrected,
    ConferenceHeld,
    ConferenceCorrected,
)
