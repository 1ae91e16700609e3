"""Every letter in every language, with ordinary and with hostile values: it can be read, and nothing in it breaks out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal

import pytest

import services.notifications.compose as composing
from services.notifications.compose import MOST_SUBJECT, Letterhead, Opened, compose, shortened, write
from services.notifications.events.notification import NotificationPlanned
from services.notifications.events.parts import Reason
from services.notifications.reactions import LETTERS
from services.notifications.writing import PERSONAL
from shared.domain import Named
from shared.eventstore.mapper import encode
from tests.notifications.examples import (
    ADA,
    ANNOUNCED,
    MESSAGE_ID,
    NOTIFICATION_ID,
    PLANNED,
    contribution_received,
    registration_called_off,
    registration_confirmed,
    registration_moved,
    registration_requested,
    sealed,
)

HEAD = Letterhead("bremerhaven", "integration@stadt.example", "https://integration.stadt.example")
FOLDER = Path(composing.__file__).with_name("letters")
SEALED = sealed("x", ADA)
EMAIL = "ada@example.org"
TOKEN = "tok-en_0123"
TOKENS = ("confirm_token", "manage_token", "receipt_token", "erasure_token", "stop_token")
OPENED = {"name": "Ada Beispiel", **dict.fromkeys(TOKENS, TOKEN)}
DIRECT: dict[str, Named] = {
    "registration_requested": registration_requested(SEALED, SEALED, SEALED, SEALED),
    "registration_confirmed": registration_confirmed(SEALED, SEALED, SEALED),
    "registration_moved": registration_moved(SEALED, SEALED),
    "registration_called_off": registration_called_off(SEALED, SEALED),
    "contribution_received": contribution_received(SEALED, SEALED),
}
VALUES: dict[str, dict[str, Any]] = {
    **{LETTERS[type(one)]: json.loads(encode(one)) for one in ANNOUNCED if type(one) in LETTERS},  # type: ignore[index]  # the examples are all contracts
    **{kind: {name: value for name, value in json.loads(encode(one)).items() if name not in PERSONAL} for kind, one in DIRECT.items()},
    "subscription_requested": {"title": "Fachbeirat", "expires_at": "2018-10-03T09:00:00Z"},
}
"""What each letter is given."""
LANGUAGES: tuple[Literal["de", "en"], ...] = ("de", "en")
EVERY = [(kind, language) for kind in sorted(VALUES) for language in LANGUAGES]
HOSTILE = {
    "line breaks": "Sitzung\r\nBcc: all@example.org\r\n\r\nHallo\x0b\x85\u2028",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'",
    "template": "{{ 7 * 7 }}{% raw %}",
    "right to left": "\u202egnp.exe\u2066 مؤتمر الاندماج \u200f",
    "emoji": "👩‍👩‍👧 Köln ſß 𝔘",
    "long": "Sehr lang " * 200,
    "control": "Sitzung\x00\x07\x1b[31m rot",
}
STOPPED = Reason(why="body", title="Fachbeirat", stop=SEALED)


def planned(kind: str, language: Literal["de", "en"], values: dict[str, Any], *reasons: Reason) -> NotificationPlanned:
    return PLANNED.model_copy(update={"kind": kind, "language": language, "letter": values, "reasons": reasons or (STOPPED,)})


def parsed(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=default)
    assert message.defects == []
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def parts(message: EmailMessage) -> tuple[str, str]:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


class Tags(HTMLParser):
    """What a reader of mail would find in the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


def made_hostile(value: Any, text: str) -> Any:
    """Every text among the values, except ids, times and words of a fixed list, which no person types."""
    match value:
        case dict():
            fixed = ("_at", "_on", "_by", "due", "id", "verdict", "instrument", "meeting", "conference", "recommendation")
            return {name: inner if name.endswith(fixed) else made_hostile(inner, text) for name, inner in value.items()}
        case list():
            return [made_hostile(inner, text) for inner in value]
        case str():
            return text
        case _:
            return value


def test_every_letter_has_a_template_in_every_language_and_every_template_a_letter() -> None:
    for language in LANGUAGES:
        assert {file.stem for file in (FOLDER / language).glob("*.txt")} == {*VALUES, "_closing", "_why"}


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_a_letter_can_be_read(kind: str, language: Literal["de", "en"]) -> None:
    post = compose(NOTIFICATION_ID, planned(kind, language, VALUES[kind]), Opened(EMAIL, OPENED, [TOKEN]), HEAD)
    message = parsed(post.data)
    text, html = parts(message)
    assert message["To"] == EMAIL
    assert message["Message-ID"] == MESSAGE_ID
    assert message["Content-Language"] == language
    assert message["Subject"]
    assert f"{HEAD.portal_url}/{language}/" in text
    assert ("weil" if language == "de" else "because") in text
    assert f"https://integration.stadt.example/{language}/subscription/stop?token={TOKEN}" in text
    assert message["List-Unsubscribe"] == f"<https://integration.stadt.example/api/notifications/subscriptions/stop/{TOKEN}>"
    assert f"\r\nList-Unsubscribe: {message['List-Unsubscribe']}\r\n".encode() in post.data, "in one piece, as mail programs read it"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    links = Tags(html).links
    assert links
    assert all(link in text for link in links)
    assert "{{" not in text
    assert "None" not in text
    assert max(map(len, post.data.splitlines())) <= 998


@pytest.mark.parametrize("attack", HOSTILE)
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_nothing_hostile_breaks_out_of_a_letter(kind: str, language: Literal["de", "en"], attack: str) -> None:
    hostile = HOSTILE[attack]
    values = made_hostile(VALUES[kind], hostile)
    opened = Opened(EMAIL, OPENED | {"name": hostile}, [TOKEN])
    ordinary = parsed(compose(NOTIFICATION_ID, planned(kind, language, VALUES[kind]), Opened(EMAIL, OPENED, [TOKEN]), HEAD).data)
    message = parsed(
        compose(NOTIFICATION_ID, planned(kind, language, values, Reason(why="body", title=hostile, stop=SEALED)), opened, HEAD).data
    )
    text, html = parts(message)
    assert list(message.keys()) == list(ordinary.keys())
    assert [part.get_content_type() for part in message.walk()] == [part.get_content_type() for part in ordinary.walk()]
    assert message["To"] == EMAIL
    assert len(" ".join(message["Subject"].split())) <= MOST_SUBJECT
    tags = Tags(html)
    assert tags.tags <= {"html", "head", "meta", "title", "body", "p", "a", "br"}
    assert tags.attributes <= {"lang", "charset", "href"}
    assert all(link.startswith(HEAD.portal_url) for link in tags.links)
    assert not set(text) & set("\x00\x07\x1b\u202e\u2066\u200f\x0b\u2028")
    assert "49" not in text.replace(TOKEN, "") or attack != "template"


def test_a_letter_is_the_same_at_every_attempt() -> None:
    posts = [compose(NOTIFICATION_ID, PLANNED, Opened(EMAIL, OPENED, [TOKEN]), HEAD) for _ in range(2)]
    assert posts[0] == posts[1]


def test_a_letter_without_a_subscription_has_nothing_to_stop() -> None:
    invited = planned("meeting_invited", "de", VALUES["meeting_invited"], Reason(why="member", title="Fachbeirat"))
    message = parsed(compose(NOTIFICATION_ID, invited, Opened(EMAIL, OPENED, [None]), HEAD).data)
    assert message["List-Unsubscribe"] is None
    assert "Abbestellen" not in parts(message)[0]
    assert "Mitglied von „Fachbeirat“" in parts(message)[0]


def test_a_letter_names_every_reason() -> None:
    reasons = (Reason(why="member", title="Fachbeirat"), Reason(why="everything", title="", stop=SEALED), STOPPED)
    words = write(planned("meeting_scheduled", "en", VALUES["meeting_scheduled"], *reasons), Opened(EMAIL, {}, [None, "one", "two"]), HEAD)
    assert "you are a member of “Fachbeirat”" in words.text
    assert "you have subscribed to all public messages" in words.text
    assert "you have subscribed to messages about “Fachbeirat”" in words.text
    assert words.text.count("/en/subscription/stop?token=") == 2


def test_times_are_the_citys() -> None:
    words = write(planned("meeting_scheduled", "de", VALUES["meeting_scheduled"]), Opened(EMAIL, {}, [TOKEN]), HEAD)
    assert "Dienstag, 6.\u00a0November\u00a02018, 16:00\u00a0Uhr" in words.text, "no line ends inside a day or a time"


@pytest.mark.parametrize(
    ("text", "most", "kept"),
    [
        ("Beschluss: Mehr Bänke", 21, "Beschluss: Mehr Bänke"),
        ("Beschluss: Mehr Bänke", 20, "Beschluss: Mehr…"),
        ("Beschluss: Mehr Bänke", 16, "Beschluss: Mehr…"),
        ("Beschluss: Mehr, Bänke", 17, "Beschluss: Mehr…"),
        ("Beschluss:\n Mehr\u00a0Bänke ", 21, "Beschluss: Mehr Bänke"),
        ("Beschluss: Sprachmittlungsgebührenordnung", 24, "Beschluss: Sprachmittlu…"),
        ("Sprachmittlungsgebührenordnung", 10, "Sprachmit…"),
    ],
)
def test_a_subject_that_is_too_long_ends_with_a_whole_word(text: str, most: int, kept: str) -> None:
    assert shortened(text, most) == kept
    assert len(kept) <= most


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_keeps_its_kind_and_its_time_before_a_long_name(language: Literal["de", "en"]) -> None:
    values = {**VALUES["meeting_rescheduled"], "body_name": "Beirat für alles, was lange heißt, " * 3}
    subject = write(planned("meeting_rescheduled", language, values), Opened(EMAIL, {}, [TOKEN]), HEAD).subject
    assert subject.startswith({"de": "Sitzung verlegt auf ", "en": "Meeting moved to "}[language])
    assert "Nov 2018: " in subject.replace(".", "")
    assert subject.endswith("…")


@pytest.mark.parametrize(
    ("language", "hours", "said"),
    [
        ("de", 6, "Dienstag, 6. November 2018, 16:00 bis 22:00 Uhr"),
        ("en", 6, "Tuesday, 6 November 2018, 16:00 to 22:00"),
        ("de", 9, "Dienstag, 6. November 2018, 16:00 Uhr bis Mittwoch, 7. November 2018, 01:00 Uhr"),
    ],
)
def test_a_letter_says_the_day_once_of_what_ends_on_it(language: Literal["de", "en"], hours: int, said: str) -> None:
    begin = datetime(2018, 11, 6, 15, tzinfo=UTC)
    times = {"starts_at": begin.isoformat(), "ends_at": (begin + timedelta(hours=hours)).isoformat()}
    letter = write(planned("conference_moved", language, VALUES["conference_moved"] | times), Opened(EMAIL, {}, [TOKEN]), HEAD)
    assert f": {said}\n" in letter.text.replace("\u00a0", " ")


def test_a_value_that_a_template_misses_is_an_error_and_no_gap_in_the_letter() -> None:
    lacking = {name: value for name, value in VALUES["meeting_scheduled"].items() if name != "place"}
    with pytest.raises(Exception, match="place"):
        write(planned("meeting_scheduled", "de", lacking), Opened(EMAIL, {}, [TOKEN]), HEAD)


def test_no_personal_value_is_asked_of_the_official_ones() -> None:
    for kind in DIRECT:
        assert not PERSONAL & VALUES[kind].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_contributed_is_told_how_to_have_everything_erased(language: Literal["de", "en"]) -> None:
    letter = planned("contribution_received", language, VALUES["contribution_received"])
    assert f"{HEAD.portal_url}/{language}/contribution/erasure?token={TOKEN}" in write(letter, Opened(EMAIL, OPENED, [TOKEN]), HEAD).text
    without = {name: value for name, value in OPENED.items() if name != "erasure_token"}
    assert "/contribution/erasure" not in write(letter, Opened(EMAIL, without, [TOKEN]), HEAD).text
