"""Stored messages are lifted to today's version, and what cannot be read says why without repeating anybody's values."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import AwareDatetime

from shared.domain import Event
from shared.eventstore.mapper import (
    DecodeError,
    MessageTypes,
    StreamEvent,
    Undecodable,
    UnknownType,
    UnreadableVersion,
    encode,
)

SECRET = "Frau Yılmaz"


class RoomBooked(Event, name="rooms.RoomBooked", version=3):
    """First a text, then room and floor apart, then with a time."""

    room: str
    floor: int
    at: AwareDatetime | None = None

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        room, floor = data["where"].split("/")
        return {"room": room, "floor": int(floor)}

    @staticmethod
    def upcast_v2_v3(data: dict[str, Any]) -> dict[str, Any]:
        return {**data, "at": None}


class Guests(Event, name="rooms.Guests"):
    names: dict[str, int]


TYPES = MessageTypes([RoomBooked, Guests])


def test_every_old_version_is_lifted_step_by_step() -> None:
    today = RoomBooked(room="A", floor=2)
    assert TYPES.decode("rooms.RoomBooked", 1, b'{"where": "A/2"}') == today
    assert TYPES.decode("rooms.RoomBooked", 2, b'{"room": "A", "floor": 2}') == today
    assert TYPES.decode("rooms.RoomBooked", 3, encode(today)) == today


def test_times_and_umlauts_come_back_as_they_were() -> None:
    booked = RoomBooked(room="Börse 🏛", floor=-1, at=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    assert TYPES.decode("rooms.RoomBooked", 3, encode(booked)) == booked


def test_an_unknown_type_and_a_later_version_are_told_apart() -> None:
    with pytest.raises(UnknownType, match=r"rooms\.Gone"):
        TYPES.decode("rooms.Gone", 1, b"{}")
    with pytest.raises(UnreadableVersion, match="v4; this program reads up to v3"):
        TYPES.decode("rooms.RoomBooked", 4, b"{}")


@pytest.mark.parametrize(
    ("kind", "version", "data"),
    [
        ("rooms.RoomBooked", 3, b"{"),
        ("rooms.RoomBooked", 1, b"{"),
        ("rooms.RoomBooked", 3, b"\xff\xfe"),
        ("rooms.RoomBooked", 1, b"\xff\xfe"),
        ("rooms.RoomBooked", 3, b"null"),
        ("rooms.RoomBooked", 1, b"null"),
        ("rooms.RoomBooked", 1, b"[" * 100_000),
        ("rooms.RoomBooked", 3, b"[" * 100_000),
        ("rooms.RoomBooked", 0, b"{}"),
        ("rooms.RoomBooked", -1, b"{}"),
        ("rooms.RoomBooked", 1, json.dumps({"where": SECRET}).encode()),
        ("rooms.RoomBooked", 1, json.dumps({"other": SECRET}).encode()),
        ("rooms.RoomBooked", 3, json.dumps({"room": "A", "floor": SECRET}).encode()),
        ("rooms.RoomBooked", 3, json.dumps({"room": "A", "floor": 1, SECRET: 1}).encode()),
        ("rooms.RoomBooked", 3, json.dumps({"room": "A", "floor": 1, "at": SECRET}).encode()),
        ("rooms.RoomBooked", 2, json.dumps({"room": [SECRET], "floor": 1}).encode()),
        ("rooms.Guests", 1, json.dumps({"names": {SECRET: "x"}}).encode()),
    ],
)
def test_what_is_not_what_it_promises_is_undecodable_and_nobodys_values_are_repeated(kind: str, version: int, data: bytes) -> None:
    with pytest.raises(Undecodable) as found:
        TYPES.decode(kind, version, data)
    assert kind in str(found.value)
    for part in SECRET.split():
        assert part not in str(found.value)
        assert part not in repr(found.value.__cause__)


def test_the_field_at_fault_is_named() -> None:
    with pytest.raises(DecodeError, match="floor: int_parsing"):
        TYPES.decode("rooms.RoomBooked", 3, b'{"room": "A", "floor": "x"}')


def test_a_name_belongs_to_one_class() -> None:
    class Usurper(Event, name="rooms.RoomBooked"):
        pass

    with pytest.raises(ValueError, match="names two classes"):
        MessageTypes([RoomBooked, Usurper])
    MessageTypes([RoomBooked, RoomBooked])


def test_the_librarys_stored_events_go_there_and_back() -> None:
    event = StreamEvent(uuid4(), 7, RoomBooked(room="A", floor=2))
    stored = TYPES.to_stored_event(event)
    assert (stored.topic, stored.originator_version) == ("rooms.RoomBooked@3", 7)
    assert TYPES.to_domain_event(stored) == event
    assert isinstance(stored.originator_id, UUID)
