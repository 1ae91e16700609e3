"""Every page that can be reached answers, has no barrier that a machine finds, and fits a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.browser.conftest import Visits
from tests.browser.pages import Visitor

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
    """All pages from `start`, and what axe finds on which."""
    pages, found = [], {}
    for path in crawl(visitor, start):
        pages.append(path)
        if violations := visitor.violations():
            found[path] = violations
    return pages, found


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_for_everybody_answers_and_has_no_barrier(visits: Visits, language: str) -> None:
    visitor = visits()
    pages, found = barriers(visitor, f"/{language}/")
    kinds = {UUID.sub("…", path)[3:] for path in pages}
    assert kinds >= {"/", "/conferences", "/bodies", "/meetings", "/recommendations", "/subscription", "/accessibility", "/login"}
    assert kinds >= {"/conferences/…", "/bodies/…", "/meetings/…", "/recommendations/…", "/trace/…"}
    assert found == {}
    assert visitor.page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize("persona", ["koordinierung", "gremienbuero"])
def test_every_page_for_those_who_are_signed_in_answers_and_has_no_barrier(visits: Visits, persona: str) -> None:
    visitor = visits()
    visitor.signs_in_as(persona)
    pages, found = barriers(visitor, "/de/")
    assert "/de/tasks" in pages
    assert found == {}


def test_pages_fit_a_telephone(visits: Visits) -> None:
    visitor = visits(width=360)
    visitor.signs_in_as("koordinierung")
    too_wide = "document.documentElement.scrollWidth > window.innerWidth"
    assert [path for path in crawl(visitor, "/de/") if visitor.page.evaluate(too_wide)] == []


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
