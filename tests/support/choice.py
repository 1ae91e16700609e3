"""Where a test run's Kafka broker comes from: a given one, a container, or Kafka's own jars; `python -m tests.support.choice` prepares."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.support.chromium import prepare_chromium

VERSION = "4.3.1"
IMAGE = os.environ.get("KAFKA_IMAGE", f"apache/kafka:{VERSION}")
CACHE = Path(__file__).parents[2] / ".cache" / "kafka" / VERSION
POM = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>bindeglied</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version>
  </dependency></dependencies>
</project>"""
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


@dataclass(frozen=True)
class Choice:
    """The way to a broker: `given` (value: its address), `container` (the image), `jars` (the version) or `none` (the reason)."""

    kind: Literal["given", "container", "jars", "none"]
    value: str

    def title(self) -> str:
        """What it is, for people."""
        return {
            "given": f"the broker at {self.value} (KAFKA_BOOTSTRAP_SERVERS)",
            "container": f"Apache Kafka in a container of {self.value}",
            "jars": f"Apache Kafka {self.value} from its jars, as a process",
            "none": f"none: {self.value}",
        }[self.kind]


def choose(*, own: bool = False) -> Choice:
    """Find the way to a broker; one that a test may stop (`own`) is never the given one, and best a plain process."""
    if (given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS")) and not own:
        return Choice("given", given)
    missing = _missing_for_jars()
    if own and not missing:
        return Choice("jars", VERSION)
    if _has_image():
        return Choice("container", IMAGE)
    if not missing:
        return Choice("jars", VERSION)
    return Choice(
        "none",
        f"install {' and '.join(missing)}, or start a container engine that has or can pull {IMAGE} (KAFKA_IMAGE names another), "
        "or set KAFKA_BOOTSTRAP_SERVERS to the address of a broker",
    )


def jars() -> Path:
    """The broker's jars, fetched through Maven the first time and kept for all runs."""
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    with (CACHE.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not CACHE.exists():
            with tempfile.TemporaryDirectory(dir=CACHE.parent) as partial:
                (Path(partial) / "pom.xml").write_text(POM)
                # A repository of its own: nothing is left in a home directory, which a build user may not even have.
                settings = {"maven.repo.local": f"{partial}/repository", "outputDirectory": f"{partial}/libs", "includeScope": "runtime"}
                command = ["mvn", "-q", "-B", COPY, *(f"-D{key}={value}" for key, value in settings.items())]
                fetched = subprocess.run(command, cwd=partial, capture_output=True, text=True, timeout=900, check=False)
                if fetched.returncode != 0:
                    raise RuntimeError(f"Maven could not fetch Kafka's jars: {fetched.stdout[-2000:]}{fetched.stderr[-2000:]}")
                (Path(partial) / "libs").rename(CACHE)
    return CACHE


def prepare() -> None:
    """Fetch what a broker needs before the first test waits for it; a failure is said here and fails those tests alone."""
    if CACHE.exists() or choose().kind != "jars":
        return
    sys.stderr.write(f"fetching Apache Kafka {VERSION} through Maven (half a minute, once)\n")
    try:
        jars()
    except (RuntimeError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"{error}\n")


def java_command() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else "java"


def _missing_for_jars() -> list[str]:
    missing = []
    try:
        said = subprocess.run([java_command(), "-version"], capture_output=True, text=True, timeout=20, check=True).stderr
    except (OSError, subprocess.SubprocessError):
        said = ""
    found = re.search(r'version "(\d+)', said)
    if not found or int(found[1]) < 17:
        missing.append("Java 17 or newer")
    if not CACHE.exists() and shutil.which("mvn") is None:
        missing.append("Maven")
    return missing


def _has_image() -> bool:
    """Whether a container engine answers within ten seconds and has the image or can get it."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(["docker", "version"], check=True, capture_output=True, timeout=10)
        if subprocess.run(["docker", "image", "inspect", IMAGE], check=False, capture_output=True, timeout=10).returncode == 0:
            return True
        subprocess.run(["docker", "pull", "--quiet", IMAGE], check=True, capture_output=True, timeout=300)
        return True
    return False


if __name__ == "__main__":
    prepare()
    prepare_chromium()
