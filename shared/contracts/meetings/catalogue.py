"""All that the meetings service publishes."""

from __future__ import annotations

from shared.contracts.meetings.bodies import (
    BodyCorrected,
    BodyFounded,
    BodySucceeded,
    MemberLeftSeat,
    MemberSeated,
    SeatCorrected,
    SeatingCorrected,
    SeatingTakenBack,
    SuccessionCorrected,
)
from shared.contracts.meetings.duties import HandoverDutyFulfilled, HandoverDutyOpened, HandoverDutyRenamed, HandoverDutyReopened
from shared.contracts.meetings.planning import MeetingCancelled, MeetingCorrected, MeetingInvited, MeetingRescheduled, MeetingScheduled
from shared.contracts.meetings.proposals import (
    DeclinationCorrected,
    ItemPlaced,
    ItemProposed,
    ItemReturned,
    ProposalDeclined,
    ProposalRenamed,
)
from shared.contracts.meetings.sittings import (
    ItemDeliberated,
    ItemTitleCorrected,
    MeetingHeld,
    NoteTaken,
    RejectionCorrected,
    ResolutionCorrected,
    ResolutionPassed,
    ResolutionRejected,
    ResultsReceived,
    SittingCorrected,
)
from shared.domain import Contract

CONTRACTS: tuple[type[Contract], ...] = (
    BodyFounded,
    BodySucceeded,
    BodyCorrected,
    SuccessionCorrected,
    MemberSeated,
    MemberLeftSeat,
    SeatingCorrected,
    SeatingTakenBack,
    SeatCorrected,
    MeetingScheduled,
    MeetingRescheduled,
    MeetingCancelled,
    MeetingCorrected,
    MeetingInvited,
    MeetingHeld,
    ItemProposed,
    ItemPlaced,
    ItemReturned,
    ProposalDeclined,
    DeclinationCorrected,
    ProposalRenamed,
    HandoverDutyOpened,
    HandoverDutyRenamed,
    HandoverDutyFulfilled,
    HandoverDutyReopened,
    ResultsReceived,
    ItemDeliberated,
    NoteTaken,
    ResolutionPassed,
    ResolutionRejected,
    ResolutionCorrected,
    ItemTitleCorrected,
    RejectionCorrected,
    SittingCorrected,
)
