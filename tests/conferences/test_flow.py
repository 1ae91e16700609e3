"""From wishes over HTTP to what others hear and what stays asked for: the log, the contracts, and read models that equal a fold of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.conferences.published import published
from services.conferences.registrations import registrations_of
from shared.contracts.conferences import CONTRACTS, ConferenceHeld, ContributionReceived, RegistrationConfirmed
from shared.envelope import WATERMARK, Cursor, Entry
from shared.eventstore.log import read_log, read_stream
from shared.eventstore.mapper import MessageTypes
from shared.privacy.sealed import ERASED
from shared.sources.log import LogSource
from tests.conferences.city import ORGANISER, City
from tests.conferences.examples import BOARD, ENDS, OFFICE


async def test_a_conference_leaves_these_facts_contracts_and_read_models(city: City) -> None:
    conference = await city.conference()
    manage = await city.coming(conference)
    await city.coming(conference, "carla@example.org")
    contribution = (await city.enter(conference)).json()["id"]
    assert (await city.hand_in(conference, email="bea@example.org")).status_code == 201
    recorded = (await city.record(conference, contribution)).json()
    await city.tail()
    assert (await city.post("/registrations/cancellation", {"token": manage})).status_code == 200
    assert (await city.post("/registrations/erasure", {"token": manage})).status_code == 200
    city.clock.now = ENDS
    assert (await city.post(f"/conferences/{conference}/holding", {"attendance": 99}, ORGANISER)).status_code == 200
    await city.tail()
    facts = await read_log(city.process.pool, 0, 100)
    assert [fact.type.removeprefix("conferences.") for fact in facts] == [
        "ConferencePlanned",
        "RegistrationOpened",
        "RegistrationRequested",
        "RegistrationConfirmed",
        "RegistrationRequested",
        "RegistrationConfirmed",
        "ContributionReceived",
        "ContributionPublished",
        "ContributionReceived",
        "ResultRecorded",
        "ContributionUsed",
        "RegistrationCancelled",
        "RegistrationErased",
        "ConferenceHeld",
    ]
    result, used = facts[9], facts[10]
    assert (used.causation_id, used.actor) == (result.event_id, "reaction:when_result_recorded_then_tell_contributions")
    assert {fact.actor for fact in facts if "Registration" in fact.type} == {"user:organiser", "anonymous"}
    assert str(facts[2].stream) == str(registrations_of(facts[0].stream))

    source = LogSource(city.process.pool, city.process.signals, "conferences", published=published, types=city.process.types)
    told = [entry for entry in await source.read(Cursor(), 100) if entry.type != WATERMARK]
    await source.close()
    inside = {"conferences.ContributionUsed", "conferences.RegistrationErased"}
    assert [entry.type for entry in told] == [fact.type for fact in facts if fact.type not in inside]
    outside = MessageTypes(CONTRACTS)
    heard = [outside.decode(entry.type, entry.schema_version, entry.data) for entry in told]
    held = heard[-1]
    assert isinstance(held, ConferenceHeld)
    assert (str(held.conference), held.host, held.results_go_to, held.attendance) == (conference, OFFICE, BOARD, 99)
    assert [str(one.result) for one in held.results] == [recorded["result"]]
    confirmed, _ = [one for one in heard if isinstance(one, RegistrationConfirmed)]
    [by_mail] = [one.email for one in heard if isinstance(one, ContributionReceived) and one.email]
    assert await city.keyring.open_many([confirmed.email, confirmed.name, by_mail]) == [ERASED, ERASED, "bea@example.org"]

    for projector in city.process.readers.projectors:
        verified = await projector.verify()
        assert verified.difference is None
        assert verified.rows > 0


async def test_a_long_list_of_contributions_is_entered_reading_the_stream_of_the_conference_alone(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    conference = await city.conference()
    assert (await city.enter(conference)).status_code == 201
    read: list[UUID] = []

    async def counted(pool: Any, stream: UUID, *rest: Any) -> list[Entry]:
        read.append(stream)
        return await read_stream(pool, stream, *rest)

    monkeypatch.setattr("shared.eventstore.store.read_stream", counted)
    for _ in range(20):
        assert (await city.enter(conference)).status_code == 201
    assert read == [UUID(conference)] * 20, "what this process has decided, it knows; another may have called the conference off"
    assert (await city.hand_in(conference)).status_code == 201
    assert read, "the count counts"
