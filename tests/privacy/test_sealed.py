"""The sealed value's format, which stands forever, and what it never gives away."""

from __future__ import annotations

import json
import logging
import traceback
from base64 import urlsafe_b64decode
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.domain import Contract, Event
from shared.eventstore.mapper import MessageTypes, encode
from shared.privacy.sealed import ERASED, BrokenSeal, Erased, Sealed, open_with, seal_with

GOLDEN = json.loads((Path(__file__).with_name("golden") / "sealed_1.json").read_text(encoding="utf-8"))
SECRET = bytes.fromhex(GOLDEN["secret"])
CANARY = "canary-7f3a@example.org"
SUBJECT, KEY = UUID("5f1c7d7e-8a43-4c0e-9d53-0a8f6f2f1b11"), UUID("c0ffee00-1234-4abc-8def-0123456789ab")


class Contact(BaseModel):
    name: str
    telephone: str | None


FIELDS: dict[str, type[Sealed[Any]]] = {
    "str": Sealed[str],
    "date": Sealed[date],
    "Contact": Sealed[Contact],
    "list[str]": Sealed[list[str]],
    "bool": Sealed[bool],
}


class Registered(Event, name="test.Registered"):
    email: Sealed[str]
    born: Sealed[date] | None = None


class ParticipantRegistered(Event, name="test.ParticipantRegistered", version=2):
    address: Sealed[str]
    born: Sealed[date] | None = None

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        return {"address": data["email"], "born": data["born"]}


class SeatTaken(Contract, name="test.SeatTaken"):
    reachable_at: Sealed[str]


def sealed(value: Any = CANARY, **fields: Any) -> Sealed[Any]:
    clear: dict[str, Any] = {"source": "/bremen/conferences", "subject": SUBJECT, "key": KEY, "purpose": "registrant.email"}
    return seal_with(SECRET, value, **(clear | fields))


@pytest.mark.parametrize("case", GOLDEN["values"], ids=lambda case: case["type"])
def test_a_value_that_was_ever_sealed_opens_forever(case: dict[str, Any]) -> None:
    value = FIELDS[case["type"]].model_validate(case["sealed"])
    assert open_with(SECRET, value) == TypeAdapter(value.opens_to()).validate_python(case["value"])
    assert json.loads(value.model_dump_json()) == case["sealed"]


@pytest.mark.parametrize("case", GOLDEN["values"], ids=lambda case: case["type"])
def test_the_format_can_be_read_from_its_description_alone(case: dict[str, Any]) -> None:
    fields = case["sealed"]
    assert list(fields) == ["sealed", "source", "subject", "key", "purpose", "nonce", "box"]
    raw = {name: urlsafe_b64decode(fields[name] + "=" * (-len(fields[name]) % 4)) for name in ("nonce", "box")}
    key, purpose, source, subject = (fields[name] for name in ("key", "purpose", "source", "subject"))
    associated = f'{{"key":"{key}","purpose":"{purpose}","sealed":1,"source":"{source}","subject":"{subject}"}}'
    plaintext = AESGCM(SECRET).decrypt(raw["nonce"], raw["box"], associated.encode())
    assert len(plaintext) % 32 == 0
    assert json.loads(plaintext) == case["value"]


@given(
    st.text() | st.integers() | st.booleans() | st.dates() | st.uuids() | st.lists(st.text()) | st.dictionaries(st.text(), st.integers())
)
def test_any_value_opens_to_itself(value: Any) -> None:
    assert open_with(SECRET, sealed(value)) == value


@given(st.builds(Contact, name=st.text(), telephone=st.none() | st.text()))
def test_a_model_opens_to_itself_after_a_journey_as_json(contact: Contact) -> None:
    moved = Sealed[Contact].model_validate_json(sealed(contact).model_dump_json())
    assert open_with(SECRET, moved) == contact


@given(st.lists(st.dates(), min_size=1))
def test_a_type_that_the_values_class_does_not_tell_can_be_named(days: list[date]) -> None:
    assert open_with(SECRET, sealed(days, of=list[date])) == days


@given(st.binary(min_size=1, max_size=400), st.text(alphabet="0123456789abcdefghijklmnopqrstuvwxyz._", max_size=20))
def test_a_sealed_value_is_moved_byte_for_byte(value: bytes, purpose: str) -> None:
    stored = encode(Registered(email=sealed(value.hex(), purpose=f"p{purpose}")))
    decoded = MessageTypes([Registered]).decode("test.Registered", 1, stored)
    assert encode(decoded) == stored


@pytest.mark.parametrize(
    "change",
    [
        {"source": "/bremen/meetings"}, {"subject": uuid4()}, {"key": uuid4()}, {"purpose": "registrant.name"},
        {"nonce": "AAAAAAAAAAAAAAAA"}, {"box": "A" * 64},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_changing_any_field_breaks_the_seal(change: dict[str, Any]) -> None:
    whole = sealed()
    assert open_with(SECRET, whole) == CANARY
    with pytest.raises(BrokenSeal):
        open_with(SECRET, whole.model_copy(update=change))


def test_another_format_is_not_taken_for_this_one() -> None:
    with pytest.raises(ValidationError):
        Sealed[str].model_validate(json.loads(sealed().model_dump_json()) | {"sealed": 2})


def test_every_flipped_bit_of_nonce_and_box_breaks_the_seal() -> None:
    whole = sealed("x")
    for field in ("nonce", "box"):
        text: str = getattr(whole, field)
        for place in range(len(text)):
            changed = text[:place] + ("B" if text[place] == "A" else "A") + text[place + 1 :]
            with pytest.raises(BrokenSeal):
                open_with(SECRET, whole.model_copy(update={field: changed}))


def test_the_same_bytes_in_other_characters_break_the_seal() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    whole = sealed("x" * 40)
    other = whole.box[:-1] + alphabet[alphabet.index(whole.box[-1]) ^ 1]
    assert urlsafe_b64decode(other + "=") == urlsafe_b64decode(whole.box + "=")
    with pytest.raises(BrokenSeal):
        open_with(SECRET, whole.model_copy(update={"box": other}))


def test_two_seals_of_one_value_have_nothing_in_common() -> None:
    one, two = sealed(), sealed()
    assert one != two
    assert (one.nonce, one.box) != (two.nonce, two.box)


def test_equality_and_hash_are_those_of_the_fields() -> None:
    one = sealed()
    again = Sealed[str].model_validate_json(one.model_dump_json())
    untyped: Sealed[Any] = Sealed.model_validate_json(one.model_dump_json())
    assert one == again == untyped
    assert len({one, again, untyped}) == 1
    assert one != one.model_copy(update={"purpose": "registrant.name"})


def test_the_length_of_short_answers_says_nothing() -> None:
    assert len({len(sealed(value).box) for value in (True, False, None, "ja", "nein", "vielleicht", date(2026, 1, 1))}) == 1


def test_a_value_moves_from_an_event_through_upcasting_into_a_contract_and_still_opens() -> None:
    stored = encode(Registered(email=sealed(), born=sealed(date(1990, 2, 28), purpose="registrant.born")))
    lifted = MessageTypes([ParticipantRegistered]).decode("test.ParticipantRegistered", 1, stored)
    assert isinstance(lifted, ParticipantRegistered)
    published = encode(SeatTaken(reachable_at=lifted.address))
    heard = MessageTypes([SeatTaken]).decode("test.SeatTaken", 1, published)
    assert isinstance(heard, SeatTaken)
    assert open_with(SECRET, heard.reachable_at) == CANARY
    assert lifted.born is not None
    assert open_with(SECRET, lifted.born) == date(1990, 2, 28)


def test_a_value_of_another_type_than_promised_breaks_the_seal_without_being_quoted() -> None:
    promised: Sealed[date] = Sealed[date].model_validate_json(sealed().model_dump_json())
    with pytest.raises(BrokenSeal) as broken:
        open_with(SECRET, promised)
    assert CANARY not in shown(broken.value)


def test_nothing_secret_is_in_any_form_of_a_sealed_value(caplog: pytest.LogCaptureFixture) -> None:
    value = sealed()
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").info("%s %r", value, Registered(email=value))
    forms = [repr(value), str(value), f"{value}", repr(Registered(email=value)), repr(vars(value)), caplog.text, value.model_dump_json()]
    assert "registrant.email" in repr(value)
    assert value.box not in repr(value) + str(value)
    assert not [form for form in forms if CANARY in form or "canary" in form]


@pytest.mark.parametrize(
    "unsealed",
    [
        CANARY, {"email": CANARY}, [CANARY],
        {**json.loads(sealed().model_dump_json()), "box": CANARY}, {**json.loads(sealed().model_dump_json()), CANARY: 1},
    ],
    ids=["text", "object", "list", "field", "name"],
)  # fmt: skip
def test_a_value_that_someone_forgot_to_seal_is_refused_without_being_quoted(unsealed: Any) -> None:
    with pytest.raises(ValidationError) as python:
        Registered(email=unsealed)
    with pytest.raises(ValidationError) as from_json:
        Registered.model_validate_json(json.dumps({"email": unsealed}))
    for problem in (python.value, from_json.value):
        assert "not a sealed value" in str(problem)
        assert CANARY not in shown(problem) + repr(problem.errors()) + problem.json()


def test_the_schema_describes_the_format_for_openapi() -> None:
    schema = Registered.model_json_schema()["$defs"]["Sealed_str_"]
    assert list(schema["properties"]) == schema["required"] == ["sealed", "source", "subject", "key", "purpose", "nonce", "box"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["sealed"]["const"] == 1
    assert schema["description"] == "A value of a person, readable only with that person's key."


def test_erased_is_a_typed_marker_in_code_and_in_answers() -> None:
    class Answer(BaseModel):
        email: str | Erased

    assert Answer(email=ERASED).model_dump_json() == '{"email":{"erased":true}}'
    assert Answer.model_validate_json('{"email":{"erased":true}}').email == ERASED


def test_a_time_keeps_its_zone() -> None:
    moment = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert open_with(SECRET, sealed(moment)) == moment


def shown(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__cause__) + repr(error.__context__)
