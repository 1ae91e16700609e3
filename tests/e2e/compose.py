"""The scaled form in containers, really: builds the images, starts everything, tells the story, looks, stops. `make compose-test` runs it.

python -m tests.e2e.compose [--keep]      --keep leaves it running, and says where
"""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).parents[2]
PROJECT = f"bindeglied-test-{os.getpid()}"
BUILD_SECONDS, START_SECONDS, STORY_SECONDS = 1800, 600, 900
LISTS = ("/api/meetings/bodies", "/api/meetings/meetings", "/api/conferences/conferences", "/api/recommendations/recommendations")
"""Public questions whose answers are not empty once the story was told."""
HIDDEN = ("/health", "/ready", "/metrics")
"""What no outsider is shown."""


class Failed(Exception):
    """What did not come out as it should; the text is for whoever runs it."""


def say(text: str) -> None:
    """Tell how far it is."""
    print(f"compose-test: {text}", flush=True)  # noqa: T201 - a command for people


def compose(*arguments: str, within: float, environment: dict[str, str], shown: bool = True) -> str:
    """Run docker compose to its end; Failed with what it said where it does not end well."""
    command = ["docker", "compose", "--project-name", PROJECT, "--project-directory", str(ROOT), *arguments]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **environment}, timeout=within, text=True, check=False,
            stdout=None if shown else subprocess.PIPE, stderr=None if shown else subprocess.STDOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Failed(f"`docker compose {' '.join(arguments)}` did not end within {within:.0f} s") from None
    if done.returncode:
        raise Failed(f"`docker compose {' '.join(arguments)}` ended with {done.returncode}{': ' + done.stdout if done.stdout else ''}")
    return done.stdout or ""


def must_have_engine() -> None:
    """Failed, with what to do, where no container engine answers."""
    if shutil.which("docker") is None:
        raise Failed("there is no `docker`: install Docker Engine with its Compose plugin, or Podman with docker-compose")
    for what, command in (("container engine", ["docker", "version"]), ("Compose plugin", ["docker", "compose", "version"])):
        asked = subprocess.run(command, capture_output=True, text=True, check=False)
        if asked.returncode:
            reason = asked.stderr.strip().splitlines()
            raise Failed(f"no {what} answers: {reason[-1] if reason else 'it said nothing'}")


def look(url: str, environment: dict[str, str]) -> None:
    """Compare what can be compared from outside: answers, what is hidden, and that each process still runs."""
    with httpx2.Client(base_url=url, timeout=30, follow_redirects=True) as client:
        for path in LISTS:
            answer = client.get(path)
            if answer.status_code != 200 or not answer.json()["items"]:
                raise Failed(f"{path} answers {answer.status_code} {answer.text[:300]}")
            say(f"{path}: {len(answer.json()['items'])} there")
        for path in HIDDEN:
            if (status := client.get(path).status_code) != 404:
                raise Failed(f"{path} is shown to everybody: {status}")
        page = client.get("/", headers={"accept": "text/html", "accept-language": "de"})
        if page.status_code != 200 or 'lang="de"' not in page.text:
            raise Failed(f"/ answers {page.status_code} {page.text[:300]}")
        say(f"{page.url.path}: {len(page.text)} characters of HTML")
    for container in containers(environment):
        if container["State"] != "running" and container["Service"] != "prepare":
            raise Failed(f"{container['Service']} is {container['State']}")
        if container["ExitCode"]:
            raise Failed(f"{container['Service']} ended with {container['ExitCode']}")


def containers(environment: dict[str, str]) -> list[dict[str, Any]]:
    """What Compose says of each container."""
    said = compose("ps", "--all", "--format", "json", within=60, environment=environment, shown=False)
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def ids(environment: dict[str, str]) -> list[str]:
    """The containers of this project."""
    return compose("ps", "--all", "--quiet", within=60, environment=environment, shown=False).split()


def restarts(environment: dict[str, str]) -> dict[str, int]:
    """How often each container was begun again: on a busy machine that may happen while all of them start, and never later."""
    told = subprocess.run(
        ["docker", "inspect", "--format", "{{.Name}} {{.RestartCount}}", *ids(environment)], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return {name.removeprefix("/"): int(count) for name, count in (line.split() for line in told)}


def free_port() -> int:
    """A port that nobody listens on."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def main(*, keep: bool) -> None:
    """Everything in order."""
    must_have_engine()
    port = free_port()
    environment = {"BINDEGLIED_PORT": str(port), "KAFKA_PORT": str(free_port())}
    say("building the images; minutes the first time")
    compose("build", "--quiet", within=BUILD_SECONDS, environment=environment)
    try:
        say("starting")
        compose("up", "--detach", "--wait", "--quiet-pull", within=START_SECONDS, environment=environment)
        before = restarts(environment)
        for time in ("first", "second"):
            # The second time nothing may happen, and nothing may fail.
            say(f"telling the story, the {time} time")
            compose("run", "--rm", "--no-deps", "--quiet-pull", "-T", "story", within=STORY_SECONDS, environment=environment)
        look(f"http://127.0.0.1:{port}", environment)
        if (after := restarts(environment)) != before:
            raise Failed(f"a process has ended and was begun again: {before} {after}")
    except Failed:
        compose("logs", "--tail", "15", within=60, environment=environment)
        raise
    finally:
        if keep:
            say(f"still there: http://127.0.0.1:{port} - `docker compose -p {PROJECT} down --volumes` ends it")
        else:
            say("stopping")
            compose("down", "--volumes", "--remove-orphans", within=START_SECONDS, environment=environment, shown=False)
    say("all is well")


if __name__ == "__main__":
    try:
        main(keep="--keep" in sys.argv[1:])
    except Failed as error:
        sys.exit(f"compose-test: {error}")
