"""The one clock: real time, the story's time from a file, or a test's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


def system_now() -> datetime:
    """The real time, in UTC."""
    return datetime.now(UTC)


class StoryClock:
    """The story's time, in a file that all processes of a demo read; real time without the file.

    The file's first line is the story's time (ISO 8601). Alone, time stands still there; a second line with a real time
    lets the story's time flow on from that moment.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self) -> datetime:
        """The story's time, in UTC."""
        try:
            story, *since = self.file.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return system_now()
        now = datetime.fromisoformat(story).astimezone(UTC)
        return now + (system_now() - datetime.fromisoformat(since[0])) if since else now

    def set(self, now: datetime) -> None:
        """Hold the story at `now`, for every process at once."""
        self._write(now.astimezone(UTC).isoformat())

    def release(self) -> None:
        """Let the story's time flow on from where it stands."""
        self._write(f"{self().isoformat()}\n{system_now().isoformat()}")

    def _write(self, text: str) -> None:
        partial = self.file.with_suffix(".partial")
        partial.write_text(text, encoding="ascii")
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
