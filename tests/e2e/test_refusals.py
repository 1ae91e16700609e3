"""The domain's refusals in a city in which everything has happened: each says its rule, and nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from services.conferences.conference import ResultsAreHandedOverAlready
from services.conferences.registered import RegistrationIsClosed
from services.conferences.registrations import TokenIsSpent
from services.meetings.attendance import QuorumIsMissing
from services.recommendations.drafting import RecommendationRestsOnAResolution
from services.recommendations.informing import CommitteeIsInformedByTakingNote
from services.recommendations.standing import RecommendationIsWithdrawn
from shared.domain import Refusal
from tests.e2e.cities import City, city_of, problem_of
from tests.e2e.homes import Operator, told_home
from tests.support.run import Run

pytestmark = pytest.mark.timeout(900)  # The story is told first, and servers start slowly where many tests run.
DRAFT = {"title": "Mehr Sprachkurse", "text": "Es gibt mehr Kurse.", "admissibility": "Von grundsätzlicher Bedeutung.", "addressees": []}
EARLY = {"name": "Mara Früh", "email": "mara.frueh@post.example", "language": "de"}
REGISTRATION = {"name": "Nora Spät", "email": "nora.spaet@post.example", "language": "de"}


class Wish(NamedTuple):
    """What is asked for in vain, by whom, and the rule that forbids it."""

    service: str
    path: str
    body: dict[str, Any]
    who: str | None
    rule: type[Refusal]


WISHES = [
    Wish("recommendations", "/recommendations/{ausschusssitzung}/draft", DRAFT, "koordinierung", RecommendationRestsOnAResolution),
    Wish("conferences", "/conferences/{konferenz}/holding", {"attendance": 144}, "koordinierung", ResultsAreHandedOverAlready),
    Wish(
        "recommendations",
        "/recommendations/{empfehlung}/answer",
        {"addressee": "{sozialamt}", "verdict": "rejected", "reasons": "Doch nicht."},
        "sozialamt",
        RecommendationIsWithdrawn,
    ),
    Wish(
        "recommendations",
        "/recommendations/{empfehlung}/information",
        {"committee": "{svv}"},
        "dezernentin",
        CommitteeIsInformedByTakingNote,
    ),
    Wish("conferences", "/conferences/{dialog}/registrations", REGISTRATION, None, RegistrationIsClosed),
    Wish("conferences", "/registrations/confirmation", {"token": "{anmeldung}"}, None, TokenIsSpent),
    Wish(
        "meetings",
        "/meetings/{naechste-sitzung}/items/{punkt}/resolution",
        {"text": "Es gibt mehr Kurse.", "instrument": "recommendation", "yes": 1, "no": 0, "abstentions": 0},
        "koordinierung",
        QuorumIsMissing,
    ),
]


@pytest.fixture
def told(run: Run) -> Iterator[Operator]:
    with told_home(run) as operator:
        yield operator


async def test_what_a_rule_forbids_is_refused_with_the_rule_and_changes_nothing(told: Operator) -> None:
    async with city_of(told.home) as city:
        await _bring_it_so_far(city)
        before = await city.kept()
        for wish in WISHES:
            answer = await city.post(f"/api/{wish.service}{wish.path}", wish.body, wish.who)
            name, sentence = wish.rule.__name__, wish.rule.__doc__
            assert problem_of(answer) == (409, f"urn:bindeglied:{wish.service}:{name}", sentence), name
            await city.story.quiet()
            assert await city.kept() == before, name
        await city.does("/api/meetings/meetings/{naechste-sitzung}/arrivals", {"member": "{willms}"}, "koordinierung")
        assert await city.kept() != before, "what is allowed does change something"


async def _bring_it_so_far(city: City) -> None:
    """Somebody is registered, the recommendation is withdrawn, registration is over, and the board sits with one of its members."""
    await city.does("/api/conferences/conferences/{dialog}/registrations", EARLY)
    city.names["anmeldung"] = city.letter(EARLY["email"], "registration/confirm")
    await city.does("/api/conferences/registrations/confirmation", {"token": "{anmeldung}"})
    meeting = "/api/meetings/meetings/{naechste-sitzung}"
    withdrawal = {"reason": "Die Sache hat sich erledigt."}
    await city.does("/api/recommendations/recommendations/{empfehlung}/withdrawal", withdrawal, "koordinierung")
    item = {"title": "Sprachkurse", "public": True, "asked": "deliberate"}
    await city.does(f"{meeting}/items", item, "koordinierung", made="punkt")
    await city.does(f"{meeting}/invitation", {}, "koordinierung")
    city.at("2023-12-13T16:01:00+01:00")
    await city.does(f"{meeting}/opening", {}, "koordinierung")
    await city.does(f"{meeting}/arrivals", {"member": "{haddad}"}, "koordinierung")
    await city.does(meeting + "/items/{punkt}/deliberation", {}, "koordinierung")
