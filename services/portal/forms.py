"""Forms: what a page asks for, how it is read into a command's body, and what was wrong with what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from services.portal.language import mark
from shared.localday import CITY_ZONE

KEY = "_key"
"""The hidden field with the command's Idempotency-Key, made when the form was drawn."""
SEEN = "_seen"
"""The hidden field with the ETag of what the person saw."""

NEEDED = mark("Please fill this in.")
NO_NUMBER = mark("Please write a whole number.")
NO_DAY = mark("Please give a day, such as 2018-11-30.")
NO_MOMENT = mark("Please give a day with a time, such as 2018-11-30T16:00.")
NO_CHOICE = mark("Please choose one of these.")

Kind = Literal["line", "email", "prose", "number", "day", "moment", "choice", "check", "many", "hidden"]
TYPED: frozenset[Kind] = frozenset({"line", "email", "prose", "number", "day", "moment"})
"""What is answered by hand; the others by choosing."""
Sent = Mapping[str, Sequence[str]]
Options = Sequence[tuple[str, str]]
"""What can be chosen: the value that is sent, and what people read."""


class Unreadable(Exception):
    """What was sent is not what the field asks for; the text says so to whoever filled it in."""


@dataclass(frozen=True)
class Field:
    """One question of a form. Its name is that of the command's body."""

    name: str
    label: str
    kind: Kind = "line"
    hint: str = ""
    needed: bool = True
    autocomplete: str = ""
    """The purpose as in HTML (WCAG 1.3.5), such as `email`."""
    options: Options = ()
    """What can be chosen where that is always the same; else `Visit.fill` gives it."""
    translated: bool = True
    """Whether the options are our words; names out of the data are not."""

    def read(self, values: Sequence[str]) -> JsonValue:
        """The value for the command's body; None for a field left empty. Unreadable if it is not one."""
        if self.kind == "check":
            return bool(values)
        if self.kind == "many":
            if self.needed and not values:
                raise Unreadable(NO_CHOICE)
            return list(values)
        text = values[-1].strip() if values else ""
        if not text:
            if self.needed:
                raise Unreadable(NO_CHOICE if self.kind == "choice" else NEEDED)
            return None
        match self.kind:
            case "number":
                return _number(text)
            case "day":
                return _day(text)
            case "moment":
                return _moment(text)
            case _:
                return text.replace("\r\n", "\n")

    def shown(self, value: JsonValue) -> list[str]:
        """A value of a body as the form shows it."""
        if value is None or value is False:
            return []
        if isinstance(value, list):
            return [str(one) for one in value]
        if self.kind == "moment":
            return [f"{datetime.fromisoformat(str(value)).astimezone(CITY_ZONE):%Y-%m-%dT%H:%M}"]
        return ["yes" if value is True else str(value)]


def _number(text: str) -> int:
    if not (text.removeprefix("-").isdigit() and text.isascii() and len(text) < 10):
        raise Unreadable(NO_NUMBER)
    return int(text)


def _day(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=CITY_ZONE).date().isoformat()
    except ValueError:
        raise Unreadable(NO_DAY) from None


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CITY_ZONE).isoformat()
    except ValueError:
        raise Unreadable(NO_MOMENT) from None


@dataclass(frozen=True)
class Reading:
    """What was sent, as it was read."""

    values: Mapping[str, Sequence[str]]
    body: dict[str, JsonValue]
    errors: dict[str, str]
    """By the field's name: what is wrong, in our English."""


@dataclass(frozen=True)
class Form:
    """The questions that one command needs answers to."""

    name: str
    """Of its own on its page: it is also the form's id and says in the address what was done."""
    fields: tuple[Field, ...]
    submit: str
    """What the button says."""
    done: str = mark("Saved.")
    """What is said once it is done."""
    danger: bool = False
    """Whether it cannot be taken back: the button says so."""
    public: bool = False
    """A form for everybody carries no key of its own, so that equal pages are equal bytes."""

    def read(self, sent: Sent) -> Reading:
        """Read every field; what is left empty is left out of the body."""
        body: dict[str, JsonValue] = {}
        errors: dict[str, str] = {}
        for one in self.fields:
            try:
                value = one.read(sent.get(one.name, ()))
            except Unreadable as unreadable:
                errors[one.name] = str(unreadable)
            else:
                if value is not None:
                    body[one.name] = value
        return Reading({one.name: list(sent.get(one.name, ())) for one in self.fields}, body, errors)

    def longest(self, reading: Reading) -> str | None:
        """The field in which the most was typed; None of a form in which nothing is typed."""
        typed = [one.name for one in self.fields if one.kind in TYPED]
        return max(typed, key=lambda name: sum(map(len, reading.values[name])), default=None)


@dataclass(frozen=True)
class Trouble:
    """A form that came back: what was sent, and what is wrong with it, in the language of the page."""

    values: Mapping[str, Sequence[str]]
    errors: Mapping[str, str]
    """By field."""
    says: Sequence[str]
    """What concerns the form as a whole."""
    key: str | None
    seen: str | None


@dataclass(frozen=True)
class Filled:
    """A form as a page draws it."""

    form: Form
    action: str
    values: Mapping[str, Sequence[str]]
    options: Mapping[str, Options]
    key: str | None
    seen: str | None
    trouble: Trouble | None

    def value(self, name: str) -> str:
        """What a field of one value shows."""
        values = self.values.get(name, ())
        return values[-1] if values else ""

    def error(self, name: str) -> str | None:
        """What is wrong with a field."""
        return self.trouble.errors.get(name) if self.trouble else None

    def choices(self, asked: Field) -> Options:
        """What can be chosen in a field."""
        return self.options.get(asked.name, asked.options)

    def id(self, name: str) -> str:
        """The field's id on the page."""
        return f"{self.form.name}-{name}"
