"""Every page that can be reached answers, is accessible as far as a machine can tell, and fits a telephone."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visits
from tests.browser.pages import Visitor

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
OF_A_KIND = 3
"""How many pages of one kind are looked at: conferences differ in their text, not in their frame."""


def crawl(visitor: Visitor, start: str) -> list[str]:
    """All pages of one language reached from `start`, so many of each kind; every one must answer."""
    language = start[:4]
    waiting, seen, kinds = [start], {start}, dict[str, int]()
    found = []
    while waiting:
        path = waiting.pop(0)
        answer = visitor.goes_to(path)
        assert answer.status == 200, f"{path} answers {answer.status}"
        found.append(path)
        for link in visitor.links():
            kind = UUID.sub("…", link.partition("?")[0])
            if link in seen or not link.startswith(language) or kinds.get(kind, 0) >= OF_A_KIND:
                continue
            seen.add(link)
            kinds[kind] = kinds.get(kind, 0) + 1
            waiting.append(link)
    return found


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_for_everybody_answers_and_has_no_barrier_that_a_machine_finds(visits: Visits, language: str) -> None:
    visitor = visits()
    pages = crawl(visitor, f"/{language}/")
    assert {f"/{language}/", f"/{language}/conferences", f"/{language}/accessibility", f"/{language}/login"} <= set(pages)
    barriers = {}
    for path in pages:
        visitor.goes_to(path)
        assert visitor.page.locator("html").get_attribute("lang") == language
        if found := visitor.violations():
            barriers[path] = found
    assert barriers == {}


@pytest.mark.parametrize("persona", ["koordinierung", "gremienbuero", "sozialamt"])
def test_every_page_for_those_who_are_signed_in_answers_and_has_no_barrier(visits: Visits, persona: str) -> None:
    visitor = visits()
    visitor.signs_in_as(persona)
    barriers = {}
    for path in crawl(visitor, "/de/"):
        visitor.goes_to(path)
        if found := visitor.violations():
            barriers[path] = found
    assert barriers == {}


def test_pages_fit_a_telephone(visits: Visits) -> None:
    visitor = visits(width=360)
    wide = []
    for path in crawl(visitor, "/de/"):
        visitor.goes_to(path)
        if visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(path)
    assert wide == []


def test_a_barrier_is_noticed(visits: Visits) -> None:
    visitor = visits()
    visitor.goes_to("/de/login")
    visitor.page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<input><img src=\"/static/none\">')")
    assert {one.partition(":")[0] for one in visitor.violations()} >= {"label", "image-alt"}


def test_without_javascript_one_reads_signs_in_and_is_told_what_is_wrong_in_a_form(visits: Visits) -> None:
    visitor = visits(javascript=False)
    visitor.goes_to("/de/")
    assert visitor.page.locator("h1").count() == 1
    visitor.goes_to("/de/accessibility")
    visitor.presses("Absenden")
    assert visitor.page.locator("#feedback-text[aria-invalid=true]").count() == 1
    assert "Bitte füllen Sie dieses Feld aus." in visitor.page.locator("#feedback-trouble").inner_text()
    visitor.signs_in_as("koordinierung")
    assert visitor.page.get_by_text("Meike Ahlers").count() == 1
    visitor.presses("Abmelden")
    assert visitor.page.get_by_text("Meike Ahlers").count() == 0


def test_the_other_language_shows_the_same_page(visits: Visits) -> None:
    visitor = visits()
    visitor.goes_to("/de/conferences")
    visitor.page.get_by_role("link", name="English").click()
    visitor.page.wait_for_url("**/en/conferences")
    assert visitor.page.locator("h1").inner_text() == "Integration conferences"
