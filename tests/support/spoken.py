"""Which words of a page are in which language, as the page says it; and those of another language that it does not mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser

from babel.dates import get_month_names

from tests.portal.catalogue import wanted

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"title", "script", "style", "code"}
"""A page's title has one language; the rest nobody reads aloud as words."""
WORD = re.compile(r"[^\W\d_]{4,}")
ADDRESS = re.compile(r"\S+@\S+|https?:\S+")
NAMES = {"Bindeglied", "Bremerhaven", "Deutsch", "English", "Open", "Font", "Fira", "Sans", "KERN", "EUPL", "Bremen"}
"""Proper names are the same in every language (WCAG 3.1.2)."""


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        language = given.get("lang") or self._language
        if tag not in VOID:
            self._open.append((tag, language))
        shown = [given.get(name) for name in ("aria-label", "alt", "title")]
        if tag == "input" and given.get("type", "text") == "text":
            shown.append(given.get("value"))
        self.found += [(language, text) for text in shown if text]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {tag for tag, _ in self._open} & SILENT:
            self.found.append((self._language, data))

    @property
    def _language(self) -> str:
        return self._open[-1][1] if self._open else ""


def spoken(page: str) -> Iterator[tuple[str, str]]:
    """Every word with the language that the page gives it."""
    reading = _Reading()
    reading.feed(page)
    for language, text in reading.found:
        yield from ((language, word) for word in WORD.findall(ADDRESS.sub("", text)))


@cache
def our_english() -> frozenset[str]:
    """The words of our own English texts, and of dates in English."""
    texts = [text for message in wanted() if message.id for text in ([message.id] if isinstance(message.id, str) else message.id)]
    return frozenset(word for text in [*texts, *get_month_names(locale="en_GB").values()] for word in WORD.findall(text))


def unmarked(german: str, english: str) -> list[str]:
    """The words that the English page has from the German one, as if they were English."""
    shared = {word for _, word in spoken(german)} & {word for language, word in spoken(english) if language == "en"}
    return sorted(shared - our_english() - NAMES)
