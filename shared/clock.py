"""The one clock: real time, the story's time from a file, or a test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


def system_now() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


class StoryClock:
    """Reads the story's time from a file (one ISO 8601 line), so that all processes of a demo agree on it; real time without the file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        """The story's time, in UTC."""
        try:
            text = self.file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return system_now()
        return datetime.fromisoformat(text).astimezone(UTC)

    def set(self, now: datetime) -> None:
        """Move the story to `now`, for every process at once."""
        partial = self.file.with_suffix(".partial")
        partial.write_text(now.astimezone(UTC).isoformat(), encoding="ascii")
        partial.replace(self.file)


class ManualClock:
    """A clock that stands still until it is told otherwise; tests own one."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The time it was last told."""
        return self.now

    def advance(self, by: timedelta) -> None:
        """Go forward by `by`."""
        self.now += by
