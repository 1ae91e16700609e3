"""Every page that can be reached answers, has no barrier that a machine finds, and fits a telephone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

import pytest
from playwright.sync_api import ViewportSize

from tests.browser.conftest import Visits
from tests.browser.pages import Visitor

DESK, TELEPHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=800)
ONLY_FOR = {"koordinierung": {"/conferences/…/organisation"}, "sozialamt": set[str](), "betrieb": {"/operations", "/outbox", "/outbox/…"}}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


def crawl(visitor: Visitor, start: str, wanted: AbstractSet[str] = frozenset()) -> Iterator[str]:
    """Every kind of page of one language that is reached from `start`, open in the browser; each must answer. Two conferences differ in
    their text, not in their frame: one page of a kind is enough, unless a kind that is `wanted` is still missing, because what another
    test has just begun leads nowhere yet."""
    language = start[:4]
    waiting, others, seen, kinds = [start], list[str](), {start}, {kind_of(start)}
    while waiting or (others and not wanted <= kinds):
        path = waiting.pop(0) if waiting else others.pop(0)
        answer = visitor.goes_to(path)
        assert answer.status == 200, f"{path} answers {answer.status}"
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        found = visitor.links()
        yield path
        for link in found:
            if link.startswith(language) and link not in seen:
                seen.add(link)
                (others if kind_of(link) in kinds else waiting).append(link)
                kinds.add(kind_of(link))


def kind_of(path: str) -> str:
    """What kind of page it is, in whichever language."""
    return UUID.sub("…", path.partition("?")[0])[3:]


def barriers(visitor: Visitor, start: str, wanted: AbstractSet[str]) -> tuple[set[str], dict[str, list[str]]]:
    """All kinds of pages from `start`, and what is wrong on which page: on a desk's screen, and on a telephone's."""
    kinds, found = set(), {}
    for path in crawl(visitor, start, wanted):
        kinds.add(kind_of(path))
        wrong = visitor.violations()
        visitor.page.set_viewport_size(TELEPHONE)
        wrong += visitor.violations()
        if visitor.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wrong.append("wider than a telephone")
        visitor.page.set_viewport_size(DESK)
        if wrong:
            found[path] = wrong
    return kinds, found


FOR_EVERYBODY = {
    *("/", "/conferences", "/bodies", "/meetings", "/recommendations", "/subscription", "/accessibility", "/login", "/imprint", "/privacy"),
    *("/conferences/…", "/bodies/…", "/meetings/…", "/meetings/…/items/…", "/recommendations/…", "/trace/…"),
    *("/conferences/…/registration", "/conferences/…/contribution"),
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_for_everybody_answers_and_has_no_barrier(visits: Visits, language: str) -> None:
    visitor = visits()
    kinds, found = barriers(visitor, f"/{language}/", FOR_EVERYBODY)
    assert kinds >= FOR_EVERYBODY
    assert found == {}
    assert visitor.page.locator("html").get_attribute("lang") == language


@pytest.mark.parametrize(("persona", "language"), [("koordinierung", "de"), ("sozialamt", "en"), ("betrieb", "de")])
def test_every_page_for_those_who_are_signed_in_answers_and_has_no_barrier(visits: Visits, persona: str, language: str) -> None:
    visitor = visits()
    visitor.signs_in_as(persona)
    wanted = {"/tasks"} | ONLY_FOR[persona]
    kinds, found = barriers(visitor, f"/{language}/", wanted)
    assert kinds >= wanted
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
