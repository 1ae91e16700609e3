"""What can be compared of two lives of one city, in whichever form they were led: read models and letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bindeglied.embedded import SERVICES, Embedded
from bindeglied.outbox import Outbox
from shared.projections.cursors import READ
from shared.projections.dump import dump
from tests.e2e.canonical import HINTS, Rows, alike, city_rows

if TYPE_CHECKING:
    from shared.projections.cursors import Pool


@dataclass(frozen=True)
class Life:
    """One life of the city."""

    rows: Mapping[str, Rows]
    """Every service's read models."""
    letters: Counter[str]
    """How many letters went to whom, with which subject."""


async def life_of(embedded: Embedded) -> Life:
    """The life that was led in one process."""
    pools = {name: process.pool for name, process in embedded.services.items()}
    assert embedded.around.keyring
    return Life(await city_rows(SERVICES, pools, embedded.around.keyring), letters_in(Outbox(embedded.home.outbox)))


def letters_in(outbox: Outbox) -> Counter[str]:
    """All letters, by recipient and subject."""
    return Counter(f"{letter['to']}: {letter['subject']}" for letter in outbox.letters())


def differences(one: Life, other: Life) -> list[str]:
    """What only one of them has: `- …` for the first one's, `+ …` for the other's."""
    first, second = (Counter(text.splitlines()) for text in alike(one.rows, other.rows))
    return sorted(
        [
            *(f"- {line}" for line in (first - second) + (one.letters - other.letters)),
            *(f"+ {line}" for line in (second - first) + (other.letters - one.letters)),
        ],
        key=lambda line: line[2:],
    )


def each_at_once(life: Life) -> Life:
    """Without what alone may differ where a worker dies: how often it was tried to hand a letter over."""
    return replace(
        life, rows={name: [re.sub(r'"attempts": \d+', '"attempts": 1', row) for row in rows] for name, rows in life.rows.items()}
    )


async def dump_of_read_models(pool: Pool) -> bytes:
    """Every table of every read model of a service, byte for byte, but for what no fact fills."""
    async with pool.acquire() as connection:
        tables = await connection.fetch(f"select unnest(tables) as name from {READ}.projection order by 1")
        return await dump(connection, READ, [table["name"] for table in tables], HINTS)
