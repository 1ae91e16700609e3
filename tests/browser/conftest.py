"""The browser, and the demo that it looks at: one for all of a run's browser tests."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.browser.pages import Visitor
from tests.e2e.homes import PATIENCE, ROOT, told_home
from tests.support.chromium import FLAGS, find_chromium
from tests.support.ports import free_port
from tests.support.run import Run

SECONDS = 45
"""For a page, or a part of it, on a busy machine."""


@pytest.fixture(scope="session")
def site(run: Run) -> str:
    """The address of a demo whose story was told: BROWSER_SITE, or one that the first worker that needs it starts and the run ends."""
    if given := os.environ.get("BROWSER_SITE"):
        return given
    with run.once("browser-site") as started:
        if not started.exists():
            started.write_text(_serve(run), encoding="ascii")
        return started.read_text(encoding="ascii")


def _serve(run: Run) -> str:
    home, port = run.directory / "browser-home", free_port()
    with told_home(run) as told:
        subprocess.run(["cp", "-a", told.home.folder, home], check=True, timeout=PATIENCE)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BINDEGLIED_", "KAFKA_"))}
    process = run.start(
        [sys.executable, "-m", "bindeglied", "up", "--port", str(port)],
        run.directory / "browser-site.log",
        end="kill -s TERM $server",
        env={**environment, "BINDEGLIED_HOME": str(home), "PYTHONPATH": str(ROOT)},
    )
    address = f"http://127.0.0.1:{port}"
    process.must_become(lambda: _answers(address), "the demo", within=PATIENCE)
    return address


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx2.TransportError):
        return httpx2.get(f"{address}/ready", timeout=30).status_code == 200
    return False


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser. What drives it keeps an event loop running in this process, in which no other module's test could run one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS), timeout=4 * SECONDS * 1000)
        yield browser
        browser.close()


Visits = Callable[..., Visitor]
"""`visits()` is somebody new with a browser of their own; `javascript=False`, `width=360`."""


@pytest.fixture
def visits(chromium: Browser, site: str) -> Iterator[Visits]:
    """Lets as many people visit as a test wants; what a page complains of on the console fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def visit(*, javascript: bool = True, width: int = 1280) -> Visitor:
        context = chromium.new_context(base_url=site, java_script_enabled=javascript, viewport={"width": width, "height": 800})
        contexts.append(context)
        page: Page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.on("console", lambda said: complaints.append(f"{page.url}: {said.text}") if _is_complaint(said) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Visitor(page)

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []


def _is_complaint(said: ConsoleMessage) -> bool:
    """Warnings and errors; but a page says itself that a form was refused, and browsers ask for an icon beside plain data."""
    if said.location["url"].endswith("/favicon.ico"):
        return False
    return said.type in ("warning", "error") and not re.search(r"the server responded with a status of 4(09|22)", said.text)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers are slow where much else runs."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(900))
