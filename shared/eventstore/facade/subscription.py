"""A subscription to an application's log, woken by the log's signals instead of a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING

from eventsourcing.persistence import ListenNotifySubscription

if TYPE_CHECKING:  # The recorder makes the subscription: at run time the import would be a circle.
    from shared.eventstore.facade.events import LogApplicationRecorder

LOOK_SECONDS = 1.0
"""How long a lost signal can delay news."""


class LogSubscription(ListenNotifySubscription["LogApplicationRecorder"]):
    """Pulls in the library's own way whenever the log was signalled, and once a second without."""

    _waker: Future[None] | None = None

    def __init__(self, recorder: LogApplicationRecorder, gt: int | None = None, topics: Sequence[str] = ()) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._waker = recorder.datastore.begin(self._wake, recorder)

    def stop(self) -> None:
        """End the iteration, from any thread."""
        super().stop()
        if self._waker:
            self._waker.cancel()

    async def _wake(self, recorder: LogApplicationRecorder) -> None:
        signals = recorder.datastore.signals
        try:
            while not self._has_been_stopped:
                ticket = signals.ticket("log")
                # Set after the ticket was taken: what is appended from here on ends the wait below.
                self._has_been_notified.set()
                await signals.wait("log", ticket, LOOK_SECONDS)
        finally:
            # The datastore may have been closed: the next pull says so to whoever iterates.
            self._has_been_notified.set()
