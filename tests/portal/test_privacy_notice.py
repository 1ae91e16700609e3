"""The privacy notice promises what the services do: each period on the page is the one in the code, in both languages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from services.conferences import periods as conferences
from services.notifications import mailboxes
from services.notifications import periods as notifications
from services.portal.operator import read_operator
from tests.portal.sites import new_site
from tests.portal.test_own import OF_CONFERENCE, REGISTRATION, SUBSCRIPTION

ITEM = re.compile(r'__key">([^<]*)</dt><dd class="[^"]*">([^<]*)<')
ENTRIES: dict[str, tuple[timedelta, ...]] = {
    "Anmeldung, die niemand bestätigt": (conferences.KEPT_UNCONFIRMED, conferences.CONFIRM_WITHIN),
    "Anmeldung, die abgesagt ist": (conferences.KEPT_UNCONFIRMED,),
    "Bestätigte Anmeldung": (conferences.KEPT_AFTER_CONFERENCE,),
    "Was an einem Beitrag persönlich ist": (conferences.KEPT_CONTRIBUTION,),
    "Abonnement, das niemand bestätigt": (notifications.KEPT_UNCONFIRMED, notifications.CONFIRM_WITHIN),
    "Abonnement": (notifications.KEPT_STOPPED,),
    "Rückmeldung": (notifications.KEPT_FEEDBACK,),
    "Wie viele E-Mails an ein Postfach gingen": (mailboxes.KEPT,),
}
ENGLISH = {
    "A registration that nobody confirms": "Anmeldung, die niemand bestätigt",
    "A registration that is cancelled": "Anmeldung, die abgesagt ist",
    "A confirmed registration": "Bestätigte Anmeldung",
    "What is personal of a contribution": "Was an einem Beitrag persönlich ist",
    "A subscription that nobody confirms": "Abonnement, das niemand bestätigt",
    "A subscription": "Abonnement",
    "Feedback": "Rückmeldung",
    "How many e-mails went to a mailbox": "Wie viele E-Mails an ein Postfach gingen",
}


def periods(text: str) -> tuple[timedelta, ...]:
    """The periods that a sentence names, in its order."""
    found = re.findall(r"(\d+) (Tage|Stunden|days|hours)", text)
    return tuple(timedelta(**{"days" if unit in {"Tage", "days"} else "hours": int(number)}) for number, unit in found)


async def promised(tmp_path: Path, language: str) -> dict[str, tuple[timedelta, ...]]:
    """The page's entries that name a period, by their German names."""
    page = (await new_site(tmp_path).get(f"/{language}/privacy")).text
    names = ENGLISH if language == "en" else dict(zip(ENTRIES, ENTRIES, strict=True))
    return {names[name]: found for name, text in ITEM.findall(page) if (found := periods(text)) and name in names}


@pytest.mark.parametrize("language", ["de", "en"])
async def test_the_periods_on_the_page_are_those_of_the_code(tmp_path: Path, language: str) -> None:
    assert await promised(tmp_path, language) == ENTRIES


@pytest.mark.parametrize("language", ["de", "en"])
async def test_the_page_says_what_the_city_alone_knows_and_when_backups_tell_nothing_any_more(tmp_path: Path, language: str) -> None:
    operator = read_operator(None)
    page = (await new_site(tmp_path).get(f"/{language}/privacy")).text
    said = operator.privacy
    for text in (said.legal_basis, said.needs_basis, *said.recipients, operator.supervision.name, operator.data_protection):
        assert text in page, text
    assert str(said.key_copies_days) in re.findall(r"(\d+) (?:Tagen|days) ?(?:;|at the latest)", page)


@pytest.mark.parametrize("address", ["/de/registration/manage?token=x", "/de/subscription/stop?token=x"])
async def test_whoever_is_about_to_erase_reads_what_else_goes_and_what_stays(tmp_path: Path, address: str) -> None:
    site = new_site(tmp_path)
    site.answers |= {
        REGISTRATION: (200, {**OF_CONFERENCE, "standing": "confirmed"}),
        SUBSCRIPTION: (200, {"about": "Fachbeirat", "standing": "confirmed"}),
    }
    page = (await site.get(address)).text
    for word in ("Anmeldungen", "Beiträge", "Abonnements", "sagen Sie vorher ab"):
        assert word in page, word
    assert 'href="/de/privacy"' in page
