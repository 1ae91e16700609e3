"""A real Apache Kafka broker (KRaft, broker and controller in one process) from whatever this machine offers."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import uuid
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from tests.support.choice import Choice, jars, java_command
from tests.support.ports import free_port
from tests.support.run import Process, Run

JAVA_OPTIONS = ["-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
IN_CONTAINER = "/var/lib/kafka/data"


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
        self._port, self._controller_port = free_port(), free_port()
        self.bootstrap = f"127.0.0.1:{self._port}"
        self._cluster = "b" + urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]  # A leading "-" would be read as an option.
        self._container = f"bindeglied-{uuid.uuid4().hex[:12]}"
        self._process: Process | None = None

    def start(self) -> None:
        """Start it, and wait until it answers clients."""
        log = self.directory / "server.log"
        if self._choice.kind == "jars":
            self._process = self._run.start(self._java(), log, end="kill -s TERM $server")
        else:
            self._process = self._run.start(self._docker(), log, end=f"docker rm -f {self._container}")
        self._process.must_become(self._answers, "Kafka", within=120, every=0.5)

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
            subprocess.run([java_command(), *JAVA_OPTIONS, "-cp", classpath, *formatting], check=True, capture_output=True, timeout=60)
        return [java_command(), *JAVA_OPTIONS, "-cp", classpath, "kafka.Kafka", str(properties)]

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
