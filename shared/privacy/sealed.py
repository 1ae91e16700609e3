"""The sealed value: personal data as it is stored, sent and shown to whoever may not read it, in one format forever.

As JSON: `{"sealed": 1, "source": …, "subject": …, "key": …, "purpose": …, "nonce": …, "box": …}`, in this order.

- `sealed` is the format's number, `source` who sealed it, `subject` the random reference of the person it is about, `key` the
  id of that person's key (both UUIDs in lower-case hyphenated form), `purpose` what it is, as in `registrant.email`.
- `nonce` (12 random bytes) and `box` (AES-256-GCM: ciphertext, then the tag of 16 bytes) are base64url without padding (RFC 4648 § 5).
- The plaintext is the value as JSON in UTF-8, filled up with spaces to a multiple of 32 bytes so that a short answer's length says
  nothing; a reader ignores white space behind JSON, however much.
- The associated data are the clear fields as canonical JSON: the object of `key`, `purpose`, `sealed`, `source`, `subject`, keys
  sorted, no white space, UTF-8, nothing escaped that need not be. Neither the host message's type nor version nor field is among
  them, because upcasting and publishing change those.

A sealed value is moved, never rewritten: it keeps the characters that it came with.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, StringConstraints, TypeAdapter, ValidationError, ValidatorFunctionWrapHandler, model_validator
from pydantic_core import PydanticCustomError

FORMAT: Literal[1] = 1
NONCE_BYTES = 12
BLOCK_BYTES = 32

T = TypeVar("T")

Source = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]
Purpose = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.]{0,99}$")]
Nonce = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16}$")]
Box = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22,}$")]


class BrokenSeal(Exception):
    """A sealed value was changed since it was sealed, or holds something else than its field promises."""


class Erased(BaseModel):
    """In place of a value whose key was erased: it can never be read again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    erased: Literal[True] = True


ERASED = Erased()


class Sealed(BaseModel, Generic[T]):
    """A value of a person, readable only with that person's key."""

    # The schema's description is given here because a parametrised class has no docstring.
    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"description": "A value of a person, readable only with that person's key."}
    )

    sealed: Literal[1]
    source: Source
    subject: UUID
    key: UUID
    purpose: Purpose
    nonce: Nonce
    box: Box

    @model_validator(mode="wrap")
    @classmethod
    def _never_repeat_the_input(cls, data: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        """Whatever is wrong, the complaint must not quote it: it may be the very value that someone forgot to seal."""
        if isinstance(data, Sealed):
            return data if isinstance(data, cls) else cls.model_construct(**data.__dict__)
        try:
            return validate(data)
        except ValidationError as error:
            fields = sorted(
                {str(line["loc"][0]) if line["loc"] else "" for line in error.errors(include_input=False)} & set(cls.model_fields)
            )
        problem = PydanticCustomError("not_sealed", "not a sealed value ({fields})", {"fields": ", ".join(fields) or "no sealed object"})
        raise ValidationError.from_exception_data("Sealed", [{"type": problem, "loc": (), "input": None}])

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        yield "purpose", self.purpose

    @classmethod
    def opens_to(cls) -> Any:
        """The type of the value inside; Any where the field does not say."""
        arguments = cls.__pydantic_generic_metadata__["args"]
        return arguments[0] if arguments else Any


def seal_with(secret: bytes | bytearray, value: T, *, source: str, subject: UUID, key: UUID, purpose: str, of: Any = None) -> Sealed[T]:
    """`value` sealed under `secret` (32 bytes). `of` is its type where its class does not say it all, as in `list[date]`."""
    kind: Any = type(value) if of is None else of
    text = _adapter(kind).dump_json(value, warnings=False)
    nonce = os.urandom(NONCE_BYTES)
    filled = text + b" " * (-len(text) % BLOCK_BYTES)
    box = AESGCM(secret).encrypt(nonce, filled, _associated(source, subject, key, purpose))
    return _sealed(kind)(
        sealed=FORMAT, source=source, subject=subject, key=key, purpose=purpose, nonce=_encode(nonce), box=_encode(box)
    )  # fmt: skip


def open_with(secret: bytes | bytearray, sealed: Sealed[T]) -> T:
    """The value inside, validated as the field's type; BrokenSeal where anything does not fit."""
    try:
        associated = _associated(sealed.source, sealed.subject, sealed.key, sealed.purpose)
        text = AESGCM(secret).decrypt(_decode(sealed.nonce), _decode(sealed.box), associated)
    except (InvalidTag, ValueError):
        raise BrokenSeal(f"the sealed {sealed.purpose} of subject {sealed.subject} was changed, or sealed under another key") from None
    value = _validated(sealed.opens_to(), text)
    if value is None:
        raise BrokenSeal(f"the sealed {sealed.purpose} of subject {sealed.subject} opens, but not to {sealed.opens_to()}")
    return value[0]  # type: ignore[no-any-return]  # the adapter was made for T, which only the type checker knows


def _validated(kind: Any, text: bytes) -> tuple[Any] | None:
    """The value alone in a tuple, or None: pydantic's own error would quote the plaintext."""
    try:
        return (_adapter(kind).validate_json(text),)
    except ValidationError:
        return None


def _associated(source: str, subject: UUID, key: UUID, purpose: str) -> bytes:
    clear = {"key": str(key), "purpose": purpose, "sealed": FORMAT, "source": source, "subject": str(subject)}
    return json.dumps(clear, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@lru_cache(maxsize=256)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@lru_cache(maxsize=256)
def _sealed(kind: Any) -> type[Sealed[Any]]:
    return Sealed[kind]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(raw) != text:
        raise ValueError("these characters encode nothing, or not in the one way that is allowed")
    return raw
