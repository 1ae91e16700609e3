"""What bodies are called by now: a name that was corrected is shown wherever its body is, also in what was told under the wrong one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel

T = TypeVar("T")
SUFFIX = "_name"
"""What follows the name of a field with an id in the name of the field with what that is called: `host`, `host_name`."""


def named_in(thing: object) -> Iterator[UUID]:
    """The ids of all that is named in a thing, or in a list of things."""
    if isinstance(thing, list | tuple):
        for one in thing:
            yield from named_in(one)
        return
    parts = _parts(thing)
    for field, value in parts.items():
        if isinstance(value, UUID) and parts.get(field + SUFFIX) is not None:
            yield value
        yield from named_in(value)


def with_names(thing: T, names: Mapping[UUID, str]) -> T:
    """The same with these names, by the id beside each; what is not among them keeps the name that it has."""
    return cast("T", _renamed(thing, names)) if names else thing


def _parts(thing: object) -> dict[str, Any]:
    if isinstance(thing, BaseModel):
        return dict(thing)
    if is_dataclass(thing) and not isinstance(thing, type):
        return {one.name: getattr(thing, one.name) for one in fields(thing) if one.init}
    return {}


def _renamed(thing: Any, names: Mapping[UUID, str]) -> Any:
    if type(thing) in (list, tuple):
        return type(thing)(_renamed(one, names) for one in thing)
    parts = _parts(thing)
    right = {field: _renamed(value, names) for field, value in parts.items()}
    for field, value in parts.items():
        if isinstance(value, UUID) and value in names and right.get(field + SUFFIX):
            right[field + SUFFIX] = names[value]
    changed = {field: value for field, value in right.items() if value is not parts[field]}
    if not changed:
        return thing
    return thing.model_copy(update=changed) if isinstance(thing, BaseModel) else replace(thing, **changed)
