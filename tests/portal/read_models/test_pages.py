"""The pages that cross services, as people and programs get them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from services.portal import words
from services.portal.language import LANGUAGES
from tests.portal.read_models import story
from tests.portal.read_models.conftest import Front
from tests.portal.read_models.story import BEGINS, Told, token, whole_story
from tests.support.spaces import same_spaces
from tests.support.spoken import spoken, unmarked

BOARD_SECRETARY = f"{story.BOARD}:secretariat"
SOCIAL_OFFICER = f"{story.SOCIAL}:officer"
LAST_STEP = {"de": "Geprüft", "en": "Verified"}


def until_overdue() -> Told:
    """The office was to answer 94 days ago."""
    told = Told()
    story.the_conference(told)
    story.the_board_meets(told)
    story.the_recommendation_is_issued(told)
    told.recommendations.add(story.RECOMMENDATION, story.ACKNOWLEDGED, story.OVERDUE)
    return told


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_home_page_says_what_is_on_what_was_decided_and_what_became_of_it(front: Front, language: str) -> None:
    await whole_story().fill(front.pool)
    front.clock.now = BEGINS - timedelta(days=10)
    page = (await front.get(f"/{language}/")).text
    assert f"/{language}/conferences/{story.CONFERENCE}" not in page  # It was held: what is over is no longer on.
    assert f"/{language}/trace/{story.RECOMMENDATION}" in page
    assert f"/{language}/trace/{story.RESOLUTION}" in page
    assert f"/{language}/trace/{story.MEASURE}" in page
    assert {"de": "Maßnahme geprüft", "en": "Measure verified"}[language] in page


async def test_a_conference_with_open_registration_is_on_with_the_way_to_register(front: Front) -> None:
    told = Told()
    story.the_conference(told)
    del told.conferences.entries[2:]
    await told.fill(front.pool)
    front.clock.now = BEGINS - timedelta(days=10)
    assert f'href="/de/conferences/{story.CONFERENCE}/registration"' in (await front.get("/de/")).text
    front.clock.now = BEGINS - timedelta(days=2)
    page = (await front.get("/de/")).text
    assert "/registration" not in page
    assert f'href="/de/conferences/{story.CONFERENCE}"' in page


async def test_of_a_conference_that_was_called_off_home_trace_and_receipt_say_so_and_why(front: Front) -> None:
    told = Told()
    story.the_conference_is_cancelled(told)
    await told.fill(front.pool)
    front.clock.now = BEGINS - timedelta(days=10)
    home, trace, receipt = [
        (await front.get(f"/de/{path}")).text for path in ("", f"trace/{story.CONFERENCE}", f"receipt?token={token(2)}")
    ]
    assert ("abgesagt" in home, "/registration" in home) == (True, False)
    assert "Abgesagt" in trace
    assert "Die Konferenz wurde abgesagt" in receipt
    assert "Anregung 2" in receipt
    assert "Bisher ist er in kein Ergebnis eingegangen" not in receipt
    assert all(story.WHY_NOT in page for page in (home, trace, receipt))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_trace_is_the_same_readable_list_from_every_node(front: Front, language: str) -> None:
    await whole_story().fill(front.pool)
    lists = set()
    for node in (story.CONFERENCE, story.ITEM, story.MEASURE):
        answered = await front.get(f"/{language}/trace/{node}")
        assert answered.status_code == 200
        tree = answered.text.partition('<ul class="tree">')[2].partition("</section>")[0]
        lists.add(tree.replace(' class="tree__asked"', ""))
        assert LAST_STEP[language] in answered.text
    assert len(lists) == 1


async def test_the_trace_says_for_how_many_days_an_answer_is_missing(front: Front) -> None:
    await until_overdue().fill(front.pool)
    german = same_spaces((await front.get(f"/de/trace/{story.RECOMMENDATION}")).text)
    assert "ohne Antwort, seit 136 Tagen" in german
    assert "seit 94 Tagen überfällig" in german
    front.clock.advance(timedelta(days=1))
    assert "overdue for 95\u00a0days" in (await front.get(f"/en/trace/{story.RECOMMENDATION}")).text, "no line ends after a number"


async def test_the_trace_as_data_has_one_hash_in_both_languages_and_from_both_ends(front: Front) -> None:
    await whole_story(30).fill(front.pool)
    answers = [
        await front.get(f"/{language}/trace/{node}.json") for language in LANGUAGES for node in (story.contribution(5), story.MEASURE)
    ]
    assert {answered.headers["content-type"] for answered in answers} == {"application/json"}
    assert len({answered.content for answered in answers}) == 1


async def test_contributions_have_pages_of_their_own(front: Front) -> None:
    await whole_story(200).fill(front.pool)
    page = await front.get(f"/de/trace/{story.result(1)}/contributions")
    listed = re.findall(r"(?:Anregung|Erfahrung) \d+", page.text)
    assert len(listed) == 50
    [following] = re.findall(r'rel="next" href="([^"]+)"', page.text)
    second = await front.get(f"/de/trace/{story.result(1)}/contributions{following}")
    assert not set(listed) & set(re.findall(r"(?:Anregung|Erfahrung) \d+", second.text))
    assert (await front.get(f"/de/trace/{story.result(1)}/contributions?after=AAAA")).status_code == 404


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_receipt_shows_the_fate_of_just_one_contribution_to_whoever_has_its_token(front: Front, language: str) -> None:
    await whole_story(20).fill(front.pool)
    answered = await front.get(f"/{language}/receipt?token={token(3)}")
    assert answered.status_code == 200
    assert re.findall(r"(?:Anregung|Erfahrung) \d+", answered.text) == ["Anregung 3"]
    assert LAST_STEP[language] in answered.text
    assert answered.headers["cache-control"] == "no-store"
    assert answered.headers["referrer-policy"] == "same-origin"
    to_erase = f'href="/{language}/contribution/erasure?token=l%C3%B6schen"'
    assert to_erase not in answered.text
    for path in (f"/{language}/receipt?token={token(3)}", f"/{language}/receipt?token=unknown&said=contribution"):
        assert to_erase in (await front.get(f"{path}&erasure=l%C3%B6schen")).text
    settled = await front.get(f"/{language}/receipt?token={token(9)}")
    assert "Das entscheidet das Land." in settled.text


@pytest.mark.parametrize("query", ["?token=never", "", "?token="])
async def test_a_receipt_that_was_never_given_is_not_found(front: Front, query: str) -> None:
    await whole_story(3).fill(front.pool)
    assert (await front.get(f"/de/receipt{query}")).status_code == 404


async def test_tasks_are_shown_to_whoever_has_them_with_the_way_to_where_they_are_done(front: Front) -> None:
    await until_overdue().fill(front.pool)
    answered = await front.get("/de/tasks", SOCIAL_OFFICER)
    assert f'href="/de/recommendations/{story.RECOMMENDATION}#answer"' in answered.text, "right to the form"
    assert "seit 94 Tagen überfällig" in same_spaces(answered.text)
    assert answered.headers["cache-control"] == "no-store"
    assert "Es ist nichts zu tun." in (await front.get("/de/tasks", f"{story.OFFICE}:organiser")).text


async def test_tasks_ask_strangers_to_sign_in_first(front: Front) -> None:
    answered = await front.get("/en/tasks")
    assert (answered.status_code, answered.headers["location"]) == (303, "/en/login?next=%2Fen%2Ftasks")


PUBLIC = (
    *("/", f"/trace/{story.CONFERENCE}", f"/trace/{story.MEASURE}.json", f"/trace/{story.SECRET_ITEM}"),
    *(f"/trace/{story.SECRET_RESOLUTION}.json", f"/trace/{story.result(1)}/contributions", f"/receipt?token={token(3)}"),
)


async def test_what_is_not_public_changes_no_byte_of_any_public_page(front: Front) -> None:
    async def seen() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        answers = [await front.get(f"/{language}{path}") for language in LANGUAGES for path in PUBLIC]
        return [(one.status_code, one.content, sorted(one.headers.items())) for one in answers]

    await whole_story(secret=False).fill(front.pool)
    without = await seen()
    await whole_story().fill_anew(front.pool)
    assert await seen() == without
    assert story.SECRET in (await front.get(f"/de/trace/{story.SECRET_ITEM}", BOARD_SECRETARY)).text
    assert "nicht öffentlich" in (await front.get(f"/de/trace/{story.MEASURE}", BOARD_SECRETARY)).text


async def test_the_german_trace_has_no_english_word_for_a_step_or_a_role(front: Front) -> None:
    await whole_story().fill(front.pool)
    german = (await front.get(f"/de/trace/{story.MEASURE}", "city:registry")).text
    english = (await front.get(f"/en/trace/{story.MEASURE}", "city:registry")).text
    said = [word for word in words.STEPS.values() if f"<strong>{word}</strong>" in english]
    assert len(said) > 20
    assert [word for word in said if f"<strong>{word}</strong>" in german] == []
    assert [role for role in words.ROLES.values() if f"({role})" in german] == []


async def test_what_the_city_wrote_in_german_is_said_to_be_german_on_english_pages(front: Front) -> None:
    await whole_story(20).fill(front.pool)
    front.clock.now = BEGINS - timedelta(days=10)
    marked = set()
    for path in ("/", f"/trace/{story.MEASURE}", f"/trace/{story.result(1)}/contributions", f"/receipt?token={token(3)}", "/tasks"):
        german, english = [await front.get(f"/{language}{path}", f"{story.BOARD}:officer", SOCIAL_OFFICER) for language in ("de", "en")]
        assert (german.status_code, english.status_code, unmarked(german.text, english.text)) == (200, 200, []), path
        marked |= {word for language, word in spoken(english.text) if language == "de"}
    assert marked >= {"Fachbeirat", "Sprachmittlung", "Sozialamt", "Anregung", "Punkt", "fehlte"}


async def test_a_corrected_name_is_told_wherever_its_body_is_also_where_it_was_told_wrongly_before(front: Front) -> None:
    await story.renamed(until_overdue()).fill(front.pool)
    front.clock.now = story.NOW
    wrong, right = story.NAMES[story.BOARD], story.RIGHT_NAMES[story.BOARD]
    pages = [
        (await front.get(path)).text for path in ("/de/", f"/de/trace/{story.RECOMMENDATION}", f"/de/trace/{story.RECOMMENDATION}.json")
    ]
    assert [right in page for page in pages] == [True] * 3
    trees = [re.findall(r'<p class="tree__kind">[^<]*?: ([^<,]+)', page) for page in pages[:2]]
    assert not any(name.strip() == wrong for names in trees for name in names)
    tasks = (await front.get("/de/tasks", SOCIAL_OFFICER)).text
    assert f'<p class="kern-body kern-body--muted">{story.RIGHT_NAMES[story.SOCIAL]}</p>' in tasks
