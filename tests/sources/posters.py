"""The same made-up service with a public side: some of what it publishes is for its neighbours only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from uuid import uuid5

from shared.domain import Contract, Event
from shared.envelope import Entry, Received
from shared.eventstore.mapper import MessageTypes, encode
from tests.sources.facts import BEGINNING, SPACE


class PosterDrawn(Event, name="posters.PosterDrawn"):
    """A fact that is published, to everybody or to the neighbours, or stays inside."""

    text: str
    seen_by: str


class PosterHung(Contract, name="posters.PosterHung", version=2, open_to_all=True):
    """What others hear of a poster."""

    text: str
    public: bool


TYPES = MessageTypes([PosterDrawn])
ALL, NEIGHBOURS, NOBODY = "all", "neighbours", "nobody"


def published(received: Received[Event]) -> Contract | None:
    """All but what nobody sees."""
    event = received.message
    assert isinstance(event, PosterDrawn)
    return None if event.seen_by == NOBODY else PosterHung(text=event.text, public=event.seen_by == ALL)


def log_of(names: str, *, neighbours: Collection[str] = (), nobody: Collection[str] = ()) -> list[Entry]:
    """A log of these facts, a word each; those of one first letter are one stream. A fact's id comes of its name, its time is its number
    among the public ones; where it stands in the log shows only in who caused it and in what led to it."""
    versions: Counter[str] = Counter()
    entries: list[Entry] = []
    public = 0
    for pos, name in enumerate(names.split(), 1):
        seen_by = NEIGHBOURS if name in neighbours else NOBODY if name in nobody else ALL
        public += seen_by == ALL
        versions[name[0]] += 1
        entries.append(
            Entry(
                pos, pos - 1, uuid5(SPACE, f"drawn:{name}"), uuid5(SPACE, f"poster:{name[0]}"), versions[name[0]], PosterDrawn.NAME, 1,
                BEGINNING + timedelta(minutes=public), f"office:{pos}", uuid5(SPACE, f"before:{pos}"), uuid5(SPACE, f"story:{pos}"),
                encode(PosterDrawn(text=f"Plakat {name}", seen_by=seen_by)),
            )
        )  # fmt: skip
    return entries
