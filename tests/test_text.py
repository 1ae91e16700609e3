"""Text and times as people send them: what is let in, and in which form it is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.localday import Day, Moment
from shared.text import Line, Name, Prose

LINE: TypeAdapter[str] = TypeAdapter(Line)
PROSE: TypeAdapter[str] = TypeAdapter(Prose)
DAY: TypeAdapter[date] = TypeAdapter(Day)
MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize("text", ["Übergänge", "مجلس المهاجرين", "می‌خواهم", "Тема №1", "Sitzung 🗳️", 'Ein "Titel" & mehr'])
def test_a_line_in_any_language_is_let_in_as_it_is(text: str) -> None:
    assert LINE.validate_python(text) == text


def test_spaces_around_a_text_are_dropped() -> None:
    assert LINE.validate_python("  Sitzung ") == "Sitzung"


def test_prose_may_have_lines_but_no_other_control_characters() -> None:
    assert PROSE.validate_python("Erstens\nzweitens\tdrittens") == "Erstens\nzweitens\tdrittens"
    for bad in ("a\rb", "a\x00b", "a\x1bb", "a\u202eb"):
        with pytest.raises(ValidationError):
            PROSE.validate_python(bad)


def test_a_name_is_bounded() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python("x" * 121)


@given(st.text(max_size=60))
def test_whatever_line_is_let_in_fits_into_a_mail_header(text: str) -> None:
    try:
        line = LINE.validate_python(text)
    except ValidationError:
        return
    mail = EmailMessage()
    mail["Subject"] = line
    assert line in str(mail["Subject"])


def test_the_header_test_can_fail() -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        EmailMessage()["Subject"] = "a\nb"


def test_a_moment_is_kept_in_utc() -> None:
    kept = MOMENT.validate_python("2018-11-30T15:00:00+01:00")
    assert (kept, kept.tzinfo) == (datetime(2018, 11, 30, 14, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    "value", ["2018-11-30", "2018-11-30T15:00:00", "1541516400", 1541516400, True, "1799-12-31T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_what_is_no_plausible_moment_with_its_zone_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(value)


@pytest.mark.parametrize("value", ["2018-11-30T00:00:00Z", "20181130", "1541516400", 0, False, "2018-02-29", "2201-01-01"])
def test_what_is_no_plausible_day_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


def test_the_29th_of_february_is_a_day_in_leap_years() -> None:
    assert DAY.validate_python("2024-02-29") == date(2024, 2, 29)
