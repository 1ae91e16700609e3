"""Logs: one JSON object a line (readable text on a terminal), with everything personal or secret taken out before it is written."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from datetime import date
from enum import Enum
from pathlib import PurePath
from types import TracebackType
from typing import Any, TextIO
from uuid import UUID

import structlog
from structlog.typing import Processor

REDACTED = "[redacted]"
SEALED = "[sealed]"
MOST_CHARACTERS = 2000
MOST_DEPTH = 6

_SECRET_KEYS = re.compile(
    r"e[-_]?mail|mail_?address|recipient|phone|telefon|street|postal|birth|first_?name|last_?name|full_?name|display_?name|family_?name|given_?name"
    r"|authori[sz]ation|cookie|token|secret|password|passphrase|credential|private_?key|api_?key|session|idempotency|signature"
    r"|query_?string|user_?agent|remote_?addr|client_?ip|dsn",
    re.IGNORECASE,
)
_SECRET_EXACT = frozenset(
    {"name", "address", "body", "input", "data", "query", "message_body", "subject_line", "note", "needs", "ip", "client"}
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE), r"\1 " + REDACTED),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), REDACTED),
    (re.compile(r"[^\s@<>\"'(),:;/=]{1,64}@[^\s@<>\"'(),:;/=?]{1,255}"), REDACTED),
    (re.compile(r"[^\s@<>\"'(),:;/=]{1,64}%40[^\s@<>\"'(),:;/=?]{1,255}", re.IGNORECASE), REDACTED),
    (re.compile(r"(\w+://[^\s/:@]+):[^\s@/]+@"), r"\1:" + REDACTED + "@"),
    (re.compile(r"\?[^\s\"']*=[^\s\"']*"), "?" + REDACTED),
    (re.compile(r"\{[^{}]*\"sealed\"\s*:\s*\d[^{}]*\}"), SEALED),
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_OURS = ("shared.", "services.", "bindeglied.")


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: values under telling names and telling strings under any name are taken out."""
    return {key: _clean(key, value, 0) for key, value in event.items()}


def _clean(key: str, value: Any, depth: int) -> Any:
    if key.lower() in _SECRET_EXACT or _SECRET_KEYS.search(key):
        return value if value is None or isinstance(value, bool) else REDACTED
    return clean_value(value, depth)


def clean_value(value: Any, depth: int = 0) -> Any:
    """A value fit to be logged: plain data is kept, anything that could carry a person's data is only named."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return clean_text(value)
        case UUID() | date() | PurePath():
            return str(value)
        case Enum():
            return clean_value(value.value, depth)
        case _ if depth >= MOST_DEPTH:
            return f"[{type(value).__name__}]"
        case Mapping():
            return SEALED if "sealed" in value else {str(key): _clean(str(key), one, depth + 1) for key, one in value.items()}
        case list() | tuple() | set() | frozenset():
            return [clean_value(one, depth + 1) for one in value]
        case _:
            return f"[{type(value).__name__}]"


def clean_text(text: str) -> str:
    """A text without addresses, tokens, passwords and query values; control characters are spelt out, so that no line can be forged."""
    # Cutting comes first, so that a huge text costs no more than a large one.
    text = text[:MOST_CHARACTERS]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def describe_error(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: an exception as its class and its way. Messages of foreign classes repeat values and are left out."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        chain: list[dict[str, Any]] = []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            chain.append(_describe_one(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        event["exception"] = chain
    return event


def _describe_one(error: BaseException) -> dict[str, Any]:
    kind = type(error)
    told = {"class": f"{kind.__module__}.{kind.__qualname__}", "at": _frames(error.__traceback__)}
    if f"{kind.__module__}.".startswith(_OURS):
        told["says"] = clean_text(str(error))
    return told


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-12:]]


def _short(filename: str) -> str:
    return "/".join(PurePath(filename).parts[-3:])


def _drop_foreign_arguments(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Uvicorn hands its access log addresses and queries as arguments; the message has them already and is cleaned as a text."""
    event.pop("color_message", None)
    event.pop("positional_args", None)
    return event


def configure_logging(*, json: bool | None = None, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Route structlog and the standard library's logging through one redacting chain to `stream` (by default standard error).

    `json=None` decides by the stream: text for a terminal, JSON otherwise.
    """
    out = stream or sys.stderr
    as_json = not out.isatty() if json is None else json
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=out.isatty())
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _drop_foreign_arguments,
            describe_error,
            redact,
            render,
        ],
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    # The edge of each application accounts for its requests; uvicorn's access log would add addresses with their queries.
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
