"""Topics on the broker: their names, whether they exist, and that they keep everything in one order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NoError, TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code
from aiokafka.protocol.metadata import MetadataRequest

from shared.eventstore.errors import UnsafeSettings
from shared.sources.source import SourceUnavailable

REQUEST_TIMEOUT = 10.0
FAREWELL_SECONDS = 2.0
"""How long somebody who is cancelled waits for a client that is just connecting."""
MOST_RECORD_BYTES = 8 * 1024 * 1024

KEEPS_EVERYTHING = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "unclean.leader.election.enable": "false",
}
"""What a topic must be set to, or it forgets."""

LOST_BROKER = (KafkaError, OSError, TimeoutError)
"""What aiokafka raises while brokers are away."""


@dataclass(frozen=True)
class Brokers:
    """Where the brokers are, and how to speak to them (security_protocol, ssl_context, sasl_…)."""

    bootstrap: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def client_options(self) -> dict[str, Any]:
        """What every aiokafka client is made with."""
        return {"request_timeout_ms": int(REQUEST_TIMEOUT * 1000), **self.options, "bootstrap_servers": self.bootstrap}


def topic_of(city: str, service: str, generation: int) -> str:
    """The topic of one generation of a service's events."""
    return f"bindeglied.{city}.{service}.{generation}"


def public_of(service: str) -> str:
    """The name under which a service tells outsiders what is public: that of its second topic, and of that topic's source."""
    return f"{service}.public"


async def existing_topics(brokers: Brokers, topics: Iterable[str]) -> dict[str, int]:
    """Which of these topics exist, with their number of partitions. Asking never makes one."""
    client = AIOKafkaClient(**brokers.client_options())
    with broker_away(f"the brokers at {brokers.bootstrap}"):
        try:
            await connected(client.bootstrap())
            request = MetadataRequest(list(topics), allow_auto_topic_creation=False)
            answer = await client.send(client.get_random_node(), request)
        finally:
            await client.close()
    found = answer.to_object()["topics"]
    return {topic["topic"]: len(topic["partitions"]) for topic in found if for_code(topic["error_code"]) is NoError}


async def must_have_topic(brokers: Brokers, topic: str, replication: int | None = None) -> None:
    """Make the topic where it is missing; raise UnsafeSettings where it is there and would lose records or their order.

    `replication` defaults to 3 on three brokers or more and to 1 below."""
    async with _admin(brokers) as admin:
        partitions = (await existing_topics(brokers, [topic])).get(topic)
        if partitions is None:
            await _create(admin, topic, replication)
            partitions = 1
        described = (await admin.describe_topics([topic]))[0]
        replicas = min((len(partition["replicas"]) for partition in described["partitions"]), default=1)
        must_keep_everything(topic, partitions, await _settings(admin, topic), replicas)


def must_keep_everything(topic: str, partitions: int, settings: Mapping[str, str | None], replicas: int) -> None:
    """Raise UnsafeSettings, naming each, where such a topic would lose records or their order."""
    wrong = [
        f"{name} is {settings.get(name)}: set it to {wanted}" for name, wanted in KEEPS_EVERYTHING.items() if settings.get(name) != wanted
    ]
    if partitions != 1:
        wrong.append(f"it has {partitions} partitions: the log's order needs exactly one")
    in_sync = int(settings.get("min.insync.replicas") or 1)
    if replicas >= 3 and in_sync < 2:
        wrong.append(f"min.insync.replicas is {in_sync} of {replicas}: set it to 2")
    if wrong:
        raise UnsafeSettings(f"the topic {topic} would lose events: " + "; ".join(wrong))


async def _create(admin: AIOKafkaAdminClient, topic: str, replication: int | None) -> None:
    brokers = len((await admin.describe_cluster())["brokers"])
    replicas = replication or (3 if brokers >= 3 else 1)
    settings = {**KEEPS_EVERYTHING, "min.insync.replicas": "2" if replicas >= 3 else "1", "max.message.bytes": str(MOST_RECORD_BYTES)}
    answer = await admin.create_topics([NewTopic(topic, 1, replicas, topic_configs=settings)])
    for _, code, *told in answer.topic_errors:
        error = for_code(code)
        if error not in (NoError, TopicAlreadyExistsError):
            raise error(f"{topic} cannot be made: {told}")
    # The controller answers before every broker has heard of the topic.
    for _ in range(50):
        if for_code((await admin.describe_topics([topic]))[0]["error_code"]) is NoError:
            return
        await asyncio.sleep(0.1)
    raise UnknownTopicOrPartitionError(topic)


async def _settings(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str | None]:
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    code, told, _, _, entries = answers[0].resources[0]
    if for_code(code) is not NoError:
        raise for_code(code)(told)
    return {entry[0]: entry[1] for entry in entries}


@asynccontextmanager
async def _admin(brokers: Brokers) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(**brokers.client_options())
    with broker_away(f"the brokers at {brokers.bootstrap}"):
        try:
            await connected(admin.start())
            yield admin
        finally:
            await admin.close()


async def connected(connecting: Coroutine[Any, Any, None]) -> None:
    """Connect a client of Kafka. Cancelled, wait until it has: until then its first connection is nobody's, and could not be closed."""
    task = asyncio.ensure_future(connecting)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=FAREWELL_SECONDS)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


@contextmanager
def broker_away(what: str) -> Iterator[None]:
    """Turn a lost broker into SourceUnavailable."""
    try:
        yield
    except LOST_BROKER as error:
        raise SourceUnavailable(f"{what} cannot be reached: {error!r}") from error
