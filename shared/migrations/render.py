"""Writes the SQL from one revision of a chain to its newest: `python -m shared.migrations.render <chain> <revision|base>`."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

HERE = Path(__file__).parent


def render(chain: str, current: str) -> None:
    """Write the script to standard output; it is run, and committed, by somebody else."""
    config = Config(output_buffer=sys.stdout)
    config.attributes["chain"] = chain
    for option, value in {
        "script_location": str(HERE),
        "version_locations": str(HERE / chain),
        "path_separator": "newline",
    }.items():
        config.set_main_option(option, value.replace("%", "%%"))
    command.upgrade(config, f"{current}:head", sql=True)


if __name__ == "__main__":
    render(*sys.argv[1:])
