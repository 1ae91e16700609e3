"""A real Apache Kafka broker (KRaft, broker and controller in one process) from whatever this machine offers."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import uuid
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Literal

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from tests.support.run import Process, Run

VERSION = "4.3.1"
IMAGE = os.environ.get("KAFKA_IMAGE", f"apache/kafka:{VERSION}")
CACHE = Path(__file__).parents[2] / ".cache" / "kafka" / VERSION
JAVA_OPTIONS = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
IN_CONTAINER = "/var/lib/kafka/data"

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


class KafkaServer:
    """A broker that tests may stop, kill and start again, on the same data and the same port."""

    def __init__(self, run: Run, directory: Path, choice: Choice) -> None:
        if choice.kind not in ("container", "jars"):
            raise RuntimeError(f"no Kafka broker can be started here: {choice.value}")
        self._run = run
        self._choice = choice
        self.directory = directory
        self.log_dir = directory / "data"
        """Where the broker keeps its segments."""
        self._port, self._controller_port = _free_port(), _free_port()
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        self._container = f"bindeglied-{uuid.uuid4().hex[:12]}"
        self._process: Process | None = None

    def start(self) -> None:
        """Start it, and wait until it answers clients."""
        log = self.directory / "server.log"
        if self._choice.kind == "jars":
            self._process = self._run.start(self._java(), log, end="kill -s TERM $server")
        else:
            self._process = self._run.start(self._docker(), log, end=f"docker rm -f {self._container}")
        self._process.must_become(self._answers, "Kafka", within=90)

    def stop(self) -> None:
        """Stop it in good order."""
        self._running().signal(signal.SIGTERM, within=60)

    def kill(self) -> None:
        """End it as a power cut ends a process."""
        if self._choice.kind == "container":
            subprocess.run(["docker", "kill", self._container], check=True, capture_output=True, timeout=30)
            self._running().wait(30)
        else:
            self._running().signal(signal.SIGKILL, within=10)

    def remove(self) -> None:
        """End it for good, data and all."""
        if self._process is not None and self._process.alive:
            self.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _properties(self) -> dict[str, str]:
        inside = self._choice.kind == "container"
        address = "0.0.0.0" if inside else "127.0.0.1"  # noqa: S104 - all of the container's interfaces; it is published on loopback only.
        return {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{address}:{self._port},CONTROLLER://127.0.0.1:{self._controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self._port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": IN_CONTAINER if inside else str(self.log_dir),
            "log.retention.ms": "-1",
            "log.retention.bytes": "-1",
            "auto.create.topics.enable": "false",
            "offsets.topic.replication.factor": "1",
            "offsets.topic.num.partitions": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "transaction.state.log.num.partitions": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            "group.initial.rebalance.delay.ms": "0",
            "log.cleaner.dedupe.buffer.size": "4194304",
        }

    def _java(self) -> list[str]:
        properties = self.directory / "server.properties"
        classpath = str(jars() / "*")
        if not properties.exists():
            properties.write_text("".join(f"{key}={value}\n" for key, value in self._properties().items()))
            formatting = ["kafka.tools.StorageTool", "format", "-t", self._cluster, "-c", str(properties)]
            subprocess.run([_java_command(), *JAVA_OPTIONS, "-cp", classpath, *formatting], check=True, capture_output=True, timeout=60)
        return [_java_command(), *JAVA_OPTIONS, "-cp", classpath, "kafka.Kafka", str(properties)]

    def _docker(self) -> list[str]:
        self.log_dir.mkdir(exist_ok=True)
        self.log_dir.chmod(0o777)  # The image runs as a user of its own.
        settings = {
            "CLUSTER_ID": self._cluster,
            **{"KAFKA_" + key.upper().replace(".", "_"): value for key, value in self._properties().items()},
        }
        return [
            "docker", "run", "--rm", "--name", self._container,
            "--publish", f"127.0.0.1:{self._port}:{self._port}", "--volume", f"{self.log_dir}:{IN_CONTAINER}",
            *(part for key, value in settings.items() for part in ("--env", f"{key}={value}")), self._choice.value,
        ]  # fmt: skip

    def _answers(self) -> bool:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self._port)) != 0:
                return False
        with ThreadPoolExecutor(1) as apart:  # A test's own loop may be running in this thread.
            return apart.submit(asyncio.run, _has_metadata(self.bootstrap)).result()

    def _running(self) -> Process:
        if self._process is None:
            raise RuntimeError("this broker was not started here")
        return self._process


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


async def _has_metadata(bootstrap: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await client.bootstrap()
    except (KafkaError, OSError):
        return False
    else:
        return bool(client.cluster.brokers())
    finally:
        await client.close()


def _java_command() -> str:
    home = os.environ.get("JAVA_HOME")
    return str(Path(home) / "bin" / "java") if home else "java"


def _missing_for_jars() -> list[str]:
    missing = []
    try:
        said = subprocess.run([_java_command(), "-version"], capture_output=True, text=True, timeout=20, check=True).stderr
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


def _free_port() -> int:
    """A port that the system does not hand out by itself, so that a broker finds it free again when it comes back."""
    random = SystemRandom()
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
