"""Messages to bytes and back: JSON, versions and upcasting, through our own table of names.

The library's `Mapper` imports whatever a topic names and sets attributes past pydantic's validation, so both of its
methods are replaced; its upcasting convention (`upcast_v1_v2` beside the event) stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from pydantic import ValidationError

from shared.domain import Named


class DecodeError(Exception):
    """A stored message cannot be read by this program."""


class UnknownType(DecodeError):
    """No class bears this name."""


class UnreadableVersion(DecodeError):
    """The message is of a later version than this program knows."""


class Undecodable(DecodeError):
    """The message is not what its name and version promise."""


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """A message with its place in a stream, in the library's terms."""

    originator_id: UUID
    originator_version: int
    message: Named


def encode(message: Named) -> bytes:
    """The message as JSON in UTF-8."""
    return message.__pydantic_serializer__.to_json(message)


def _place(cls: type[Named], path: tuple[int | str, ...]) -> str:
    """The field at fault; what is not a declared field's name may be somebody's value and is left out."""
    return str(path[0]) if path and path[0] in cls.model_fields else "?"


class MessageTypes(Mapper[UUID]):
    """The messages that a program knows, by name; each class carries its own current version."""

    def __init__(self, classes: Iterable[type[Named]]) -> None:
        super().__init__(JSONTranscoder())
        self.by_name: dict[str, type[Named]] = {}
        for cls in classes:
            if self.by_name.setdefault(cls.NAME, cls) is not cls:
                raise ValueError(f"{cls.NAME} names two classes")

    def decode(self, type: str, schema_version: int, data: bytes) -> Named:
        """The message stored as `data`, lifted to today's version; a DecodeError says why it cannot be read."""
        cls = self.by_name.get(type)
        if cls is None:
            raise UnknownType(type)
        if schema_version > cls.VERSION:
            raise UnreadableVersion(f"{type} v{schema_version}; this program reads up to v{cls.VERSION}")
        try:
            if schema_version == cls.VERSION:
                return cls.__pydantic_validator__.validate_json(data)  # type: ignore[no-any-return]  # pydantic-core answers Any
            lifted: Any = json.loads(data)
            for version in range(schema_version, cls.VERSION):
                lifted = getattr(cls, f"upcast_v{version}_v{version + 1}")(lifted)
            return cls.model_validate_json(json.dumps(lifted))
        except ValidationError as error:
            places = ", ".join(f"{_place(cls, e['loc'])}: {e['type']}" for e in error.errors(include_input=False, include_url=False))
            raise Undecodable(f"{type} v{schema_version}: {places}") from None
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise Undecodable(f"{type} v{schema_version}: {error.__class__.__name__}") from None

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The library's stored form of a StreamEvent; its topic is `<name>@<version>`."""
        message = domain_event.message
        topic = f"{message.NAME}@{message.VERSION}"
        return StoredEvent(domain_event.originator_id, domain_event.originator_version, topic, encode(message))

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The StreamEvent that a recorder of the library has kept."""
        name, _, version = stored_event.topic.rpartition("@")
        message = self.decode(name, int(version), stored_event.state)
        return StreamEvent(UUID(str(stored_event.originator_id)), stored_event.originator_version, message)
