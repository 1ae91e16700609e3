"""The golden files: one stored example of every version of every event and contract that was ever shipped.

`python -m tests.contracts.golden_files` writes those that are missing from the services' examples, and changes none.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.domain import Contract, Named
from shared.eventstore.mapper import encode
from shared.service import Service

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).with_name("golden")
Kind = Literal["event", "contract"]


def services() -> list[Service]:
    """Every service of the city that keeps a log."""
    names = [file.parent.name for file in sorted((ROOT / "services").glob("*/service.py"))]
    return [importlib.import_module(f"services.{name}.service").SERVICE for name in names]


def examples(service: Service) -> tuple[Named, ...]:
    """One example of each of its facts and contracts, from its tests."""
    module = importlib.import_module(f"tests.{service.name}.examples")
    return (*module.EVENT_EXAMPLES, *module.CONTRACT_EXAMPLES)


@dataclass(frozen=True)
class Golden:
    """One golden file: `<kind>.<name>.v<version>.json`."""

    kind: Kind
    name: str
    version: int

    @property
    def file(self) -> Path:
        """Where it lies."""
        return GOLDEN / f"{self}.json"

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}.v{self.version}"


def golden_of(cls: type[Named]) -> Golden:
    """The file that a class needs in its present version."""
    return Golden("contract" if issubclass(cls, Contract) else "event", cls.NAME, cls.VERSION)


def kept() -> Iterator[Golden]:
    """Every file that is there."""
    for file in sorted(GOLDEN.glob("*.json")):
        kind, _, rest = file.stem.partition(".")
        name, _, version = rest.rpartition(".v")
        yield Golden("contract" if kind == "contract" else "event", name, int(version))


def missing(classes: Iterable[type[Named]], there: Iterable[Golden]) -> list[str]:
    """The files that these classes need: one for their version and one for each before it."""
    names = {str(golden) for golden in there}
    needed = [Golden(golden_of(cls).kind, cls.NAME, version) for cls in classes for version in range(1, cls.VERSION + 1)]
    return [str(golden) for golden in needed if str(golden) not in names]


def write_missing() -> list[Path]:
    """Write what is missing; a file that is there stays as it is."""
    written = []
    for example in (example for service in services() for example in examples(service)):
        file = golden_of(type(example)).file
        if not file.exists():
            file.write_text(json.dumps(json.loads(encode(example)), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            written.append(file)
    return written


if __name__ == "__main__":
    for file in write_missing():
        print(f"written: {file.relative_to(ROOT)}")  # noqa: T201 - a command for people
