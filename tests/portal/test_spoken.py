"""What the city wrote in German is said to be German wherever the page around it is English (WCAG 3.1.2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.portal.app import PAGES
from services.portal.language import speech
from tests.portal.interfaces import THING, answer_to
from tests.portal.sites import Said, Site, new_site
from tests.support.spoken import spoken, unmarked

WITH_TOKENS = {"/contribution/erasure", "/registration/confirm", "/registration/manage", "/subscription/confirm", "/subscription/stop"}
EVERYBODY = WITH_TOKENS | {
    *("/conferences", "/conferences/{conference:uuid}", "/conferences/{conference:uuid}/registration"),
    *("/conferences/{conference:uuid}/contribution", "/bodies", "/bodies/{body:uuid}", "/bodies/{body:uuid}/meetings"),
    "/bodies/{body:uuid}/seats/{seat:uuid}",
    *("/meetings", "/meetings/{meeting:uuid}"),
    *("/meetings/{meeting:uuid}/items/{item:uuid}", "/recommendations", "/recommendations/{recommendation:uuid}", "/subscription"),
    "/login",
}
SIGNED_IN = EVERYBODY | {"/conferences/{conference:uuid}/organisation", "/login/done"}
BY_RESIDENTS = {"/feedback"}
"""What residents write is in whatever language they choose."""
BY_HAND = {"/imprint", "/privacy", "/accessibility"}
"""Written in each language as a whole."""
WAY_ON = {"/login/issuer"}
"""Leads to the city's issuer; a failure's page is all our own."""
OWN = {
    *("/", "/receipt", "/tasks", "/trace/{node:uuid}", "/trace/{node:uuid}.json", "/trace/{node:uuid}/contributions"),
    *("/operations", "/operations/changes", "/outbox", "/outbox/{letter:uuid}"),
}
"""Pages on the portal's own read models and files: tests/portal/read_models shows them."""


class Answering(dict[str, Said]):
    """Answers to everything that the services' interfaces promise."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn

    def get(self, asked: str, otherwise: Said) -> Said:  # type: ignore[override]  # As it is asked.
        answered = answer_to(asked.removeprefix("GET "), self.turn)
        return otherwise if answered is None else (200, answered)


@pytest.fixture(params=range(3))
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Site:
    made = new_site(tmp_path)
    made.answers = Answering(request.param)
    return made


async def shown(site: Site, paths: set[str]) -> dict[str, tuple[str, str]]:
    """The pages in German and in English."""
    found = {}
    for path in sorted(paths):
        german, english = [await site.get(f"/{language}{re.sub(r'{[^}]+}', THING, path)}?token=x") for language in ("de", "en")]
        assert (german.status_code, english.status_code) == (200, 200), path
        found[path] = german.text, english.text
    return found


def test_no_page_is_forgotten() -> None:
    assert {
        route.path for module in PAGES for route in module.routes if route.method == "GET"
    } == SIGNED_IN | BY_RESIDENTS | BY_HAND | WAY_ON | OWN


@pytest.mark.parametrize("signed_in", [False, True])
async def test_german_on_an_english_page_is_said_to_be_german(site: Site, signed_in: bool) -> None:
    if signed_in:
        await site.sign_in("alle")
    pages = await shown(site, SIGNED_IN if signed_in else EVERYBODY)
    assert {path: wrong for path, both in pages.items() if (wrong := unmarked(*both))} == {}
    assert {word for _, english in pages.values() for language, word in spoken(english) if language == "de"} >= {"WortlautTitle"}
    for german, _ in pages.values():  # On a German page only English has to be said, and it says its own name in itself.
        assert german.count(' lang="de"') == 2


def test_our_own_sentence_about_a_rule_is_in_the_pages_language() -> None:
    ours, theirs = "our decision: more than half of the filled voting seats, where the body has entered no rule", "Geschäftsordnung § 7"
    german, english = (speech(language).templates.from_string("{{ source | sourced }}") for language in ("de", "en"))
    assert (english.render(source=ours), german.render(source=theirs)) == (ours, theirs)
    assert german.render(source=ours).startswith("eigene Entscheidung")
    assert english.render(source=theirs) == f'<span lang="de">{theirs}</span>'


def test_what_is_said_to_be_german_is_escaped_and_nothing_is_no_german() -> None:
    english = speech("en").templates.from_string("{{ text | written }}|{{ nothing | written or '–' }}|{{ other | written('en') }}")
    assert english.render(text="<b>", nothing=None, other="Rules") == '<span lang="de">&lt;b&gt;</span>|–|Rules'


def test_unmarked_german_is_noticed() -> None:
    german = '<html lang="de"><title>Sprachmittlung</title><p>Beginn: <b>Sprachmittlung</b> im Rathaus</p>'
    english = german.replace('lang="de"', 'lang="en"').replace("<b>", '<b lang="de">').replace("Beginn", "Beginning")
    assert unmarked(german, english) == ["Rathaus"]
