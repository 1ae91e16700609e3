"""What the store may answer instead of an outcome; HTTP learns of each once."""

from __future__ import annotations

from typing import Any


class StoreError(Exception):
    """Base of everything the store may raise besides a Refusal."""


class Denied(StoreError):
    """Base of what `permit` raises: the sender may not do this, or may not even know of the stream."""


class VersionMismatch(StoreError):
    """The stream is not at the version that the sender saw."""

    def __init__(self, current: int) -> None:
        super().__init__(f"the stream is at version {current}")
        self.current = current


class CommandReused(StoreError):
    """This command id was used before, by the same principal, for another command."""


class StoreBusy(StoreError):
    """Nothing happened; the same command may be sent again after `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class OutcomeUnknown(StoreError):
    """The connection was lost and could not be had again in time: sending the same command id again tells what happened."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("the outcome is unknown; send the same command with the same id again")
        self.retry_after = retry_after


class Unstorable(StoreError):
    """PostgreSQL cannot store this command's values; `reason` says why, without repeating them."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(StoreError):
    """The stream holds a fact that this program cannot read; `state` is what it says before that, at `version`."""

    def __init__(self, version: int, state: Any, reason: Exception, *, too_old: bool) -> None:
        super().__init__(f"{type(reason).__name__}: {reason}")
        self.version, self.state = version, state
        self.too_old = too_old
        """Whether a later release of the program can read it; else the fact itself is damaged."""


class UnsafeSettings(StoreError):
    """The database is set up so that it may lose what it acknowledged; start-up is refused."""
