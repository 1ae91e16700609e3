"""From a planned notification to the bytes of a letter: subject, text and a simple HTML beside it, in the recipient's language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime as mail_date
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from babel.dates import format_date, format_datetime
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined, pass_context, select_autoescape
from jinja2.runtime import Context

from services.notifications.channels.channel import Post
from services.notifications.events.notification import NotificationPlanned
from services.notifications.events.parts import Why
from shared.localday import CITY_ZONE
from shared.mail import envelope_address

MOST_SUBJECT = 78
"""Characters; what is longer ends at a word before that, for the whole of it stands in the letter. Its kind comes first."""
DATES = {"de": "EEEE, d.\u00a0MMMM\u00a0y", "en": "EEEE, d\u00a0MMMM\u00a0y"}
"""No line ends inside a day or a time."""
HOURS = {"de": "HH:mm\u00a0'Uhr'", "en": "HH:mm"}
TIMES = {language: f"{day}, {HOURS[language]}" for language, day in DATES.items()}
BEGINNINGS = {language: f"{day}, HH:mm" for language, day in DATES.items()}
"""Of what ends on the same day."""
SHORT_DATES = {"de": "d. MMM y", "en": "d MMM y"}
"""For subjects."""
TO = {"de": "bis", "en": "to"}


class Letters(EmailPolicy):
    """RFC 5322 with the line ends of SMTP. An address in angle brackets stays in one piece: as encoded words, no mail program reads it."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as it is sent."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}\r\n".encode("ascii")
        return super().fold_binary(name, value)


LETTERS = Letters(linesep="\r\n")


@dataclass(frozen=True)
class Letterhead:
    """What all letters of a city have in common."""

    city: str
    sender: str
    portal_url: str

    def page(self, language: str, path: str, **query: str) -> str:
        """A page of the portal."""
        return f"{self.portal_url.rstrip('/')}/{language}{quote(path)}" + (f"?{urlencode(query)}" if query else "")

    def one_click(self, token: str) -> str:
        """Where a mail program's own button sends its form to (RFC 8058)."""
        return f"{self.portal_url.rstrip('/')}/api/notifications/subscriptions/stop/{quote(token, safe='')}"

    def message_id(self, notification: UUID) -> str:
        """The same at every attempt, so that a letter that comes twice is recognised."""
        return f"<{notification}@bindeglied.{self.city}>"


@dataclass(frozen=True)
class Opened:
    """What is sealed of a notification, opened for the envelope's sake."""

    email: str = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    """Names and tokens, as the letter's template calls them."""
    stops: Sequence[str | None] = field(repr=False)
    """The stop token of each reason, in their order."""


@dataclass(frozen=True)
class ToldReason:
    """A reason as the letter tells it."""

    why: Why
    title: str
    stop_link: str | None


@dataclass(frozen=True)
class Written:
    """A letter's words."""

    subject: str
    text: str
    html: str


def clean(value: Any) -> Any:
    """Text without what could turn, break or hide what stands around it: controls, marks of direction, foreign line ends."""
    if not isinstance(value, str):
        return value
    lines = re.sub("\r\n?|[\u0085\u2028\u2029\v\f]", "\n", value)
    return "".join(sign for sign in lines if sign == "\n" or (unicodedata.category(sign) not in {"Cc", "Cs"} and sign not in TURNING))


TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("letters")),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    made.filters |= {"moment": _moment, "span": _span, "short": _short, "day": _day}
    return made


@pass_context
def _moment(context: Context, value: str | Undefined) -> str:
    """A time in the city."""
    return _told(context["language"], value, TIMES)


@pass_context
def _span(context: Context, begin: str | Undefined, end: str | Undefined) -> str:
    """From when to when in the city; within one day, that day is said once."""
    language = context["language"]
    within = _day(context, begin) == _day(context, end)
    begun = _told(language, begin, BEGINNINGS if within else TIMES)
    return f"{begun} {TO[language]} {_told(language, end, HOURS if within else TIMES)}"


@pass_context
def _short(context: Context, value: str | Undefined) -> str:
    """The day of it in the city."""
    return _told(context["language"], value, SHORT_DATES)


def _told(language: str, value: str | Undefined, patterns: Mapping[str, str]) -> str:
    return format_datetime(datetime.fromisoformat(str(value)), patterns[language], tzinfo=CITY_ZONE, locale=language)


@pass_context
def _day(context: Context, value: str | Undefined) -> str:
    """A day; of a time, the day in the city."""
    language, said = context["language"], str(value)
    day = datetime.fromisoformat(said).astimezone(CITY_ZONE).date() if "T" in said else date.fromisoformat(said)
    return format_date(day, DATES[language], locale=language)


def shortened(text: str, most: int = MOST_SUBJECT) -> str:
    """The text in one line; one that is too long ends with its last whole word that has room."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    words, _, cut = line[:most].rpartition(" ")
    kept = words if len(words) > most // 2 else f"{words} {cut[:-1]}"  # A single long word is cut.
    return kept.lstrip().rstrip(" ,;:–-") + "…"


ENVIRONMENT = _environment()


def write(planned: NotificationPlanned, opened: Opened, head: Letterhead) -> Written:
    """The words of a letter; raises what jinja2 raises where a template and what it is given do not fit."""
    language = planned.language

    def page(path: str, **query: str) -> str:
        return head.page(language, path, **query)

    reasons = [
        ToldReason(reason.why, reason.title, page("/subscription/stop", token=stop) if stop else None)
        for reason, stop in zip(planned.reasons, opened.stops, strict=True)
    ]
    given = {"language": language, "letter": planned.letter, "sealed": opened.values, "page": page, "reasons": reasons}
    module = ENVIRONMENT.get_template(f"{language}/{planned.kind}.txt").make_module(given)
    closing, footer = (ENVIRONMENT.get_template(f"{language}/{part}.txt").render(given) for part in ("_closing", "_why"))
    text = f"{str(module).strip()}\n\n{closing.strip()}\n\n-- \n{footer.strip()}\n"
    subject = shortened(str(vars(module)["subject"]))
    paragraphs = [
        [(line, line.startswith(head.portal_url)) for line in part.splitlines()]
        for part in re.split(r"\n\s*\n", text.replace("\n-- \n", "\n"))
    ]
    html = ENVIRONMENT.get_template("letter.html").render(language=language, subject=subject, paragraphs=paragraphs)
    return Written(subject, text, html)


def compose(notification: UUID, planned: NotificationPlanned, opened: Opened, head: Letterhead) -> Post:
    """The letter, the same bytes every time; NoAddress where there is nobody to send it to."""
    recipient = envelope_address(opened.email)
    written = write(planned, opened, head)
    message = EmailMessage(policy=LETTERS)
    message["Date"] = mail_date(planned.planned_at)
    message["From"] = head.sender
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = written.subject
    message["Message-ID"] = head.message_id(notification)
    message["Auto-Submitted"] = "auto-generated"
    if stop := next(filter(None, opened.stops), None):
        message["List-Unsubscribe"] = f"<{head.one_click(stop)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(written.text, cte="quoted-printable")
    message.add_alternative(written.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = planned.language
    message.set_boundary(f"=_{notification.hex}")
    return Post(notification, head.message_id(notification), head.sender, recipient, message.as_bytes())
