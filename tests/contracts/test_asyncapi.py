"""The AsyncAPI documents in the repository are what the services publish, and describe records as they really are."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest

from shared.domain import Contract
from shared.envelope import WATERMARK, Entry
from shared.eventstore.mapper import encode
from shared.service import Service
from shared.sources.cloudevents import record_of, source_of
from tests.contracts.asyncapi import FOLDER, described, document, file_of, publishing
from tests.contracts.golden_files import examples

SERVICES = publishing()
ID = UUID("0b0d1e00-0000-4000-8000-0000000000aa")


def message_of(service: Service, name: str) -> dict[str, Any]:
    """What the document says of a message."""
    found: dict[str, Any] = described(service)["components"]["messages"][name]
    return found


def payload_of(service: Service, name: str) -> jsonschema_rs.Draft7Validator:
    """Judges values by the schema that the document gives for them."""
    components = described(service)["components"]
    return jsonschema_rs.Draft7Validator({**components["messages"][name]["payload"], "components": components})


def headers_of(service: Service, type: str, version: int, data: bytes) -> dict[str, str]:
    """The headers that the relay really sends."""
    entry = Entry(7, 5, ID, ID, 2, type, version, datetime(2018, 11, 3, tzinfo=UTC), "office:secretariat", ID, ID, data)
    record = record_of(entry, source_of("bremerhaven", service.name).encode(), filled=True)
    return {name: value.decode() for name, value in record.headers}


def contract_examples(service: Service) -> list[Contract]:
    """Its examples of what it publishes."""
    return [example for example in examples(service) if isinstance(example, Contract)]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_document_is_current(service: Service) -> None:
    assert file_of(service).read_text("utf-8") == document(service), "`make openapi` writes it anew"


def test_no_document_is_left_of_a_service_that_is_gone() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == {service.name for service in SERVICES}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_each_message_is_described_and_its_examples_are_what_is_described(service: Service) -> None:
    for example in contract_examples(service):
        name = type(example).__name__
        payload_of(service, name).validate(json.loads(encode(example)))
        assert json.loads(encode(example)) in [shown["payload"] for shown in message_of(service, name)["examples"]]
    assert {type(example) for example in contract_examples(service)} == set(service.contracts)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_headers_are_those_that_the_relay_sends(service: Service) -> None:
    for example in contract_examples(service):
        told = message_of(service, type(example).__name__)["headers"]
        sent = headers_of(service, example.NAME, example.VERSION, encode(example))
        jsonschema_rs.Draft7Validator(told).validate(sent)
        assert set(sent) == set(told["properties"]), "each header is described, and no other"
    told = message_of(service, "Watermark")["headers"]
    sent = headers_of(service, WATERMARK, 1, b"")
    jsonschema_rs.Draft7Validator(told).validate(sent)
    assert set(sent) == set(told["properties"])


def test_a_value_that_does_not_fit_is_noticed() -> None:
    service = SERVICES[0]
    example = contract_examples(service)[0]
    stored = json.loads(encode(example))
    stored.pop(next(iter(stored)))
    with pytest.raises(jsonschema_rs.ValidationError):
        payload_of(service, type(example).__name__).validate(stored)


def test_a_header_that_does_not_fit_is_noticed() -> None:
    service = SERVICES[0]
    one, other = service.contracts[:2]
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.Draft7Validator(message_of(service, one.__name__)["headers"]).validate(headers_of(service, other.NAME, 1, b"{}"))
