"""What each service tells outsiders on its public topic, as the records would be, without a broker."""

from __future__ import annotations

from shared.envelope import Cursor
from shared.numbering import numbering
from shared.projections.projection import OWN
from shared.projector import Projector
from shared.run import Running
from shared.sources.cloudevents import record_of, source_of
from shared.sources.log import LogSource
from shared.sources.public import PublicSource
from tests.e2e.cities import City

BY_LOT = ("ce_id", "ce_sequence", "ce_prev")
"""An event's own id is drawn by lot; and what follows by itself in several streams at once comes in an order of its own."""
MANY = 100_000

Told = list[tuple[str, bytes, bytes]]
"""Service, headers and value of each record."""


async def told_to_outsiders(city: City) -> Told:
    """All records of all services, each stream's in order."""
    return [record for one in city.everything.services.values() if one.service.contracts for record in await _told(one)]


async def _told(one: Running) -> Told:
    log = LogSource(one.pool, one.signals, one.service.name)
    numbers = Projector(numbering(one.service.events, one.service.published), {OWN: lambda: log}, one.pool, one.signals)
    await numbers.start()
    await numbers.rebuild()
    source = PublicSource(one.pool, one.signals, one.service.name, published=one.service.published, types=one.types)
    entries = await source.read(Cursor(), MANY)
    assert [(entry.prev, entry.pos) for entry in entries] == [(n - 1, n) for n in range(1, await source.tail() + 1)]
    told: Told = []
    for entry in sorted(entries, key=lambda entry: (entry.stream, entry.pos)):
        record = record_of(entry, source_of("bremerhaven", source.name).encode())
        headers = [name.encode() + b": " + text for name, text in record.headers if name not in BY_LOT]
        told.append((one.service.name, b"\n".join(headers), record.value))
    return told
