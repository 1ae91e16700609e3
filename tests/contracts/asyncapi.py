"""The services' AsyncAPI 3 documents in `docs/asyncapi/`: what each publishes, for those who read its topic.

`make openapi` writes them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from shared.domain import Contract, Named
from shared.envelope import WATERMARK
from shared.eventstore.mapper import encode
from shared.service import Service
from shared.sources.cloudevents import TYPE_PREFIX
from shared.sources.topic import KEEPS_EVERYTHING, public_of, topic_of
from tests.contracts.golden_files import ROOT, examples, services

FOLDER = ROOT / "docs" / "asyncapi"
BINDING = "0.5.0"
"""The version of AsyncAPI's Kafka bindings."""
ANEW = "A generation that corrects the past is a new topic, filled from the first position on."
WATERMARK_TYPE = f"{TYPE_PREFIX}{WATERMARK}.v1"
POSITION = {"type": "string", "pattern": "^[0-9]+$"}
OF_ALL = {
    "ce_specversion": ({"const": "1.0"}, "CloudEvents 1.0, binary mode."),
    "ce_id": ({"type": "string", "format": "uuid"}, "The fact's id: the same each time it is delivered."),
    "ce_source": ({"type": "string", "pattern": "^/[^/]+/[^/]+$"}, "`/<city>/<service>`; for outsiders `/<city>/<service>.public`."),
    "ce_time": ({"type": "string", "format": "date-time"}, "When it was recorded; its own dates are in the data."),
    "ce_sequence": (
        POSITION,
        "Its position in the service's order; for outsiders a number. What has one that was read already is a duplicate.",
    ),
    "ce_prev": (
        POSITION,
        "The position of the record before it in the topic; 0 for the first. Another one means that a record is missing.",
    ),
}
OF_FACTS = {
    "content-type": ({"const": "application/json"}, "The value is JSON in UTF-8."),
    "ce_subject": ({"type": "string", "format": "uuid"}, "The stream: what it is about. Within it, order is kept for good."),
    "ce_partitionkey": ({"type": "string", "format": "uuid"}, "The stream, as the record's key."),
    "ce_streamversion": (POSITION, "Its place in the stream, from 1. Outsiders: among what is public of it."),
}
SOMETIMES = {
    "ce_actor": ({"type": "string"}, "The office or the reference that caused it; never a person's name. Not for outsiders."),
    "ce_causationid": ({"type": "string", "format": "uuid"}, "The fact that led to it. Not for outsiders."),
    "ce_correlationid": ({"type": "string", "format": "uuid"}, "The request that it all began with. Not for outsiders."),
    "ce_filled": ({"const": "true"}, "The topic had caught up with the service's log when this was written."),
}


def document(service: Service) -> str:
    """What a service publishes: indented, one member a line."""
    return json.dumps(described(service), ensure_ascii=False, indent=2) + "\n"


def described(service: Service) -> dict[str, Any]:
    """The service's AsyncAPI 3 document."""
    _, definitions = models_json_schema(
        [(contract, "serialization") for contract in service.contracts], ref_template="#/components/schemas/{model}"
    )
    shown: dict[type[Named], list[Named]] = defaultdict(list)
    for example in examples(service):
        shown[type(example)].append(example)
    messages = {contract.__name__: _message(contract, shown[contract]) for contract in service.contracts}
    messages["Watermark"] = {
        "name": WATERMARK_TYPE,
        "title": "Watermark",
        "summary": "How far the service's log has come where the facts before it are not published. It has no data.",
        "headers": _headers(OF_ALL, {"ce_type": {"const": WATERMARK_TYPE}}, "ce_filled"),
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Bindeglied: what {service.name} publishes",
            "version": "1",
            "description": (
                "CloudEvents 1.0 in Kafka's binary mode. Additive only: read the fields that you need and ignore the others. "
                "A sealed value is a person's and can be read by nobody without that person's key."
            ),
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": "application/json",
        "channels": _channels(service, messages),
        "operations": {
            name: {"action": "send", "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}
            for name, channel, summary in (
                ("publish", "facts", "For services: everything, from the first fact on, in one order, and kept for good."),
                ("tell", "public", "For everybody: what is public of it, numbered 1, 2, 3 …, in the same order, and kept for good."),
            )
            if channel == "facts" or public_messages(service)
        },
        "components": {"messages": messages, "schemas": definitions["$defs"]},
    }


def public_messages(service: Service) -> list[str]:
    """The messages that outsiders may hear."""
    return [contract.__name__ for contract in service.contracts if contract.OPEN]


def _channels(service: Service, messages: Mapping[str, Any]) -> dict[str, Any]:
    channels = {"facts": _channel(service.name, messages, "For services only. ")}
    if public := public_messages(service):
        says = "For everybody: messages that are public, where they say `public` only those where it is true. "
        channels["public"] = _channel(public_of(service.name), [*public, "Watermark"], says)
    return channels


def _channel(name: str, messages: Iterable[str], says: str) -> dict[str, Any]:
    # The bindings know no unclean elections.
    kept = {"cleanup.policy": [KEEPS_EVERYTHING["cleanup.policy"]], "retention.ms": -1, "retention.bytes": -1}
    return {
        "address": topic_of("{city}", name, 0).removesuffix("0") + "{generation}",
        "description": f"{says}One topic, one partition. {ANEW}",
        "parameters": {
            "city": {"description": "The city's name, as BINDEGLIED_CITY says it.", "default": "bremerhaven"},
            "generation": {"description": "A whole number; the highest one whose records say `ce_filled` counts.", "default": "1"},
        },
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": {"partitions": 1, "topicConfiguration": kept, "bindingVersion": BINDING}},
    }


def _message(contract: type[Contract], shown: list[Named]) -> dict[str, Any]:
    type_ = f"{TYPE_PREFIX}{contract.NAME}.v{contract.VERSION}"
    return {
        "name": type_,
        "title": contract.__name__,
        "summary": " ".join((contract.__doc__ or "").split()),
        "contentType": "application/json",
        "headers": _headers({**OF_ALL, **OF_FACTS}, {"ce_type": {"const": type_}}, *SOMETIMES),
        "payload": {"$ref": f"#/components/schemas/{contract.__name__}"},
        "examples": [{"payload": json.loads(encode(example))} for example in shown],
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": BINDING}},
    }


def _headers(required: dict[str, Any], type_: dict[str, Any], *sometimes: str) -> dict[str, Any]:
    told = {**required, **{name: SOMETIMES[name] for name in sometimes}}
    properties = {**type_, **{name: {**schema, "description": says} for name, (schema, says) in told.items()}}
    return {"type": "object", "required": [*type_, *required], "properties": properties}


def publishing() -> list[Service]:
    """The services that publish anything."""
    return [service for service in services() if service.contracts]


def file_of(service: Service) -> Path:
    """Where its document lies."""
    return FOLDER / f"{service.name}.json"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for service in publishing():
        file_of(service).write_text(document(service), encoding="utf-8")
        print(f"written: {file_of(service).relative_to(ROOT)}")  # noqa: T201 - a command for people
