"""`python -m bench [measure …]`: measures side by side in one run, prints one table and writes `bench/results.json`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import structlog
import uvloop
from rich.console import Console
from rich.table import Table

from bench.appends import against_bare_inserts, against_stock
from bench.commands import against_fastapi
from bench.footprint import of_the_embedded_form
from bench.growth import of_a_million, under_a_long_snapshot
from bench.missed import by_a_reader
from bench.reading import after_a_command, of_a_hundred_thousand
from bench.relaying import against_raw_producer
from bench.rows import Row
from bench.server import running_server

RESULTS = Path(__file__).with_name("results.json")
MEASURES = {
    "append_bare": against_bare_inserts,
    "append_stock": against_stock,
    "http_command": against_fastapi,
    "command_to_read_model": after_a_command,
    "rebuild": of_a_hundred_thousand,
    "relay": against_raw_producer,
    "growth": of_a_million,
    "long_snapshot": under_a_long_snapshot,
    "missed_by_reader": by_a_reader,
    "footprint": of_the_embedded_form,
}


async def measured(names: list[str]) -> list[Row]:
    """The rows of the measures whose group begins with one of `names`; all without names."""
    rows: list[Row] = []
    async with running_server() as server:
        for group, measure in MEASURES.items():
            if not names or any(group.startswith(name) for name in names):
                Console(stderr=True).print(f"measuring {group} …")
                rows += await measure(server)
    return rows


def show(rows: list[Row]) -> None:
    """One table for people, one file for programs."""
    table = Table("measure", "ours", "peer", "ratio", "target", "holds")
    for row in rows:
        figures = [
            f"{value:,.3g}" if value is not None and abs(value) < 100 else "" if value is None else f"{value:,.0f}"
            for value in (row.ours, row.peer, row.ratio)
        ]
        table.add_row(row.measure, *figures, row.target, "yes" if row.holds else "NO")
    Console().print(table)
    RESULTS.write_text(json.dumps({"rows": [row.as_json() for row in rows]}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    structlog.configure(processors=[], wrapper_class=structlog.make_filtering_bound_logger(40))
    show(uvloop.run(measured(sys.argv[1:])))
