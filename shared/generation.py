"""How far a generation of a service's topic is, and how it is filled."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class GenerationStatus:
    """How far a generation of the topic is."""

    generation: int
    topic: str
    pos: int = 0
    tail: int = 0
    """The log's last position; the lag is `tail - pos`."""
    filled: bool = False
    stopped: str | None = None
    """Why it was stopped for good: a new generation is needed."""
    error: str | None = "not reached yet"
    """Why nothing is sent at the moment; it is tried again."""
    mended: int = 0
    """How often the topic had lost its tail and was made whole."""


@dataclass(frozen=True)
class RelaySettings:
    """How a relay sends."""

    window: int = 1_000
    """Facts read and sent at a time."""
    idle_in_transaction: float = 30.0
    """Seconds after which PostgreSQL takes the cursor row's lock from a relay that stands still."""
    replication: int | None = None
    """Replicas of a new topic; None means 3 on three brokers or more, else 1."""
