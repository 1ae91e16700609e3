"""The command line's own words: how a reader is called well or not, progress, and what it refuses before anything starts."""

from __future__ import annotations

import io
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bindeglied.cli import app
from bindeglied.progress import bar, doing
from bindeglied.verdicts import state_of, verdict_of
from shared.envelope import Cursor
from shared.http.operations import ReaderPosition
from shared.projections.verify import Difference, Verification
from shared.watch import MOST_LAG

WELL = ReaderPosition(reader="upcoming_v1", kind="projection", source="own", position=1, tail=1, lag=0, parked=0, stopped=None)
UNREACHED, FAR = {"tail": None, "lag": None}, {"lag": MOST_LAG + 1}


@pytest.fixture(autouse=True)
def own_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command sets up its process; here it runs in the tests'."""
    monkeypatch.setattr("bindeglied.work.configure_logging", lambda **_: None)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "ok"),
        ({"lag": MOST_LAG}, "ok"),
        (FAR, "far behind: does a worker run?"),
        (UNREACHED, "source cannot be reached"),
        ({**FAR, "parked": 1}, "parked streams: see `bindeglied park list`"),
        ({**UNREACHED, "parked": 1, "stopped": "the source diverged"}, "the source diverged"),
    ],
)
def test_status_says_how_a_reader_is_and_its_exit_code_agrees(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str) -> None:
    one = WELL.model_copy(update=changes)
    assert state_of(one) == said

    async def positions() -> list[ReaderPosition]:
        return [WELL, one]

    @asynccontextmanager
    async def services(_: None) -> AsyncIterator[list[Any]]:
        yield [SimpleNamespace(service=SimpleNamespace(name="meetings"), readers=SimpleNamespace(positions=positions))]

    monkeypatch.setattr("bindeglied.cli.services", services)
    assert CliRunner().invoke(app, ["status"]).exit_code == (said != "ok")


@pytest.mark.parametrize(
    ("positions", "difference", "said"),
    [
        ((0, 3), None, "equals a fold of its sources, 2 rows"),
        ((0, 0), None, "has not started: it has read nothing of its sources yet; does a worker run?"),
        ((0, 0), Difference("rooms_v1", "[1]", None, "a row"), "differs: Difference("),
    ],
)
def test_nothing_that_equals_nothing_is_no_proof(positions: tuple[int, int], difference: Difference | None, said: str) -> None:
    cursors = {source: Cursor(1, position, None, None) for source, position in zip(("own", "meetings"), positions, strict=True)}
    assert verdict_of(Verification("rooms_v1", cursors, 2, difference)).startswith(said)


def test_off_a_terminal_progress_is_a_line_every_five_seconds() -> None:
    said = io.StringIO()
    seconds = iter([0, 4.9, 5, 9.9, 10])
    with bar(Console(file=said), "rebuilding x", monotonic=lambda: next(seconds)) as progress:
        for done in (10_000, 40_000, 60_000, 100_000):
            progress(done, 100_000)
    assert said.getvalue() == "rebuilding x: 40,000 of 100,000\nrebuilding x: 100,000 of 100,000\n"


def test_a_story_that_tells_itself_has_no_lines_of_progress() -> None:
    said = io.StringIO()
    with bar(Console(file=said), "Die Geschichte", lines=False, monotonic=iter([0, 99]).__next__) as progress:
        progress(1, 2)
    assert said.getvalue() == ""


def test_what_has_no_measure_is_said_once() -> None:
    said = io.StringIO()
    with doing(Console(file=said), "starting PostgreSQL …"):
        assert said.getvalue() == "starting PostgreSQL …\n"


@pytest.mark.parametrize("port", ["99999", "-1"])
@pytest.mark.parametrize("command", ["up", "demo"])
def test_a_port_that_is_none_is_refused(command: str, port: str) -> None:
    answer = CliRunner().invoke(app, [command, "--port", port])
    assert answer.exit_code == 2
    assert "Invalid value for '--port'" in answer.output


def test_a_log_level_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BINDEGLIED_LOG_LEVEL", "loud")
    complaints: list[str] = []
    monkeypatch.setattr("bindeglied.work.complain", complaints.append)
    assert CliRunner().invoke(app, ["status"]).exit_code == 1
    assert complaints == ["BINDEGLIED_LOG_LEVEL is none of debug, info, warning, error: loud"]


@pytest.mark.parametrize("command", [["verify", "--help"], ["rebuild", "--help"]])
def test_a_service_need_not_be_named(command: list[str]) -> None:
    assert "[SERVICE]" in CliRunner().invoke(app, command).output


def test_skip_says_what_it_costs() -> None:
    assert "lacks that event until it is rebuilt" in " ".join(CliRunner().invoke(app, ["park", "skip", "--help"]).output.split())
