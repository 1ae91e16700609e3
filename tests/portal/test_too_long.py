"""A text that is too long comes back beside its field; what no form can hold is refused unread, on a page that says how much it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.portal.app import MOST_FORM_BYTES, MOST_FORM_CHARACTERS
from tests.portal.sites import Said, Site, new_site

ADDRESS = "POST /api/notifications/feedback"
TOO_LARGE: Said = (
    413,
    {"type": "urn:bindeglied:problem:too-large", "title": "x", "status": 413, "detail": "The body is larger than is accepted here."},
)
BESIDE = {"de": "Das ist zu lang. Bitte kürzen Sie es.", "en": "This is too long. Please shorten it."}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = new_site(tmp_path)
    made.answers[ADDRESS] = TOO_LARGE
    return made


@pytest.mark.parametrize("language", ["de", "en"])
async def test_what_is_too_much_for_the_service_comes_back_beside_the_longest_field(site: Site, language: str) -> None:
    text = "ü" * MOST_FORM_CHARACTERS
    page = await site.post(f"/{language}/accessibility", text=text, page="Startseite", email="")
    assert page.status_code == 413
    assert len(site.asked) == 1, "it is for the service to say so"
    assert text in page.text, "what was typed is there"
    assert 'id="feedback-text-error"' in page.text
    assert BESIDE[language] in page.text
    assert "feedback-page-error" not in page.text


@pytest.mark.parametrize(("language", "most"), [("de", "130.000"), ("en", "130,000")])
async def test_what_no_form_can_hold_is_refused_on_a_page_that_says_how_much_it_may_be(site: Site, language: str, most: str) -> None:
    page = await site.post(f"/{language}/accessibility", text="x" * MOST_FORM_BYTES)
    assert (page.status_code, site.asked) == (413, [])
    assert f'<html lang="{language}"' in page.text
    assert most in page.text
