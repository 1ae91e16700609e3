"""The servers of a test run, one PostgreSQL and one broker shared by all workers, and each test's share of them, as fixtures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from uuid import uuid4

import pytest

from shared.migrate import Chain
from tests.support.choice import Choice, choose
from tests.support.kafka import KafkaServer
from tests.support.postgres import Database, PostgresServer
from tests.support.run import Run

RUN = pytest.StashKey[Run]()
BROKER = pytest.StashKey[Choice]()


class NetworkForbidden(Exception):
    """A test reached for the network without having asked for it."""


Databases = Callable[..., Awaitable[Database]]
"""`await databases()` is a new database of a service, `await databases("keyring")` a new keyring."""


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    """This run of the tests."""
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def postgres_server(run: Run) -> PostgresServer:
    """The run's PostgreSQL, started by the first worker that needs it. Tests that stop servers take `own_postgres`."""
    with run.once("postgres") as started:
        server = PostgresServer(run, run.directory / "pg")
        if not started.exists():
            server.directory.mkdir()
            server.start()
            started.touch()
    return server


@pytest.fixture(scope="session")
def postgres(postgres_server: PostgresServer) -> str:
    """The address of the run's PostgreSQL for its superuser."""
    return postgres_server.dsn


@pytest.fixture
async def databases(postgres_server: PostgresServer) -> AsyncIterator[Databases]:
    """Makes as many databases as a test wants."""
    made: list[Database] = []

    async def make(chain: Chain = "log") -> Database:
        made.append(await postgres_server.create_database(chain))
        return made[-1]

    yield make
    for database in made:
        await postgres_server.drop_database(database)


@pytest.fixture
async def database(databases: Databases) -> Database:
    """A service's database of this test's own, migrated."""
    return await databases()


@pytest.fixture
async def keyring_database(databases: Databases) -> Database:
    """A keyring's database of this test's own, migrated."""
    return await databases("keyring")


@pytest.fixture(scope="session")
def kafka(run: Run, pytestconfig: pytest.Config) -> str:
    """The bootstrap servers of the run's broker, which the first worker that needs it starts. Topics are kept apart by `city`."""
    choice = pytestconfig.stash[BROKER]
    if choice.kind == "given":
        return choice.value
    if choice.kind == "none":
        pytest.fail(f"no Kafka broker: {choice.value}")
    with run.once("kafka") as started:
        if not started.exists():
            server = KafkaServer(run, run.fresh_directory("kafka"), choice)
            server.start()
            started.write_text(server.bootstrap)
        return started.read_text()


@pytest.fixture
def city() -> str:
    """A city that no other test knows: it is part of every topic's name."""
    return f"city{uuid4().hex[:12]}"


@pytest.fixture
def topic_prefix(city: str) -> str:
    """What the names of this test's topics begin with."""
    return f"bindeglied.{city}."


@pytest.fixture
def own_postgres(run: Run) -> Iterator[PostgresServer]:
    """A PostgreSQL of this test's own, running: it may stop it, kill it and start it again."""
    server = PostgresServer(run, run.fresh_directory("pg"))
    with run.once("pg-empty") as empty:
        if not empty.exists():
            first = PostgresServer(run, run.fresh_directory("pg"))
            first.start()
            first.stop()
            first.data.rename(empty)
            first.remove()
    server.start_on_copy(empty)
    yield server
    server.remove()


@pytest.fixture
def own_kafka(run: Run) -> Iterator[KafkaServer]:
    """A broker of this test's own, running: it may stop it, kill it and start it again, and touch its `log_dir` in between."""
    server = KafkaServer(run, run.fresh_directory("kafka"), choose(own=True))
    server.start()
    yield server
    server.remove()


@pytest.fixture
def loopback() -> None:
    """Lets a test without servers of the run open sockets on this machine."""
