"""The demo as people meet it: told once, told again, killed in the middle, served, looked after, thrown away."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from bindeglied.embedded import SERVICES as ALL_SERVICES
from bindeglied.outbox import Outbox
from bindeglied.world.read import read_world
from shared.http.command_ids import stream_begun_by
from tests.e2e.canonical import alike
from tests.e2e.homes import PATIENCE, Operator, last_words, new_home, told_home
from tests.support.ports import free_port
from tests.support.run import Run

WORLD = read_world()
STEPS = len(WORLD.bodies) + len(WORLD.seats) + len(WORLD.steps)
SERVICES = ("meetings", "conferences", "recommendations", "notifications", "portal")
OWN_READERS = {"upcoming_v1", "cadence_v2"}
"""Those of the meetings service that fold a rescheduling."""
FOREIGN_READERS = sum(
    sum("meetings" in one.folds for one in service.projections) + sum(one.source == "meetings" for one in service.reactions)
    for service in ALL_SERVICES
)
"""Those of other services that hear of meetings."""
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+\S*")
UNKNOWN = "00000000-0000-4000-8000-00000000dead"

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def told(run: Run) -> Iterator[Operator]:
    with told_home(run) as operator:
        yield operator


@pytest.fixture
def nobody(run: Run) -> Iterator[Operator]:
    with new_home(run) as operator:
        yield operator


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What the process says up to the line with this text."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"it ended without saying {text!r}:\n{said}")


def killed_when(operator: Operator, text: str) -> None:
    """The demo is killed as soon as it says this."""
    with operator.begins("demo", "--once") as process:
        read_until(process, text)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_the_story_is_told_step_by_step_with_its_own_dates(told: Operator) -> None:
    said = (told.home.folder / "said").read_text("utf-8")
    lines = [line.split(maxsplit=3) for line in said.splitlines() if re.match(r" +\d+/\d+ ", line)]
    assert [line[0] for line in lines] == [f"{n}/{STEPS}" for n in range(1, STEPS + 1)]
    assert [line[3] for line in lines[-len(WORLD.steps) :]] == [step.tells for step in WORLD.steps]
    assert (lines[-1][1], lines[-1][2]) == ("16.10.2023", "09:30")
    assert re.search(r"13\.12\.2023 16:00 +Fachbeirat .* geplant", said)
    assert "2 abgehalten, 0 geplant, 2 verlangt – eingehalten" in said
    assert told.left_running() == []


async def test_told_again_it_neither_doubles_nor_fails(told: Operator) -> None:
    before = await told.state()
    assert sum('"meetings.SittingClosed"' in line for line in before["meetings"]) == 3
    letters = sorted(file.name for file in told.home.outbox.iterdir())
    again = told.runs("demo", "--once")
    assert again.splitlines()[1:] == (told.home.folder / "said").read_text("utf-8").splitlines()[1:], "but for the folder's name"
    assert await told.state() == before
    assert sorted(file.name for file in told.home.outbox.iterdir()) == letters


async def test_killed_again_and_again_it_ends_in_the_same_state(told: Operator, nobody: Operator) -> None:
    killed_when(nobody, "startet")
    for line in (1, STEPS // 2, STEPS):
        killed_when(nobody, f"{line}/{STEPS}")
    assert nobody.left_running(), "a killed process cannot stop its PostgreSQL"
    nobody.runs("demo", "--once")
    assert nobody.left_running() == []
    one, other = alike(await nobody.state(), await told.state())
    assert one == other
    assert addressed(nobody) == addressed(told)


def addressed(operator: Operator) -> list[tuple[str, str]]:
    """To whom letters about what lie in the outbox."""
    return sorted((str(letter["to"]), str(letter["subject"])) for letter in Outbox(operator.home.outbox).letters())


async def test_a_story_broken_off_in_the_middle_is_another_state(told: Operator, nobody: Operator) -> None:
    killed_when(nobody, f"10/{STEPS}")
    one, other = alike(await nobody.state(), await told.state())
    assert one != other


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_what_it_prints_alone_and_ends_when_told(told: Operator, end: signal.Signals) -> None:
    port = free_port()
    with told.begins("demo" if end is signal.SIGTERM else "up", "--port", str(port)) as process:
        addresses = ADDRESS.findall(read_until(process, "Strg-C"))
        assert len(addresses) >= 5
        assert all(f":{port}/" in address for address in addresses)
        with httpx2.Client(timeout=PATIENCE) as client:
            until_it_listens(port)
            assert [client.get(address).status_code for address in addresses] == [200] * len(addresses)
            signed_in = client.post(f"http://127.0.0.1:{port}/login", content="persona=koordinierung").json()
            coming = client.get(
                f"http://127.0.0.1:{port}/api/meetings/meetings", headers={"authorization": f"Bearer {signed_in['access_token']}"}
            ).json()["items"]
            assert [one["standing"] for one in coming] == ["scheduled"]
        in_use = f"Prozess {process.pid} arbeitet schon mit {told.home.folder}: erst dort beenden"
        assert told.runs("up", code=1) == told.runs("demo", "--once", code=1) == f"bindeglied: {in_use}\n"
        assert f"process {process.pid} serves from {told.home.folder} already: stop it first" in told.runs("reset", "--yes", code=1)
        assert re.match(r"bodies_v1: rebuilt up to own \d+\n", told.runs("rebuild", "meetings", "bodies_v1"))
        process.send_signal(end)
        said = last_words(process)
    assert (process.returncode, said) == (0, "Bindeglied endet.\n")
    assert told.left_running() == []


def until_it_listens(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_taken_port_is_told_before_anything_starts(nobody: Operator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in ("up", "demo"):
            said = nobody.runs(command, "--port", str(port), code=1)
            assert said.startswith(f"bindeglied: Port {port} ist nicht zu haben")
            assert "--port oder BINDEGLIED_PORT" in said
    assert not nobody.home.folder.exists()


def test_interrupted_while_it_tells_it_puts_everything_away(nobody: Operator) -> None:
    with nobody.begins("demo", "--once") as process:
        read_until(process, f"3/{STEPS}")
        process.send_signal(signal.SIGTERM)
        said = last_words(process)
    assert process.returncode == 130
    assert said.endswith("bindeglied: unterbrochen; derselbe Befehl macht dort weiter, wo er war\n")
    assert nobody.left_running() == []


def test_an_operator_looks_after_it(told: Operator) -> None:
    status = told.runs("status")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in status.splitlines() if "│" in line]
    assert {row[0] for row in rows} == set(SERVICES)
    assert {("meetings", "upcoming_v1"), ("portal", "trace_v1"), ("notifications", "dispatch")} <= {tuple(row[:2]) for row in rows}
    assert {tuple(row[5:]) for row in rows} == {("0", "0", "ok")}
    verified = told.runs("verify").splitlines()
    assert verified.count("log: whole: positions, versions, times and leaf hashes hold") == len(SERVICES)
    assert all(line.startswith("log: ") or re.search(r"_v\d: equals a fold of its sources, \d+ rows$", line) for line in verified)
    rebuilt = told.runs("rebuild").splitlines()
    assert len(rebuilt) == len(verified) - len(SERVICES)
    assert all(re.match(r"\w+_v\d: rebuilt up to \w+ \d+", line) for line in rebuilt)
    key_file, before = told.home.key_file, told.home.key_file.read_bytes()
    assert told.runs("keys", "rotate").startswith(f"{key_file} holds a new key, the old one is destroyed; no copy is kept")
    assert key_file.read_bytes() != before
    with told.begins("park", "list") as process:
        said = last_words(process)
    assert said == "starting PostgreSQL …\nnothing is parked\n"
    assert told.left_running() == []


async def test_an_operator_frees_what_was_set_aside(told: Operator) -> None:
    """A fact that this version cannot read parks its stream; the operator sees it, tries again in vain, and skips it."""
    number = next(number for number, step in enumerate(WORLD.steps) if step.made == "sitzung-im-winter")
    winter = stream_begun_by(f"user:{WORLD.personas['koordinierung'].sub}", f"story:{number}")
    await told.breaks(winter, "meetings.MeetingRescheduled", "{}")
    with told.begins("up", "--port", str(free_port())) as process:
        read_until(process, "Strg-C")
        deadline = time.monotonic() + PATIENCE
        while told.runs("park", "list").count(str(winter)) < len(OWN_READERS) + FOREIGN_READERS:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGINT)
        last_words(process)
    status = told.runs("status", code=1)
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in status.splitlines() if "│" in line]
    assert sum(row[6] == "1" for row in rows) == len(OWN_READERS) + FOREIGN_READERS
    listed = told.runs("park", "list")
    set_aside = re.findall(r"(unreadable )?meetings\.MeetingRescheduled at position \d+: UnreadableVersion; 1 waiting, since 20", listed)
    assert sorted(set_aside) == [""] * len(OWN_READERS) + ["unreadable "] * FOREIGN_READERS
    everywhere = [line for line in listed.splitlines() if str(winter) in line]
    lines = [line for line in everywhere if " own " in line]
    assert {line.split()[1] for line in lines} == OWN_READERS
    lines.append(next(line for line in everywhere if "portal trace_v1 meetings " in line))
    assert f"0 of {len(everywhere)} released\n" in told.runs("park", "retry-all", code=1)
    assert "then lacks the event until it is rebuilt. Skip it?" in told.runs("park", "skip", *lines[0].split(), code=1), "nobody said yes"
    for where in (line.split() for line in lines):
        assert "it failed again and stays parked" in told.runs("park", "retry", *where, code=1)
        assert told.runs("park", "skip", *where, "--yes") == "released\n"
    assert sorted(line for line in told.runs("park", "list").splitlines() if str(winter) in line) == sorted(set(everywhere) - set(lines))


IN_VAIN: list[tuple[list[str], str]] = [
    (["rebuild", "meetings", "coming"], "meetings has no read model coming: try bodies_v1, upcoming_v1, cadence_v2"),
    (["verify", "minutes"], "there is no service minutes: try meetings"),
    (["park", "retry", "meetings", "upcoming_v1", "own", UNKNOWN], "upcoming_v1 has parked no such stream: see `bindeglied park list`"),
    (["generation", "meetings"], "the embedded form has no topics, so it has no generations"),
]


def test_what_cannot_be_done_is_said_in_a_sentence(told: Operator) -> None:
    for command, says in IN_VAIN:
        said = told.runs(*command, code=1)
        assert said.startswith(f"bindeglied: {says}")
        assert "Traceback" not in said
    assert told.left_running() == []


def test_without_data_a_command_says_what_makes_it(nobody: Operator) -> None:
    said = nobody.runs("status", code=1)
    assert said == (
        f"bindeglied: there is no data at {nobody.home.folder}: `bindeglied up` or `bindeglied demo` makes it; BINDEGLIED_HOME says where\n"
    )
    assert nobody.runs("reset", "--yes") == f"nothing is at {nobody.home.folder}\n"


def test_reset_ends_a_killed_demos_server_and_deletes_data_and_keys(told: Operator) -> None:
    killed_when(told, f"2/{STEPS}")
    assert told.left_running()
    key = next(told.home.keys.glob("kek*.json"))
    assert key.exists()
    told.runs("reset", code=1)
    assert key.exists(), "nobody said yes"
    assert told.runs("reset", "--yes") == f"deleted {told.home.folder}\n"
    assert not told.home.folder.exists()
    assert told.left_running() == []


def test_reset_deletes_nothing_that_bindeglied_did_not_make(nobody: Operator) -> None:
    letter = nobody.home.folder / "letter"
    letter.parent.mkdir()
    letter.write_text("Sehr geehrte Damen und Herren", encoding="utf-8")
    assert "was not made by bindeglied: nothing was deleted" in nobody.runs("reset", "--yes", code=1)
    assert letter.exists()


def test_a_postgres_that_left_only_its_number_is_replaced(told: Operator) -> None:
    """After a power cut another program may bear the number that was written down."""
    number: Path = told.home.postgres / "postmaster.pid"
    number.write_text(f"1\n{told.home.postgres}\n1\n5432\n{told.home.postgres}\n\n 1 1\nready   \n", encoding="ascii")
    assert told.runs("park", "list") == "nothing is parked\n"
    assert told.left_running() == []
