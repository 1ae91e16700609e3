"""What does not fit is told in sentences that help, and that repeat nothing of what was sent."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, StrictBool, StrictInt, ValidationError

from shared.http.bad_input import describe_bad_input


class Kind(StrEnum):
    COMMITTEE = "committee"
    COUNCIL = "council"


def repeats(value: str) -> str:
    """A validator that does what ours never do."""
    raise ValueError(f"{value} is nobody")


def rules(value: str) -> str:
    """A validator as ours are."""
    raise ValueError("must be a name")


class Inner(BaseModel):
    number: int


class Wish(BaseModel):
    kind: Kind = Kind.COUNCIL
    id: UUID | None = None
    text: Annotated[str, Field(min_length=2, max_length=3)] = "abc"
    form: Annotated[str, Field(pattern="^[a-z]$")] = "a"
    flag: StrictBool = False
    number: Annotated[StrictInt, Field(ge=1, le=9)] = 1
    ratio: Annotated[float, Field(gt=0, lt=1)] = 0.5
    day: date = date(2018, 11, 30)
    moment: AwareDatetime | None = None
    naive: datetime | None = None
    inner: Inner | None = None
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    person: Annotated[str, AfterValidator(repeats)] = ""
    name: Annotated[str, AfterValidator(rules)] = ""
    span: Annotated[bytes, Field(max_length=1)] = b""


MOMENT = "is not a time with its zone like 2018-11-30T15:00:00+01:00"
DAY = "is not a day like 2018-11-30"


def told(wish: Any) -> str:
    """What is said of the one thing that does not fit."""
    with pytest.raises(ValidationError) as caught:
        Wish.model_validate(wish)
    (error,) = describe_bad_input(RequestValidationError(caught.value.errors(), body=wish)).errors
    return error["what"]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ([], "is not an object"),
        ({"kind": "committe"}, "must be 'committee' or 'council'"),
        ({"kind": "council "}, "must be 'committee' or 'council'"),
        ({"id": 1}, "is not a UUID"),
        ({"id": "1"}, "is not a UUID"),
        ({"text": 1}, "is not a text"),
        ({"text": "a"}, "has fewer characters than 2"),
        ({"text": "abcd"}, "has more characters than 3"),
        ({"form": "A"}, "does not have the form ^[a-z]$"),
        ({"flag": "yes"}, "is neither true nor false"),
        ({"number": "one"}, "is not a whole number"),
        ({"number": 0}, "must be at least 1"),
        ({"number": 10}, "must be at most 9"),
        ({"ratio": "a"}, "is not a number"),
        ({"ratio": 0}, "must be more than 0.0"),
        ({"ratio": 1}, "must be less than 1.0"),
        ({"day": "tomorrow"}, DAY),
        ({"day": []}, DAY),
        ({"moment": "tomorrow"}, MOMENT),
        ({"moment": "2018-11-30T15:00:00"}, MOMENT),
        ({"naive": []}, MOMENT),
        ({"inner": 1}, "is not an object"),
        ({"inner": {}}, "is missing"),
        ({"items": 1}, "is not a list"),
        ({"items": []}, "has fewer items than 1"),
        ({"items": [1, 2, 3]}, "has more items than 2"),
        ({"name": "e"}, "must be a name"),
    ],
)
def test_what_does_not_fit_is_told_in_a_sentence_of_ours(wish: Any, sentence: str) -> None:
    assert told(wish) == sentence


@pytest.mark.parametrize("wish", [{"person": "Erika"}, {"span": "Erika"}])
def test_a_sentence_that_is_not_ours_is_not_shown(wish: Any) -> None:
    assert told(wish) == "does not fit"
