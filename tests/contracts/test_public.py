"""What goes to outsiders is a decision, made contract by contract: nothing personal, nothing that says it is not public."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest

from shared.contracts.conferences import ContributionReceived, ContributionSettled, RegistrationRequested, ResultRecorded
from shared.contracts.meetings.duties import HandoverDutyFulfilled
from shared.contracts.meetings.planning import InvitedMember, MeetingInvited, MeetingRescheduled
from shared.contracts.notifications import NotificationHandedOver
from shared.contracts.recommendations import RecommendationIssued, RecommendationStarted
from shared.domain import Contract
from shared.eventstore.mapper import encode
from shared.service import Service
from tests.contracts.golden_files import ROOT, examples, services

PAGE = ROOT / "docs" / "event-model.md"

CONTRACTS = [contract for service in services() for contract in service.contracts]
EXAMPLES = [example for service in services() for example in examples(service) if isinstance(example, Contract)]


def named(example: Contract) -> str:
    return example.NAME


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_what_says_that_it_is_not_public_stays_inside(example: Contract) -> None:
    if "public" in type(example).model_fields:
        assert not example.model_copy(update={"public": False}).is_public()
        assert example.model_copy(update={"public": True}).is_public() == example.OPEN
    else:
        assert example.is_public() == example.OPEN


@pytest.mark.parametrize(
    "contract",
    [
        ContributionReceived,
        ContributionSettled,
        HandoverDutyFulfilled,
        MeetingInvited,
        NotificationHandedOver,
        RecommendationStarted,
        RegistrationRequested,
        ResultRecorded,
    ],
)
def test_what_may_tell_of_something_hidden_is_for_nobody(contract: type[Contract]) -> None:
    assert not contract.OPEN


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.INSIDE], ids=named)
def test_what_a_message_keeps_inside_is_as_if_it_had_never_been_said(example: Contract) -> None:
    whole = json.loads(encode(example))
    without = type(example).model_validate({name: value for name, value in whole.items() if name not in example.INSIDE})
    assert encode(example.as_public()) == encode(without)
    assert type(example).OPEN


def test_whom_a_body_has_invited_is_told_to_nobody_outside() -> None:
    [moved] = [example for example in EXAMPLES if isinstance(example, MeetingRescheduled)]
    ada = InvitedMember(member=UUID(int=1), member_name="Ada Beispiel")
    invited = moved.model_copy(update={"public": True, "invited": (ada,)})
    assert b"Ada Beispiel" in encode(invited)
    assert encode(invited.as_public()) == encode(moved.model_copy(update={"public": True, "invited": ()}))
    told = {contract.__name__ for contract in CONTRACTS if contract.OPEN and {"invited", "members"} & set(contract.model_fields)}
    assert (
        told == {contract.__name__ for contract in CONTRACTS if "invited" in contract.INSIDE} == {"MeetingRescheduled", "MeetingCancelled"}
    )


def test_no_open_contract_carries_anything_sealed() -> None:
    sealed = {
        contract.__name__ for contract in CONTRACTS if any("Sealed" in name for name in contract.model_json_schema().get("$defs", ()))
    }
    assert "RegistrationRequested" in sealed
    assert not sealed & {contract.__name__ for contract in CONTRACTS if contract.OPEN}


def test_a_contract_says_so_itself() -> None:
    class Heir(RecommendationIssued, name="tests.Heir"):
        """Whatever its base says."""

    assert RecommendationIssued.OPEN
    assert not Heir.OPEN


@pytest.mark.parametrize("service", services(), ids=lambda service: service.name)
def test_the_event_model_says_what_everybody_hears(service: Service) -> None:
    _, _, rest = PAGE.read_text("utf-8").partition("## What everybody hears\n")
    told = re.search(rf"^- {service.name}: ([^.]*)\.$", rest.partition("\n## ")[0], re.MULTILINE)
    names = [contract.__name__ for contract in service.contracts if contract.OPEN]
    assert re.findall(r"`(\w+)`", told[1] if told else "") == names
