"""Begins and ends the run's servers, says in the header which they are, and keeps the network from tests that did not ask for it."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import infrastructure
from tests.infrastructure import BROKER, RUN
from tests.support.choice import Choice, choose
from tests.support.postgres import PostgresServer
from tests.support.run import Run, in_memory

# No example is judged by its duration, every failure prints what repeats it, and every run tries the same: a change is never refused
# for what chance has found elsewhere.
settings.register_profile(
    "bindeglied", deadline=None, print_blob=True, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("bindeglied")

LOOPBACK = ("127.0.0.1", "::1", "localhost")
SERVERS = {"run", "postgres_server", "kafka"}


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run in the process that leads; its workers join it."""
    config.pluginmanager.register(infrastructure)
    handed_over = getattr(config, "workerinput", None)
    if handed_over is not None:
        config.stash[RUN] = Run(Path(handed_over["run"]))
        config.stash[BROKER] = Choice(**json.loads(handed_over["broker"]))
        return
    config.stash[BROKER] = choose()
    if config.stash[BROKER].kind == "none" and os.environ.get("BINDEGLIED_REQUIRE_BROKER"):
        raise pytest.UsageError(f"a real broker is required: {config.stash[BROKER].value}")
    config.stash[RUN] = Run.begin(in_memory())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the run over to a worker (a hook of pytest-xdist)."""
    node.workerinput["run"] = str(node.config.stash[RUN].directory)
    node.workerinput["broker"] = json.dumps(asdict(node.config.stash[BROKER]))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run, with all it started; also after Ctrl-C."""
    if not hasattr(config, "workerinput") and RUN in config.stash:
        config.stash[RUN].end()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the servers."""
    return [f"database: {PostgresServer.title()}", f"broker: {config.stash[BROKER].title()}"]


@pytest.fixture(autouse=True)
def _network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only loopback for a test that asks for it, nothing at all for the others; tests on the run's servers are left alone."""
    if SERVERS & set(request.fixturenames):
        return
    allowed = LOOPBACK if "loopback" in request.fixturenames else ()

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def guard(self: socket.socket, address: Any, *rest: Any) -> Any:
            if self.family != socket.AF_UNIX and address[0] not in allowed:
                raise infrastructure.NetworkForbidden(f"this test may not use the network ({name} {address}); see tests/infrastructure.py")
            return original(self, address, *rest)

        return guard

    for name in ("connect", "connect_ex", "bind"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
