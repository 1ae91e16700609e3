"""Every page that can be reached answers, has no barrier that a machine finds, and fits a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.conftest import Visits
from tests.browser.pages import Visitor

DESK, TELEPHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=800)
ONLY_FOR = {"koordinierung": {"/conferences/…/organisation"}, "sozialamt": set[str](), "betrieb": {"/operations", "/outbox", "/outbox/…"}}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def crawl(visitor: Visitor, start: str) -> Iterator[str]:
    """Every kind of page of one language that is reached from `start`, open in the browser; each must answer."""
    language = start[:4]
    waiting, kinds = [start], {start}
    while waiting:
        path = waiting.pop(0)
        answer = visitor.goes_to(path)
        assert answer.status == 200, f"{path} answers {answer.status}"
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found = visitor.links()
        yield path
        for link in found:
            # Two conferences differ in their text, not in their frame: one page of a kind is enough.
            kind = UUID.sub("…", link.partition("?")[0])
            if kind not in kinds and link.startswith(language):
                kinds.add(kind)
                waiting.append(link)


def barriers(visitor: Visitor, start: str) -> tuple[list[str], dict[str, list[str]]]:
    """All pages from `start`, and what is wrong on which: on a desk's screen, and on a telephone's."""
    pages, found = [], {}
    for path in crawl(visitor, start):
        pages.append(path)
        wrong = visitor.violations()
        visitor.page.set_viewport_size(TELEPHONE)
        wrong += visitor.violations()
        if visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append("wider than a telephone")
        visitor.page.set_viewport_size(DESK)
        if wrong:
            found[path] = wrong
    return pages, found


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_for_everybody_answers_and_has_no_barrier(visits: Visits, language: str) -> None:
    visitor = visits()
    pages, found = barriers(visitor, f"/{language}/")
    kinds = {UUID.sub("…", path)[3:] for path in pages}
    assert kinds >= {"/", "/conferences", "/bodies", "/meetings", "/recommendations", "/subscription", "/accessibility", "/login"}
    assert kinds >= {"/conferences/…", "/bodies/…", "/meetings/…", "/meetings/…/items/…", "/recommendations/…", "/trace/…"}
    assert kinds >= {"/conferences/…/registration", "/conferences/…/contribution", "/imprint", "/privacy"}
    assert found == {}
    assert visitor.page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize(("persona", "language"), [("koordinierung", "de"), ("sozialamt", "en"), ("betrieb", "de")])
def test_every_page_for_those_who_are_signed_in_answers_and_has_no_barrier(visits: Visits, persona: str, language: str) -> None:
    visitor = visits()
    visitor.signs_in_as(persona)
    pages, found = barriers(visitor, f"/{language}/")
    kinds = {UUID.sub("…", path)[3:] for path in pages}
    assert kinds >= {"/tasks"} | ONLY_FOR[persona]
    assert found == {}


@pytest.mark.parametrize("persona", ["gremienbuero", "vorsitz", "mitglied", "dezernentin", "rueckmeldung"])
def test_every_page_that_anybody_else_reaches_answers(visits: Visits, persona: str) -> None:
    visitor = visits()
    visitor.signs_in_as(persona)
    assert "/en/tasks" in list(crawl(visitor, "/en/"))


def test_the_forms_of_those_who_do_things_have_no_barrier_once_they_are_open(visits: Visits) -> None:
    visitor = visits(width=360)
    visitor.signs_in_as("gremienbuero")
    found = {}
    for language in ("de", "en"):
        visitor.goes_to(f"/{language}/bodies")
        for path in [f"/{language}/bodies", next(link for link in visitor.links() if UUID.search(link))]:
            visitor.goes_to(path)
            visitor.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            if wrong := visitor.violations():
                found[path] = wrong
    assert found == {}


def test_a_barrier_is_noticed(visits: Visits) -> None:
    visitor = visits()
    visitor.goes_to("/de/login")
    icon = visitor.page.locator("link[rel=icon]").get_attribute("href")
    visitor.page.evaluate("one => document.querySelector('main').insertAdjacentHTML('beforeend', one)", f'<input><img src="{icon}">')
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
