"""A mapping that never changes: a copy with one entry more or less shares all the rest, so that a long stream is folded in linear time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

K = TypeVar("K")
V = TypeVar("V")

BUCKETS = 512
"""A change copies this many references and one bucket."""


class FrozenMap(Mapping[K, V]):
    """Entries in buckets by their keys' hashes, in no order that says anything. In a snapshot it is the list of its entries."""

    __slots__ = ("_buckets", "_size")

    def __init__(self, entries: Mapping[K, V] | None = None) -> None:
        found: dict[int, dict[K, V]] = {}
        for key, value in (entries or {}).items():
            found.setdefault(hash(key) % BUCKETS, {})[key] = value
        self._size = len(entries or ())
        self._buckets: tuple[dict[K, V], ...] = tuple(found.get(place, _NOTHING) for place in range(BUCKETS))

    def __getitem__(self, key: K) -> V:
        return self._buckets[hash(key) % BUCKETS][key]

    def __iter__(self) -> Iterator[K]:
        return (key for bucket in self._buckets for key in bucket)

    def __len__(self) -> int:
        return self._size

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"

    def with_entry(self, key: K, value: V) -> Self:
        """The same with this entry, in place of the one that the key had."""
        return self._with(key, {**self._buckets[hash(key) % BUCKETS], key: value})

    def without(self, key: K) -> Self:
        """The same without this key's entry, if there is one."""
        bucket = self._buckets[hash(key) % BUCKETS]
        return self._with(key, {one: value for one, value in bucket.items() if one != key}) if key in bucket else self

    def _with(self, key: K, bucket: dict[K, V]) -> Self:
        place = hash(key) % BUCKETS
        made = object.__new__(type(self))
        made._size = self._size + len(bucket) - len(self._buckets[place])
        made._buckets = (*self._buckets[:place], bucket, *self._buckets[place + 1 :])
        return made

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        key, value = get_args(source)
        entries = handler.generate_schema(list[tuple[key, value]])  # type: ignore[valid-type]  # only known when it runs
        read = core_schema.no_info_after_validator_function(lambda found: cls(dict(found)), entries)
        written = core_schema.plain_serializer_function_ser_schema(lambda made: list(made.items()), return_schema=entries)
        return core_schema.json_or_python_schema(read, core_schema.is_instance_schema(cls), serialization=written)


_NOTHING: dict[Any, Any] = {}
