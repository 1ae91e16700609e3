"""Records are CloudEvents as the standard's own library reads and writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event, to_structured_event

from shared.envelope import Entry
from shared.sources.cloudevents import ForeignRecord, entry_of_record, record_of, source_of
from shared.sources.log import watermark_of
from tests.sources.facts import contracts, facts

SOURCE = source_of("bremerhaven", "notices")
ENTRY = contracts(facts(5))[4]


def back(entry: Entry) -> Entry:
    record = record_of(entry, SOURCE.encode())
    return entry_of_record(record.headers, record.value, SOURCE)


def test_an_entry_comes_back_as_it_went() -> None:
    assert back(ENTRY) == ENTRY
    caused = ENTRY._replace(causation_id=UUID(int=7), correlation_id=None)
    assert back(caused) == caused


def test_a_watermark_comes_back_as_it_went() -> None:
    mark = watermark_of(facts(5)[4], 3)
    assert back(mark) == mark


def test_the_data_is_not_touched() -> None:
    odd = ENTRY._replace(data=b'{ "text" : "\\u00fc",\n"n": 1.0 }')
    assert back(odd).data == odd.data


def test_the_library_reads_what_we_write() -> None:
    record = record_of(ENTRY, SOURCE.encode())
    event = from_kafka_event(KafkaMessage(dict(record.headers), record.key, record.value))
    assert event.get_specversion() == "1.0"
    assert event.get_id() == str(ENTRY.event_id)
    assert event.get_source() == "/bremerhaven/notices"
    assert event.get_type() == "org.bindeglied.notices.NoticeHeard.v3"
    assert event.get_time() == ENTRY.recorded_at
    assert event.get_subject() == event.get_extension("partitionkey") == str(ENTRY.stream)
    assert event.get_datacontenttype() == "application/json"
    assert event.get_extension("sequence") == "5"
    assert event.get_extension("prev") == "4"
    assert event.get_data() == json.loads(ENTRY.data)


@pytest.mark.parametrize("write", [to_binary_event, to_structured_event])
def test_we_read_what_the_library_writes(write: Callable[[BaseCloudEvent], KafkaMessage]) -> None:
    record = record_of(ENTRY, SOURCE.encode())
    event = from_kafka_event(KafkaMessage(dict(record.headers), record.key, record.value))
    message = write(event)
    found = entry_of_record(list(message.headers.items()), message.value, SOURCE)
    assert found._replace(data=b"") == ENTRY._replace(data=b"")
    assert json.loads(found.data) == json.loads(ENTRY.data)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"\xff",
        b'{"specversion": "1.0"}',
        b'{"specversion": "9.9", "id": "1", "source": "x", "type": "y"}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_cloudevent_is_foreign(value: bytes) -> None:
    with pytest.raises(ForeignRecord):
        entry_of_record([("content-type", b"application/cloudevents+json")], value, SOURCE)
    with pytest.raises(ForeignRecord):
        entry_of_record([("content-type", b"text/plain")], value, SOURCE)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("ce_source", b"/hamburg/notices"),
        ("ce_type", b"org.bindeglied.notices.NoticeHeard"),
        ("ce_type", b"org.bindeglied.notices.NoticeHeard.v0"),
        ("ce_type", b"org.example.notices.NoticeHeard.v1"),
        ("ce_id", b"not-a-uuid"),
        ("ce_sequence", b"-1"),
        ("ce_prev", b"5"),
        ("ce_prev", b"6"),
        ("ce_time", b"yesterday"),
        ("ce_time", b"2018-09-03T09:00:00"),
        ("ce_subject", b"somebody"),
        ("ce_actor", b"\xff"),
    ],
)
def test_an_attribute_that_cannot_be_ours_makes_it_foreign(attribute: str, value: bytes) -> None:
    record = record_of(ENTRY, SOURCE.encode())
    headers = [(name, value if name == attribute else text) for name, text in record.headers]
    with pytest.raises(ForeignRecord):
        entry_of_record(headers, record.value, SOURCE)
    without = [(name, text) for name, text in record.headers if name != attribute]
    if attribute == "ce_actor":
        assert entry_of_record(without, record.value, SOURCE) == ENTRY._replace(actor="")  # Outsiders are not told.
        return
    with pytest.raises(ForeignRecord, match="missing"):
        entry_of_record(without, record.value, SOURCE)


def test_what_outsiders_are_not_told_is_no_header() -> None:
    for entry in (
        ENTRY._replace(causation_id=ENTRY.event_id, correlation_id=ENTRY.event_id),
        ENTRY._replace(actor="", correlation_id=None),
    ):
        told = {name for name, _ in record_of(entry, SOURCE.encode()).headers}
        assert ("ce_actor" in told) == bool(entry.actor)
        assert ("ce_causationid" in told) == (entry.causation_id is not None)
        assert ("ce_correlationid" in told) == (entry.correlation_id is not None)
