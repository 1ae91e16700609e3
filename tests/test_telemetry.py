"""Logs: whatever is thrown at them, nothing personal and nothing secret comes out."""

from __future__ import annotations

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from shared.telemetry import configure_logging, redact

CANARY = "canary7f3a"
MAIL = f"{CANARY}@example.org"
TOKEN = f"eyJhbGciOiJFZERTQSJ9.{CANARY}.{CANARY}"


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where this test's logs go."""
    stream = io.StringIO()
    configure_logging(json=True, stream=stream, level=logging.DEBUG)
    yield stream
    configure_logging()


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


class Registrant(BaseModel):
    age: int
    nickname: str


@pytest.mark.parametrize(
    "said",
    [
        {"email": CANARY},
        {"contact_email": CANARY},
        {"authorization": CANARY},
        {"Cookie": CANARY},
        {"access_token": CANARY},
        {"password": CANARY},
        {"name": CANARY},
        {"address": [CANARY]},
        {"body": {"x": CANARY}},
        {"deep": {"deeper": [{"last_name": CANARY}]}},
        {"note": CANARY},
        {"info": MAIL},
        {"info": f"mailto:{MAIL}?subject=x"},
        {"info": MAIL.replace("@", "%40")},
        {"info": f"Authorization: Bearer {CANARY}"},
        {"info": TOKEN},
        {"info": f"GET /confirm?token={CANARY} HTTP/1.1"},
        {"info": f"postgresql://service:{CANARY}@host/db"},
        {"value": {"sealed": 1, "box": CANARY}},
        {"value": json.dumps({"sealed": 1, "box": CANARY})},
        {"value": Registrant(age=1, nickname=CANARY)},
        {"value": ValueError(CANARY)},
        {"value": CANARY.encode()},
        {"value": {"a": {"b": {"c": {"d": {"e": {"f": {"g": CANARY}}}}}}}},
    ],
)
def test_a_canary_in_any_hiding_place_is_not_written(out: io.StringIO, said: dict[str, Any]) -> None:
    structlog.get_logger("test").info("something.happened", **said)
    # A LogRecord has a name of its own and takes no other.
    logging.getLogger("foreign").warning("something happened", extra={key: value for key, value in said.items() if key != "name"})
    assert CANARY not in out.getvalue()
    assert [line["event"] for line in lines(out)] == ["something.happened", "something happened"]


def test_addresses_and_tokens_in_messages_of_the_standard_library_are_not_written(out: io.StringIO) -> None:
    logging.getLogger("foreign").warning("mail to %s failed with %s", MAIL, TOKEN)
    assert CANARY not in out.getvalue()
    assert "failed with [redacted]" in lines(out)[0]["event"]


def test_what_operators_need_is_written(out: io.StringIO) -> None:
    structlog.get_logger("test").info("relay.window", service="meetings", position=17, stream=UUID(int=3), ok=True, seconds=0.5)
    [line] = lines(out)
    assert (line["event"], line["service"], line["position"], line["ok"], line["seconds"]) == ("relay.window", "meetings", 17, True, 0.5)
    assert line["stream"] == str(UUID(int=3))
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_an_exception_is_told_by_class_and_place_without_a_foreign_message(out: io.StringIO) -> None:
    def fail() -> None:
        try:
            Registrant.model_validate({"age": CANARY, "nickname": CANARY})
        except ValidationError as error:
            raise KeyError(CANARY) from error

    try:
        fail()
    except KeyError:
        structlog.get_logger("test").exception("it.failed")
        logging.getLogger("foreign").exception("it failed")
    assert CANARY not in out.getvalue()
    for line in lines(out):
        assert [one["class"].rpartition(".")[2] for one in line["exception"]] == ["KeyError", "ValidationError"]
        assert line["exception"][0]["at"][-1].endswith(" fail")


def test_no_line_can_be_forged(out: io.StringIO) -> None:
    configure_logging(json=False, stream=out)
    structlog.get_logger("test").warning("seen", info="x\n2026-01-01 [info] all is well\x1b[2J")
    assert out.getvalue().count("\n") == 1
    assert "\x1b" not in out.getvalue()


def test_a_huge_text_is_cut(out: io.StringIO) -> None:
    structlog.get_logger("test").info("big", info="x" * 10_000_000)
    assert len(out.getvalue()) < 5000


def _logged_keys() -> Iterator[tuple[str, str]]:
    """Every name under which our own code logs a value, with where it does."""
    root = Path(__file__).parent.parent
    for file in (path for folder in ("shared", "services", "bindeglied") for path in (root / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="logger")), keywords=keywords):
                    yield from ((f"{file.relative_to(root)}:{node.lineno}", word.arg) for word in keywords if word.arg)
                case _:
                    continue


def test_what_our_own_code_logs_is_not_taken_out_for_its_name() -> None:
    keys = [(place, key) for place, key in _logged_keys() if key != "exc_info"]
    assert len(keys) > 30, "the search finds the calls"
    assert [(place, key) for place, key in keys if redact(None, "", {key: "upcoming_v1"})[key] != "upcoming_v1"] == []
