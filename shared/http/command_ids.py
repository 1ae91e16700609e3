"""Under which ids commands and the streams that they begin are known: the same for the same key of the same sender."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

from shared.http.bad_input import BadInput

_COMMAND_IDS = UUID("6f0a3f0e-52f3-5f0b-9d3c-0c6f2f3b8a11")
_STREAM_IDS = UUID("0d9b6c1e-8f35-5b57-8c59-7b1f6b8f5e02")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def read_key(principal: str, key: str) -> UUID:
    """A client's Idempotency-Key as a UUID: itself where it is one, else this sender's own. BadInput for a key that is none."""
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise BadInput("header.Idempotency-Key", "is not 1 to 255 visible ASCII characters")
    try:
        return UUID(key)
    except ValueError:
        return uuid5(_COMMAND_IDS, f"{principal}\n{key}")


def stream_of(principal_id: str, command_id: UUID) -> UUID:
    """The id of the stream that a principal's command begins."""
    return uuid5(_STREAM_IDS, f"{principal_id}\n{command_id}")


def stream_begun_by(principal_id: str, idempotency_key: str) -> UUID:
    """The id of the stream that this principal's command under this key begins, so that it can be named before it is sent."""
    return stream_of(principal_id, read_key(principal_id, idempotency_key))
