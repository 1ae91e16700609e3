"""Which conferences there are, who registered, what was contributed, what a token is for: rows, queries, no reliance on order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from services.conferences.events.contribution import ContributionReceived
from services.conferences.parts import ContributionKind, Fate, Lineage
from services.conferences.read_models.conferences import CONFERENCES, ListedConference, list_by_beginning
from services.conferences.read_models.contributions import CONTRIBUTIONS, Use, one_contribution, published_among
from services.conferences.read_models.contributions import list_of_conference as list_contributions
from services.conferences.read_models.known_bodies import KNOWN_BODIES, names_by_now, names_of
from services.conferences.read_models.registrations import REGISTRATIONS_LIST
from services.conferences.read_models.registrations import list_of_conference as list_registrations
from services.conferences.read_models.tokens import TOKENS, Held, find_erasure, find_token
from services.conferences.service import SERVICE
from shared.contracts.meetings.bodies import SuccessionCorrected
from shared.projections.projection import Projection
from shared.testing import History, ReadModel, assert_order_independent
from tests.conferences.city import COUNCIL, COUNCIL_NAME, SUCCEEDED, bodies, renamed
from tests.conferences.examples import (
    BOARD,
    BOARD_NAME,
    CALLED_OFF,
    CANCELLED,
    CLOSED,
    CONFERENCE,
    CONFERENCE_CANCELLED,
    CONFERENCE_CORRECTED,
    CONFIRM,
    CONFIRMED,
    CONTRIBUTION,
    CONTRIBUTION_CORRECTED,
    CORRECTED,
    EMAIL,
    ENDS,
    ENTERED,
    ERASED,
    ERASURE,
    GROUP,
    GROUP_CONTRIBUTION,
    HANDED_IN,
    HELD,
    HELD_ON,
    MANAGE,
    MOVED,
    NAME,
    NOW,
    OFFICE,
    OFFICE_NAME,
    OPENED,
    PERIOD_CORRECTED,
    PLACE,
    PLANNED,
    PUBLISHED,
    REASON,
    RECEIPT,
    RECORDED,
    REGISTRATION,
    REGISTRATIONS,
    RELEASED,
    REQUESTED,
    RESULT,
    SETTLED,
    STARTS,
    STOPPED,
    TEXT,
    TITLE,
    USED,
    WHY_NOT,
)

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

OTHER = UUID(int=77)
OTHER_RESULT = UUID(int=78)
OTHER_CONTRIBUTION = UUID(int=79)
LATER = PLANNED.model_copy(update={"title": "Sechste Integrationskonferenz", "starts_at": STARTS + timedelta(days=700)})
OTHERS_REQUEST = REQUESTED.model_copy(
    update={"registration": OTHER, "confirm": "1" * 64, "manage": "2" * 64, "requested_at": NOW + timedelta(hours=1), "access_needs": None}
)


def story() -> History:
    """Everything that can happen."""
    history = (
        History().add(CONFERENCE, PLANNED).add(OTHER, LATER, CONFERENCE_CANCELLED).add(REGISTRATIONS, OPENED, REQUESTED, OTHERS_REQUEST)
    )
    history.add(CONTRIBUTION, HANDED_IN).add(GROUP_CONTRIBUTION, ENTERED, PUBLISHED)
    history.add(REGISTRATIONS, CONFIRMED, CLOSED, PERIOD_CORRECTED, MOVED, STOPPED, CALLED_OFF)
    history.add(CONFERENCE, RECORDED, CORRECTED, HELD, CONFERENCE_CORRECTED).add(CONTRIBUTION, SETTLED).add(GROUP_CONTRIBUTION, USED)
    history.add(OTHER_CONTRIBUTION, ENTERED, USED, RELEASED, PUBLISHED, SETTLED, CONTRIBUTION_CORRECTED)
    return history.add(REGISTRATIONS, CANCELLED.model_copy(update={"registration": OTHER}), ERASED)


@pytest.mark.parametrize("projection", SERVICE.projections, ids=lambda projection: projection.name)
async def test_no_read_model_relies_on_order_across_streams(pool: Pool, projection: Projection) -> None:
    histories = [history for history in (story(), corrected(bodies())) if history.source in projection.folds]
    dump = await assert_order_independent(pool, projection, *histories)
    assert dump.count(b"\n") >= 2


async def test_conferences_are_listed_the_latest_first(pool: Pool) -> None:
    row: dict[str, Any] = {"host": OFFICE, "host_name": OFFICE_NAME, "ends_at": ENDS, "cancelled_because": None}
    first = {"conference": CONFERENCE, "title": TITLE, "starts_at": STARTS, "place": CONFERENCE_CORRECTED.place, "held_on": HELD_ON, **row}
    second = {
        "conference": OTHER,
        "title": LATER.title,
        "starts_at": LATER.starts_at,
        "place": PLACE,
        "held_on": None,
        **row,
        "cancelled_because": WHY_NOT,
    }
    await ReadModel(pool, CONFERENCES).given(own=story()).then(conferences_v2=[second, first])
    listed = await list_by_beginning(pool, None, 10)
    assert listed == [ListedConference(**second), ListedConference(**first)]
    assert await list_by_beginning(pool, (LATER.starts_at, OTHER), 10) == [ListedConference(**first)]


async def test_a_conference_that_was_called_off_is_listed_with_the_right_reason(pool: Pool) -> None:
    await ReadModel(pool, CONFERENCES).given(own=History().add(CONFERENCE, PLANNED, CONFERENCE_CANCELLED)).then()
    [cancelled] = await list_by_beginning(pool, None, 10)
    assert (cancelled.cancelled_because, cancelled.held_on) == (WHY_NOT, None)
    right = CONFERENCE_CORRECTED.model_copy(update={"held_on": None, "attendance": None, "cancelled_because": "Der Saal ist gesperrt."})
    history = History().add(CONFERENCE, PLANNED, CONFERENCE_CANCELLED, right)
    await ReadModel(pool, CONFERENCES).given(own=history).then()
    [cancelled] = await list_by_beginning(pool, None, 10)
    assert cancelled.cancelled_because == "Der Saal ist gesperrt."


async def test_a_conference_is_listed_as_it_was_corrected(pool: Pool) -> None:
    moved = {"title": "Sechste", "starts_at": STARTS + timedelta(days=1), "ends_at": ENDS + timedelta(days=1), "place": "Stadthalle"}
    right = CONFERENCE_CORRECTED.model_copy(update={**moved, "held_on": None, "attendance": None})
    await ReadModel(pool, CONFERENCES).given(own=History().add(CONFERENCE, PLANNED, right)).then()
    nothing: dict[str, Any] = {"held_on": None, "cancelled_because": None}
    row = ListedConference(conference=CONFERENCE, host=OFFICE, host_name=OFFICE_NAME, **nothing, **moved)  # type: ignore[arg-type]
    assert await list_by_beginning(pool, None, 10) == [row]


async def test_registrations_are_listed_in_their_order_and_sealed(pool: Pool) -> None:
    history = History().add(REGISTRATIONS, OPENED, REQUESTED, OTHERS_REQUEST, CONFIRMED)
    await ReadModel(pool, REGISTRATIONS_LIST).given(own=history).then()
    first, second = await list_registrations(pool, CONFERENCE, None, None, 10)
    assert (first.registration, first.standing, first.erased, first.name, first.email) == (REGISTRATION, "confirmed", False, NAME, EMAIL)
    assert first.access_needs == REQUESTED.access_needs
    assert (second.registration, second.standing, second.erased, second.access_needs) == (OTHER, "requested", False, None)
    assert await list_registrations(pool, CONFERENCE, "requested", None, 10) == [second]
    assert await list_registrations(pool, CONFERENCE, None, (first.requested_at, first.registration), 10) == [second]
    assert await list_registrations(pool, OTHER, None, None, 10) == []


async def test_of_what_is_erased_a_taken_place_is_listed_and_of_all_else_nothing(pool: Pool) -> None:
    others = ERASED.model_copy(update={"registration": OTHER, "reason": "period"})
    history = History().add(REGISTRATIONS, OPENED, REQUESTED, OTHERS_REQUEST, CONFIRMED, others, ERASED)
    await ReadModel(pool, REGISTRATIONS_LIST).given(own=history).then()
    [place] = await list_registrations(pool, CONFERENCE, None, None, 10)
    assert (place.registration, place.standing, place.erased) == (REGISTRATION, "confirmed", True)
    assert (place.name, place.email, place.access_needs) == (None, None, None)


async def test_a_cancelled_registration_is_listed_as_such(pool: Pool) -> None:
    history = History().add(REGISTRATIONS, OPENED, REQUESTED, OTHERS_REQUEST, CONFIRMED, CANCELLED)
    await ReadModel(pool, REGISTRATIONS_LIST).given(own=history).then()
    assert [one.standing for one in await list_registrations(pool, CONFERENCE, None, None, 10)] == ["cancelled", "requested"]


async def test_a_token_is_found_by_its_digest_and_for_its_purpose(pool: Pool) -> None:
    of_it: dict[str, Any] = {"conference": CONFERENCE, "registration": REGISTRATION}
    rows = [{"digest": MANAGE, "purpose": "manage", **of_it}, {"digest": CONFIRM, "purpose": "confirm", **of_it}]
    await ReadModel(pool, TOKENS).given(own=History().add(REGISTRATIONS, OPENED, REQUESTED)).then(tokens_v1=rows)
    assert await find_token(pool, CONFIRM, "confirm") == await find_token(pool, MANAGE, "manage") == Held(CONFERENCE, REGISTRATION)
    assert await find_token(pool, CONFIRM, "manage") is None
    assert await find_token(pool, "0" * 64, "confirm") is None


async def test_a_contributors_token_is_found_by_its_digest_and_a_working_group_has_none(pool: Pool) -> None:
    told = History().add(CONTRIBUTION, HANDED_IN).add(OTHER, ENTERED)
    await ReadModel(pool, TOKENS).given(own=told).then(tokens_v1_erasure=[{"digest": ERASURE, "contribution": CONTRIBUTION}])
    assert await find_erasure(pool, ERASURE) == CONTRIBUTION
    assert await find_erasure(pool, RECEIPT) is None


async def test_contributions_show_what_became_of_them_and_outsiders_what_is_published(pool: Pool) -> None:
    await ReadModel(pool, CONTRIBUTIONS).given(own=story()).then()
    corrected, handed_in, entered = await list_contributions(pool, CONFERENCE, sees_all=True, group=None, after=None, limit=10)
    assert (corrected.group, corrected.kind, corrected.text) == ("arbeit", "experience", CONTRIBUTION_CORRECTED.text)
    assert (corrected.fate, corrected.reason, corrected.used) == (Fate.NOT_ADOPTED, CONTRIBUTION_CORRECTED.fate_reason, ())
    assert (handed_in.contribution, handed_in.text, handed_in.fate, handed_in.reason) == (CONTRIBUTION, None, Fate.FORWARDED, REASON)
    assert None not in (handed_in.sealed_text, handed_in.sealed_name, handed_in.sealed_email)
    assert (entered.group, entered.group_name, entered.kind, entered.received_on) == ("sprache", GROUP.name, "suggestion", NOW.date())
    assert (entered.text, entered.used, entered.fate) == (TEXT, (Use(RESULT, Lineage.MERGED),), None)
    assert isinstance(entered.kind, ContributionKind)
    assert await list_contributions(pool, CONFERENCE, sees_all=False, group=None, after=None, limit=10) == [corrected, entered]
    assert await list_contributions(pool, CONFERENCE, sees_all=True, group="arbeit", after=None, limit=10) == [corrected]
    behind = (handed_in.received_on, handed_in.contribution)
    assert await list_contributions(pool, CONFERENCE, sees_all=True, group=None, after=behind, limit=10) == [entered]
    assert await one_contribution(pool, CONTRIBUTION) == handed_in
    assert await one_contribution(pool, OTHER) is None
    assert await published_among(pool, [CONTRIBUTION, GROUP_CONTRIBUTION]) == {GROUP_CONTRIBUTION: TEXT}


async def test_contributions_are_listed_by_their_own_day(pool: Pool) -> None:
    early: ContributionReceived = ENTERED.model_copy(update={"received_on": date(2018, 9, 1)})
    again = USED.model_copy(update={"result": OTHER_RESULT, "how": Lineage.SPLIT})
    history = History().add(CONTRIBUTION, HANDED_IN).add(GROUP_CONTRIBUTION, early, PUBLISHED, USED, again)
    await ReadModel(pool, CONTRIBUTIONS).given(own=history).then()
    first, second = await list_contributions(pool, CONFERENCE, sees_all=True, group=None, after=None, limit=10)
    assert (first.contribution, second.contribution) == (GROUP_CONTRIBUTION, CONTRIBUTION)
    assert first.used == (Use(OTHER_RESULT, Lineage.SPLIT), Use(RESULT, Lineage.MERGED))


async def test_how_a_result_comes_from_a_contribution_is_as_it_was_told_last(pool: Pool) -> None:
    otherwise = USED.model_copy(update={"how": Lineage.SPLIT})
    history = History().add(GROUP_CONTRIBUTION, ENTERED, PUBLISHED, USED, otherwise)
    await ReadModel(pool, CONTRIBUTIONS).given(own=history).then()
    found = await one_contribution(pool, GROUP_CONTRIBUTION)
    assert found
    assert found.used == (Use(RESULT, Lineage.SPLIT),)


RENAMED = renamed(COUNCIL, COUNCIL_NAME, "Rat der Migrantinnen und Migranten")


def corrected(told: History) -> History:
    """The same, and what was put right of one of the bodies."""
    nobody = SuccessionCorrected(
        body=COUNCIL, body_name=COUNCIL_NAME, successor=None, successor_name=None, on=None, because=None, reason="Irrtum", corrected_at=NOW
    )
    return told.add(COUNCIL, RENAMED, nobody)


async def test_the_bodies_that_stand_are_known_by_name(pool: Pool) -> None:
    await ReadModel(pool, KNOWN_BODIES).given(meetings=bodies()).then()
    assert await names_of(pool, HELD_ON, OFFICE, BOARD, OTHER) == {OFFICE: OFFICE_NAME, BOARD: BOARD_NAME}


async def test_a_succeeded_body_stands_until_the_day_before_its_successor(pool: Pool) -> None:
    await ReadModel(pool, KNOWN_BODIES).given(meetings=bodies()).then()
    assert await names_of(pool, SUCCEEDED.on - timedelta(days=1), OFFICE, COUNCIL) == {OFFICE: OFFICE_NAME, COUNCIL: COUNCIL_NAME}
    assert await names_of(pool, SUCCEEDED.on, OFFICE, COUNCIL) == {OFFICE: OFFICE_NAME}


async def test_a_corrected_body_is_known_by_its_right_name_and_one_whose_place_nobody_took_stands(pool: Pool) -> None:
    later = SuccessionCorrected(**dict(SUCCEEDED) | {"on": SUCCEEDED.on + timedelta(days=1), "because": SUCCEEDED.reason}, corrected_at=NOW)
    told = bodies().add(COUNCIL, later)
    await ReadModel(pool, KNOWN_BODIES).given(meetings=told).then()
    assert await names_of(pool, SUCCEEDED.on, COUNCIL) == {COUNCIL: COUNCIL_NAME}
    assert await names_of(pool, SUCCEEDED.on + timedelta(days=1), COUNCIL) == {}
    await ReadModel(pool, KNOWN_BODIES).given(meetings=corrected(told)).then()
    assert await names_of(pool, SUCCEEDED.on + timedelta(days=1), COUNCIL) == {COUNCIL: RENAMED.body_name}
    assert await names_by_now(pool, [COUNCIL, OTHER]) == {COUNCIL: RENAMED.body_name}
