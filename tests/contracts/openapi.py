"""The services' OpenAPI documents in `docs/openapi/`, for those who write clients without running anything.

`make openapi` writes them.
"""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from shared.http.app import create_app
from shared.http.health import Readiness
from shared.http.metrics import Metrics
from shared.http.runtime import Runtime
from shared.service import Service
from tests.contracts.golden_files import ROOT, services

FOLDER = ROOT / "docs" / "openapi"


def document(service: Service) -> str:
    """What the running service answers under its `openapi.json`, for people to compare: indented, one member a line."""
    # The document follows from the routes alone; nothing is called.
    runtime = cast(Runtime, SimpleNamespace(metrics=Metrics(), readiness=Readiness({})))
    return json.dumps(create_app(service, runtime).openapi(), ensure_ascii=False, indent=2) + "\n"


def file_of(service: Service) -> Path:
    """Where its document lies."""
    return FOLDER / f"{service.name}.json"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for service in services():
        file_of(service).write_text(document(service), encoding="utf-8")
        print(f"written: {file_of(service).relative_to(ROOT)}")  # noqa: T201 - a command for people
