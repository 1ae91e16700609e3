"""People do with the portal what they come for, in a real browser, with JavaScript and without: residents, a clerk, a board member."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from shared.localday import CITY_ZONE
from tests.browser.conftest import Visits
from tests.browser.pages import TRIES, Visitor

OPEN_CONFERENCE = "Wirksamkeitsdialog 2023"
BOARD = "Fachbeirat"
with_javascript_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])


def link_for(reader: Visitor, address: str, path: str) -> str:
    """The link to `path` in the newest letter to an address that has one; `reader` may look into the demo's outbox."""
    if reader.page.url == "about:blank":
        reader.signs_in_as("betrieb")
    for _ in range(TRIES):
        reader.goes_to("/de/outbox")
        letters = reader.page.locator("main li", has_text=address).locator("a")
        for place in [letters.nth(number).get_attribute("href") or "" for number in range(letters.count())]:
            reader.goes_to(place)
            found = [link for link in reader.page.locator("main a").all() if f"/{path}?" in (link.get_attribute("href") or "")]
            if found:
                return (found[0].get_attribute("href") or "").removeprefix(reader.page.url.partition("/de/")[0])
        reader.page.wait_for_timeout(250)
    raise AssertionError(f"no letter to {address} has a link to {path}")


@with_javascript_and_without
def test_a_resident_registers_without_an_account_confirms_by_the_letter_and_cancels(visits: Visits, javascript: bool) -> None:
    resident, reader, address = visits(javascript=javascript, width=360), visits(), f"kim.{uuid4().hex[:8]}@post.example"
    resident.goes_to("/de/")
    resident.follows(OPEN_CONFERENCE)
    resident.follows("Zur Konferenz anmelden")
    said = resident.sends("registration", name="Kim Muster", email=address, access_needs="Gebärdensprache")
    assert "Wir haben Ihnen eine Nachricht geschickt." in said
    resident.goes_to(link_for(reader, address, "registration/confirm"))
    assert resident.sends("confirm") == "Vielen Dank: Ihr Platz ist bestätigt."
    organiser = visits()
    organiser.signs_in_as("koordinierung")
    organiser.goes_to(resident.page.url.partition("?")[0] + "/organisation")
    organiser.waits_for(address)
    mine = organiser.page.locator("tr", has_text=address)
    assert ("Gebärdensprache" in mine.inner_text(), "bestätigt" in mine.inner_text()) == (True, True)
    managing = link_for(reader, address, "registration/manage")
    resident.goes_to(managing)
    assert resident.sends("cancel") == "Ihre Anmeldung ist abgesagt."
    resident.goes_to(managing)
    assert "gelöscht" in resident.sends("erase")
    organiser.page.reload()
    assert address not in organiser.reads()


@with_javascript_and_without
def test_a_resident_contributes_and_the_receipt_says_what_becomes_of_it(visits: Visits, javascript: bool) -> None:
    resident, organiser, text = visits(javascript=javascript, width=360), visits(javascript=javascript), f"Mehr Kurse {uuid4().hex[:8]}"
    resident.goes_to("/de/")
    resident.follows(OPEN_CONFERENCE)
    conference = resident.page.url
    resident.follows("Einen Beitrag abgeben")
    said = resident.sends("contribution", group="Was ist offen?", kind="Ergebnisse", text=f"Ich, Kim, will: {text}")
    assert "Hier sehen Sie, was aus Ihrem Beitrag wird." in said
    resident.waits_for("Bisher nicht veröffentlicht")
    organiser.signs_in_as("koordinierung")
    organiser.goes_to(f"{conference}/organisation")
    organiser.waits_for(text)
    organiser.sends("publish", contribution=text, text=text)
    organiser.sends("settle", contribution=text, fate="Weitergegeben", reason="Über Kurse entscheidet das Land.")
    resident.waits_for("Über Kurse entscheidet das Land.")
    assert text in resident.reads()
    assert "Ich, Kim" not in resident.reads()


@with_javascript_and_without
def test_a_resident_subscribes_confirms_and_stops(visits: Visits, javascript: bool) -> None:
    resident, reader, address = visits(javascript=javascript, width=360), visits(), f"abo.{uuid4().hex[:8]}@post.example"
    resident.goes_to("/de/")
    resident.page.get_by_role("link", name="Informiert werden").click()
    resident.page.wait_for_url("**/de/subscription")
    resident.sends("subscription", about=BOARD, email=address, language="Deutsch")
    resident.goes_to(link_for(reader, address, "subscription/confirm"))
    assert resident.sends("confirmed") == "Vielen Dank: Ihr Abo ist bestätigt."
    resident.goes_to(link_for(reader, address, "subscription/stop"))
    assert "beendet" in resident.sends("stopped")


@with_javascript_and_without
def test_a_clerk_leads_a_conference_s_results_through_a_sitting_to_an_issued_recommendation(visits: Visits, javascript: bool) -> None:
    clerk, title = visits(javascript=javascript), f"Stadtteilgespräch {uuid4().hex[:8]}"
    clerk.signs_in_as("koordinierung")
    clerk.goes_to("/de/tasks")
    today = datetime.fromisoformat(clerk.page.locator("main time").first.get_attribute("datetime") or "").astimezone(CITY_ZONE)
    clerk.goes_to("/de/conferences")
    clerk.sends(
        "plan",
        title=title,
        host="Koordinierungsstelle",
        starts_at=f"{today - timedelta(days=1):%Y-%m-%d}T10:00",
        ends_at=f"{today - timedelta(days=1):%Y-%m-%d}T12:00",
        place="Stadtteilbüro",
        groups="Wohnen\nArbeit",
        results_go_to=BOARD,
    )
    clerk.follows("organisieren")
    clerk.sends("enter", group="Wohnen", kind="Ergebnisse", text="Es fehlt an Bänken.")
    clerk.sends(
        "record", title="Mehr Bänke", text="Die Stadt stellt Bänke auf.", level="Stadt", comes_from=["Wohnen: Es fehlt"], how="übernommen"
    )
    assert "übergeben" in clerk.sends("hold", attendance="40")
    clerk.goes_to("/de/bodies")
    clerk.follows(BOARD)
    clerk.waits_for(title)
    board = clerk.page.url
    clerk.sends("scheduling", title=f"Sitzung zu {title}", starts_at=f"{today:%Y-%m-%d}T23:00", place="Stadthaus 1", public=["öffentlich"])
    meeting = clerk.page.url.partition("?")[0]
    clerk.sends("placing", proposal=title)
    clerk.sends("item", title="Verschiedenes", asked="Beraten")
    clerk.sends("removal", item="Verschiedenes", reason="Doppelt aufgenommen")
    clerk.sends("invitation")
    clerk.waits_for("0 offen")
    clerk.sends("opening")
    clerk.sends("arrival", members=["Hanne Willms", "Uwe Brandt", "Kirsten Ehlers", "Amira Haddad"])
    clerk.waits_for("4, davon 4 stimmberechtigt")
    clerk.follows(title)
    clerk.sends("receipt")
    clerk.sends("deliberation", summary="Der Bedarf ist belegt.")
    clerk.sends("resolution", text="Der Fachbeirat empfiehlt Bänke.", instrument="Empfehlung", yes="3", no="1", abstentions="0")
    assert "3 ja, 1 nein, 0 enthalten; 4 von 7 stimmberechtigten Mitgliedern anwesend, 4 nötig" in clerk.reads()
    item = clerk.page.url.partition("?")[0]
    clerk.goes_to(meeting)
    clerk.sends("closing")
    assert "behandelt" in clerk.reads()
    clerk.goes_to("/de/tasks")
    task = "main li:has-text('Empfehlung entwerfen und abgeben')"
    clerk.waits_for(title, within=task)
    clerk.page.locator(task, has_text=title).locator("a").click()
    clerk.page.wait_for_url("**/de/recommendations/*")
    clerk.sends(
        "draft",
        title=f"Bänke nach {title}",
        text="Die Stadt möge Bänke aufstellen.",
        admissibility="Für alle Stadtteile von Bedeutung",
        addressees=["Sozialamt"],
        committees=["Ausschuss für Arbeit"],
        department="Dezernat",
    )
    clerk.sends("issue")
    assert "Eingang zu bestätigen bis" in clerk.reads()
    clerk.follows("Wie es hierher kam")
    clerk.waits_for("ohne Antwort")
    trace = clerk.reads()
    assert [part for part in ("Es fehlt an Bänken.", "Mehr Bänke", "3 ja, 1 nein", "noch nicht informiert") if part not in trace] == []
    stranger = visits(javascript=javascript, width=360)
    for page in (board, meeting, item):
        assert stranger.goes_to(page).status == 200


@with_javascript_and_without
def test_a_board_member_on_a_telephone_reads_what_comes_and_what_came_of_it(visits: Visits, javascript: bool) -> None:
    member = visits(javascript=javascript, width=360)
    member.signs_in_as("mitglied")
    member.page.get_by_role("link", name="Aufgaben").click()
    member.page.wait_for_url("**/de/tasks")
    member.follows("Ergebnisse des Wirksamkeitsdialogs")
    assert "Stadthaus 1, Raum 204" in member.reads()
    assert member.page.locator("main form").count() == 0
    member.goes_to("/de/recommendations")
    member.follows("Sprachmittlung und Begleitung bei der Anerkennung")
    assert "Feste Dolmetschzeiten" in member.reads()
    member.follows("Wie es hierher kam")
    assert "Vom Anfang bis zum Ende" in member.reads()
    assert re.search(r"Maßnahme: Sozialamt", member.reads())
