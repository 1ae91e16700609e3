"""What two lives of the same city have in common: read models with sealed values opened and without what chance or time has put there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shared.privacy.keyring import Keyring
from shared.privacy.sealed import Sealed
from shared.projections.dump import rows_of
from shared.projections.tables import tables_of
from shared.service import Service

if TYPE_CHECKING:
    from shared.projections.cursors import Pool

HINTS = ("settled", "tried")
"""Columns that no fact fills: how far somebody has come with the work. A rebuild forgets them, and they are found anew."""
CHANCE = ("recorded_at", "pos", "position", "event_id", "command_id", "correlation_id", *HINTS)
"""Columns that tell of the log's order, of ids drawn by lot, and of the work."""
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{64}\b")
"""An id, or what is kept in clear of a token: its SHA-256."""

Rows = list[str]


async def city_rows(services: Iterable[Service], pools: Mapping[str, Pool], keyring: Keyring) -> dict[str, Rows]:
    """Of each service, every row of its read models as `<table> <JSON>`."""
    return {service.name: await service_rows(service, pools[service.name], keyring) for service in services}


async def service_rows(service: Service, pool: Pool, keyring: Keyring) -> Rows:
    """Every row of a service's read models, timers included, as `<table> <JSON>`, sealed values opened."""
    names = (*(one.name for one in service.projections), *(one.name for one in service.timers))
    found: Rows = []
    async with pool.acquire() as connection, connection.transaction():
        for table in await tables_of(connection, "read"):
            if any(table == name or table.startswith(f"{name}_") for name in names):
                async for row in rows_of(connection, "read", table, CHANCE):
                    opened = await _opened(json.loads(row.content), keyring)
                    found.append(f"{table} {json.dumps(opened, sort_keys=True, ensure_ascii=False)}")
    return found


def alike(one: Mapping[str, Rows], other: Mapping[str, Rows]) -> tuple[str, str]:
    """Both as text, equal where both lives are. Ids that only one of them knows are blotted out: they follow from ids drawn by lot."""
    texts = ["\n".join(f"{name} {row}" for name in sorted(rows) for row in rows[name]) for rows in (one, other)]
    by_lot = set(ID.findall(texts[0])) ^ set(ID.findall(texts[1]))
    blotted = [ID.sub(lambda found: "·" if found[0] in by_lot else found[0], text) for text in texts]
    first, second = ("\n".join(sorted(text.splitlines())) for text in blotted)
    return first, second


async def _opened(value: Any, keyring: Keyring) -> Any:
    match value:
        case {"sealed": 1, **_rest}:
            return str(await keyring.open(Sealed[Any].model_validate(value)))
        case dict():
            return {name: await _opened(inner, keyring) for name, inner in value.items()}
        case list():
            return [await _opened(inner, keyring) for inner in value]
        case str() if value.startswith(("{", "[")):
            try:
                return await _opened(json.loads(value), keyring)
            except ValueError:
                return value
        case _:
            return value
