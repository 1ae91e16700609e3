"""The languages of the pages: their words from `locale/`, their dates and numbers, and one template environment for each."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Literal

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.portal.assets import address
from shared.localday import CITY_ZONE

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = ("de", "en")
NAMES = {"de": "Deutsch", "en": "English"}
HERE = Path(__file__).parent
LOCALES = {"de": "de_DE", "en": "en_GB"}
CITYS_OWN: Language = "de"
"""What the city writes in: names, titles, resolutions, answers, reasons."""
FIRM = "\u00a0"
"""A space at which no line ends."""
_NUMBER = re.compile(r"(\d|%\(\w+\)s) (?=\w)")


def mark(text: str) -> str:
    """The same text: it marks what is written down in one place and translated in another."""
    return text


def catalogue_file(language: Language) -> Path:
    """Where the words of a language are; English has none, it is what the templates are written in."""
    return HERE / "locale" / f"{language}.po"


def bound(text: str) -> str:
    """The text with each number on one line with the word that it counts."""
    return _NUMBER.sub(rf"\1{FIRM}", text)


class Words(NullTranslations):
    """The translations as they are shown."""

    def __init__(self, told: NullTranslations) -> None:
        super().__init__()
        self._told = told

    def gettext(self, message: str) -> str:
        """Our English text in the language."""
        return bound(self._told.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The same of one or of many."""
        return bound(self._told.ngettext(msgid1, msgid2, n))


def read_catalogue(file: Path) -> NullTranslations:
    """The translations in a catalogue; without one every text stays as it is written."""
    if not file.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True)
class Speech:
    """One language."""

    language: Language
    text: Callable[[str], str]
    """Our English text in this language."""
    templates: Environment

    @property
    def locale(self) -> str:
        """What Babel calls it."""
        return LOCALES[self.language]


@cache
def speech(language: Language) -> Speech:
    """The language with everything that belongs to it, made once."""
    catalogue = Words(read_catalogue(catalogue_file(language)))
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue, newstyle=True)  # type: ignore[attr-defined]  # The extension adds it.
    spoken = Speech(language, catalogue.gettext, environment)
    environment.filters.update(_filters(spoken))
    environment.tests["ours"] = is_ours
    environment.globals.update(language=language, static=address)
    return spoken


def _filters(spoken: Speech) -> dict[str, Callable[..., str | None]]:
    locale = spoken.locale

    def day(value: str | date) -> str:
        """`28 November 2018`; of a moment, the day in the city."""
        return format_date(_day(value), "long", locale).replace(" ", FIRM)

    def moment(value: str | datetime) -> str:
        """`28 November 2018, 16:00` in the city's time."""
        at = _local(value)
        return f"{day(at)}, {clock(at)}"

    def clock(value: str | datetime) -> str:
        """`16:00` in the city's time, with what the language says after it."""
        said = format_time(_local(value), "HH:mm", locale=locale)
        return f"{said}{FIRM}Uhr" if spoken.language == "de" else said

    def span(begin: str | datetime, end: str | datetime) -> str:
        """`28 November 2018, 16:00 – 18:00`; over midnight with both days."""
        if day(begin) != day(end):
            return f"{moment(begin)} – {moment(end)}"
        return f"{day(begin)}, {format_time(_local(begin), 'HH:mm', locale=locale)}{FIRM}–{FIRM}{clock(end)}"

    def weekday(value: str | datetime) -> str:
        """`Wednesday`."""
        return format_datetime(_local(value), "EEEE", locale=locale)

    def number(value: float) -> str:
        """`1,234`."""
        return format_decimal(value, locale=locale)

    def to(path: str) -> str:
        """The address of a page of ours in this language."""
        return f"/{spoken.language}{path}"

    def lang(language: str | None) -> str:
        """The attribute for text in this language, where the page is in another."""
        return Markup("") if language in (spoken.language, None) else Markup(' lang="{}"').format(language)

    def written(text: str | None, language: str | None = CITYS_OWN) -> str | None:
        """Text out of the data, in the language in which it was written: a page in another says which (WCAG 3.1.2)."""
        attribute = lang(language)
        return Markup("<span{}>{}</span>").format(attribute, text) if attribute and text else text

    def sourced(text: str) -> str | None:
        """Where a rule comes from: in our words where it is our decision, else as it was written."""
        return spoken.text(text) if is_ours(text) else written(text)

    filters: dict[str, Callable[..., str | None]] = {"day": day, "moment": moment, "clock": clock, "weekday": weekday, "number": number}
    return {**filters, "span": span, "to": to, "lang": lang, "written": written, "sourced": sourced}


def is_ours(text: str) -> bool:
    """Whether we say so ourselves, in English, so that there is a German text for it."""
    return speech("de").text(text) != bound(text)


def _day(value: str | date) -> date:
    if isinstance(value, str):
        return _day(datetime.fromisoformat(value)) if "T" in value else date.fromisoformat(value)
    return _local(value).date() if isinstance(value, datetime) else value


def _local(value: str | datetime) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(CITY_ZONE)


def preferred(accept_language: str | None) -> Language:
    """The language that a browser asks for (RFC 9110 section 12.5.4): German unless English is wanted more."""
    best: tuple[float, Language] = (0.0, "de")
    for part in (accept_language or "").split(","):
        tag, _, weight = part.strip().partition(";")
        quality = _quality(weight)
        known: Any = tag.strip().lower()[:2]
        if known in LANGUAGES and quality > best[0]:
            best = (quality, known)
    return best[1]


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
