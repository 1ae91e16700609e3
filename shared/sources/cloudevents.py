"""Entries as CloudEvents 1.0 on Kafka and back: binary mode as we write it, structured mode accepted when reading.

Binary mode is written and read here because the data travels byte for byte; the library, which parses the data and writes
it anew, reads structured mode and is what the tests compare with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from asyncpg.pgproto import pgproto
from cloudevents.core.bindings.kafka import KafkaMessage, from_structured_event
from cloudevents.core.exceptions import CloudEventValidationError

from shared.envelope import WATERMARK, Entry

TYPE_PREFIX = "org.bindeglied."
NOBODY = UUID(int=0)


Headers = list[tuple[str, bytes]]


class ForeignRecord(Exception):
    """A record that is not one of this source's: it is rejected and counted, never handed on."""


class Record(NamedTuple):
    """What goes into a topic: key, value and headers."""

    key: bytes | None
    value: bytes
    headers: Headers


def source_of(city: str, service: str) -> str:
    """The CloudEvents source of a service's events."""
    return f"/{city}/{service}"


def record_of(entry: Entry, source: bytes, *, filled: bool = False) -> Record:
    """The entry in binary mode. `filled` marks records of a generation that had caught up with its log."""
    headers: Headers = [
        _SPECVERSION,
        ("ce_id", str(entry.event_id).encode()),
        ("ce_source", source),
        _type_header(entry.type, entry.schema_version),
        ("ce_time", _time(entry.recorded_at)),
        ("ce_sequence", b"%d" % entry.pos),
        ("ce_prev", b"%d" % entry.prev),
    ]
    if filled:
        headers.append(_FILLED)
    if entry.type == WATERMARK:
        return Record(None, b"", headers)
    stream = str(entry.stream).encode()
    headers += (
        ("ce_subject", stream),
        ("ce_partitionkey", stream),
        ("ce_streamversion", b"%d" % entry.version),
        _JSON,
    )
    if entry.actor:
        headers.append(("ce_actor", entry.actor.encode()))
    if entry.causation_id is not None:
        headers.append(("ce_causationid", str(entry.causation_id).encode()))
    if entry.correlation_id is not None:
        headers.append(("ce_correlationid", str(entry.correlation_id).encode()))
    return Record(stream, entry.data, headers)


_SPECVERSION = ("ce_specversion", b"1.0")
_FILLED = ("ce_filled", b"true")
_JSON = ("content-type", b"application/json")


@lru_cache(maxsize=4096)
def _type_header(type: str, version: int) -> tuple[str, bytes]:
    return "ce_type", f"{TYPE_PREFIX}{type}.v{version}".encode()


@lru_cache(maxsize=16)
def _time(at: datetime) -> bytes:
    # Events that were appended by one call bear the same time.
    return at.astimezone(UTC).isoformat().encode()[:-6] + b"Z"  # The offset of UTC is always written "+00:00".


@lru_cache(maxsize=4096)
def _type_of(text: str) -> tuple[str, int]:
    name, separator, version = text.removeprefix(TYPE_PREFIX).rpartition(".v")
    if not text.startswith(TYPE_PREFIX) or not separator or not name or not version.isdecimal() or int(version) < 1:
        raise ForeignRecord(f"the type {text[:100]!r} is none of ours")
    return name, int(version)


def entry_of_record(
    headers: Sequence[tuple[str, bytes]], value: bytes | None, source: str, generation: int = 1, offset: int | None = None
) -> Entry:
    """The entry that a record carries; ForeignRecord says why it is not one of `source`."""
    try:
        attributes = {name[3:]: text.decode() for name, text in headers if name.startswith("ce_")}
        data = value or b""
        if not attributes:
            attributes, data = _structured(headers, data)
        if attributes["specversion"] != "1.0":
            raise ForeignRecord(f"CloudEvents {attributes['specversion'][:20]!r} is not read")
        if attributes["source"] != source:
            raise ForeignRecord(f"it comes from {attributes['source'][:100]!r}, not from {source}")
        return _entry(attributes, data, generation, offset)
    except KeyError as error:
        raise ForeignRecord(f"the attribute {error.args[0]!r} is missing") from None
    except (ValueError, AttributeError, RecursionError) as error:
        raise ForeignRecord(f"it cannot be read: {error.__class__.__name__}") from None


def _entry(attributes: dict[str, str], data: bytes, generation: int, offset: int | None) -> Entry:
    name, version = _type_of(attributes["type"])
    pos, prev = int(attributes["sequence"]), int(attributes["prev"])
    if not 0 <= prev <= pos:
        raise ForeignRecord("its position is impossible")
    recorded_at = datetime.fromisoformat(attributes["time"])
    if recorded_at.tzinfo is None:
        raise ForeignRecord("its time has no zone")
    event_id = pgproto.UUID(attributes["id"])
    if name == WATERMARK:
        return Entry(pos, prev, event_id, NOBODY, 0, WATERMARK, version, recorded_at, "", None, None, b"", generation, offset)
    if prev == pos:
        raise ForeignRecord("its position is impossible")
    causation, correlation = attributes.get("causationid"), attributes.get("correlationid")
    return Entry(
        pos,
        prev,
        event_id,
        pgproto.UUID(attributes["subject"]),
        int(attributes["streamversion"]),
        name,
        version,
        recorded_at,
        attributes.get("actor", ""),
        pgproto.UUID(causation) if causation else None,
        pgproto.UUID(correlation) if correlation else None,
        data,
        generation,
        offset,
    )


def is_filled(headers: Sequence[tuple[str, bytes]]) -> bool:
    """Whether a record was written after its generation had caught up with the log."""
    return _FILLED in headers


def _structured(headers: Sequence[tuple[str, bytes]], value: bytes) -> tuple[dict[str, str], bytes]:
    if not any(name.lower() == "content-type" and text.startswith(b"application/cloudevents+json") for name, text in headers):
        raise ForeignRecord("it is no CloudEvent")
    try:
        event = from_structured_event(KafkaMessage({}, None, value))
    except (CloudEventValidationError, TypeError) as error:
        raise ForeignRecord(f"it is no CloudEvent: {error.__class__.__name__}") from None
    data = event.get_data()
    body = (
        data if isinstance(data, bytes) else b"" if data is None else json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    )
    attributes = {
        name: text.isoformat() if isinstance(text, datetime) else str(text)
        for name, text in event.get_attributes().items()
        if text is not None
    }
    return attributes, body
