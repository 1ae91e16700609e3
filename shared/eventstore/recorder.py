"""A `PERSISTENCE_MODULE` for the `eventsourcing` library: any of its applications can run on a log like ours, in a schema of its own.

`PERSISTENCE_MODULE=shared.eventstore.recorder`, and, each also with the application's name before it, as the library has it:
`LOG_DSN` (the database, postgresql://…), `LOG_SCHEMA` ("eventsourcing"; the application's name is appended: eventsourcing_school),
`LOG_POOL_SIZE` (5 connections for reading) and `CREATE_TABLE` ("yes": make the schema when it is not there).
"""

from __future__ import annotations

import re
from typing import TypeVar, cast

from eventsourcing.persistence import InfrastructureFactory
from eventsourcing.utils import Environment, EnvType, resolve_topic, strtobool

from shared.eventstore.facade.datastore import LogDatastore
from shared.eventstore.facade.events import LogAggregateRecorder, LogApplicationRecorder, LogRecorder
from shared.eventstore.facade.tracking import LogProcessRecorder, LogTrackingRecorder

TTracking = TypeVar("TTracking", bound=LogTrackingRecorder)
TRecorder = TypeVar("TRecorder", bound=LogRecorder)

DEFAULT_SCHEMA = "eventsourcing"
OTHERS_SCHEMAS = {"log", "read", "public", "keyring", "information_schema"}
"""A service's log has its own writer, and its projections know its types; an application must never write into it."""


class LogFactory(InfrastructureFactory[LogTrackingRecorder]):
    """Makes recorders that share one datastore, and with it one writer and one thread."""

    LOG_DSN = "LOG_DSN"
    LOG_SCHEMA = "LOG_SCHEMA"
    LOG_POOL_SIZE = "LOG_POOL_SIZE"
    CREATE_TABLE = "CREATE_TABLE"
    POSTGRES_ENABLE_DB_FUNCTIONS = "POSTGRES_ENABLE_DB_FUNCTIONS"

    def __init__(self, env: Environment | EnvType | None) -> None:
        """Raises OSError, like the library, naming the variable that is missing or wrong."""
        super().__init__(env)
        if strtobool(self.env.get(self.POSTGRES_ENABLE_DB_FUNCTIONS) or "no"):
            raise OSError(
                f"{self.POSTGRES_ENABLE_DB_FUNCTIONS} is on: in that mode the library's own recorder inserts without the lock that"
                " orders commits, so that readers miss events. This recorder has no such mode; remove the variable."
            )
        dsn = self.env.get(self.LOG_DSN)
        if not dsn:
            raise OSError(
                f"{self.LOG_DSN} is not set: name the PostgreSQL database in which the application's log is to be, postgresql://…"
            )
        actor = f"eventsourcing:{self.env.name}" if self.env.name else "eventsourcing"
        self.datastore = LogDatastore(dsn, self._schema(), actor=actor, pool_size=self._pool_size())

    def aggregate_recorder(self, purpose: str = "events") -> LogAggregateRecorder:
        """A recorder of sequences without positions, such as snapshots."""
        return self._ready(LogAggregateRecorder(self.datastore, purpose=purpose))

    def application_recorder(self) -> LogApplicationRecorder:
        """The recorder of the application's log."""
        return self._ready(self._class(self.APPLICATION_RECORDER_TOPIC, LogApplicationRecorder)(self.datastore))

    def tracking_recorder(self, tracking_recorder_class: type[TTracking] | None = None) -> TTracking:
        """The recorder of a view's tracking; `tracking_recorder_class` is the view."""
        made = tracking_recorder_class or cast(type[TTracking], self._class(self.TRACKING_RECORDER_TOPIC, LogTrackingRecorder))
        return self._ready(made(self.datastore))

    def process_recorder(self) -> LogProcessRecorder:
        """The recorder of a log whose events answer to another application's."""
        return self._ready(self._class(self.PROCESS_RECORDER_TOPIC, LogProcessRecorder)(self.datastore))

    def close(self) -> None:
        """Finish what waits, then close the connections."""
        self.datastore.close()

    def _schema(self) -> str:
        name = re.sub(r"\W", "_", self.env.name.lower(), flags=re.ASCII)
        prefix = self.env.get(self.LOG_SCHEMA) or DEFAULT_SCHEMA
        schema = f"{prefix}_{name}" if name else prefix
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema) or schema.startswith("pg_"):
            raise OSError(f"{self.LOG_SCHEMA} gives {schema!r}: use at most 63 small letters, digits and underscores")
        if schema in OTHERS_SCHEMAS:
            raise OSError(f"{self.LOG_SCHEMA} gives {schema!r}, which belongs to others: an application's log has a schema of its own")
        return schema

    def _pool_size(self) -> int:
        text = self.env.get(self.LOG_POOL_SIZE) or "5"
        if not text.isdecimal() or not int(text):
            raise OSError(f"{self.LOG_POOL_SIZE} is {text!r}: a number of connections, from 1, is expected")
        return int(text)

    def _class(self, key: str, base: type[TRecorder]) -> type[TRecorder]:
        """The class that the environment names, or ours."""
        topic = self.env.get(key)
        found = resolve_topic(topic) if topic else base
        if not issubclass(found, base):
            raise OSError(f"{key} names {topic}, which is not a {base.__name__}")
        return cast(type[TRecorder], found)

    def _ready(self, recorder: TRecorder) -> TRecorder:
        if strtobool(self.env.get(self.CREATE_TABLE) or "yes"):
            recorder.create_table()
        else:
            self.datastore.must_be_ours()
        return recorder
