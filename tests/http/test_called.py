"""A right name stands wherever its thing does, however deep, and nothing else is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from shared.called import named_in, with_names

BOARD, OFFICE, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = {BOARD: "Fachbeirat", OFFICE: "Sozialamt"}


@dataclass(frozen=True, slots=True)
class Item:
    """A point that somebody may have proposed."""

    item: UUID
    item_title: str
    proposed_by: UUID | None
    proposed_by_name: str | None


class Shown(BaseModel):
    """Something of a body with points of its own."""

    body: UUID
    body_name: str
    member: UUID
    member_name: str
    items: list[Item]
    others: tuple[Item, ...] = ()
    about: dict[str, Any] = {}


PROPOSED, OWN = Item(BOARD, "Bericht", OFFICE, "Amt"), Item(BOARD, "Verschiedenes", None, None)
SHOWN = Shown(body=BOARD, body_name="Beirat", member=OTHER, member_name="Ayla Beispiel", items=[PROPOSED, OWN], others=(PROPOSED,))


def test_everything_that_is_named_beside_its_id_is_found() -> None:
    assert set(named_in([SHOWN])) == {BOARD, OFFICE, OTHER}
    assert list(named_in(OWN)) == []


def test_right_names_stand_at_every_depth_and_all_else_is_as_it_was() -> None:
    right = Item(BOARD, "Bericht", OFFICE, "Sozialamt")
    [called] = with_names([SHOWN], NAMES)
    assert called == SHOWN.model_copy(update={"body_name": "Fachbeirat", "items": [right, OWN], "others": (right,)})


def test_what_has_no_name_gets_none_and_without_names_nothing_is_made_anew() -> None:
    assert with_names(Item(BOARD, "Bericht", OFFICE, None), NAMES) == Item(BOARD, "Bericht", OFFICE, None)
    assert with_names(SHOWN, {}) is SHOWN
