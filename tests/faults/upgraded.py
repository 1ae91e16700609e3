"""The meetings service as its next version will be: it reads a later version of one event. `python -m tests.faults.upgraded api|worker`."""

from __future__ import annotations

from typing import Any

from services.meetings.events.meeting import MeetingRescheduled
from services.meetings.service import SERVICE
from shared.run import main

LATER = 2


def as_before(data: dict[str, Any]) -> dict[str, Any]:
    """What was stored before needs no change."""
    return data


CHANGES: dict[str, Any] = {"VERSION": LATER, "upcast_v1_v2": staticmethod(as_before)}
"""What the next version's class of the event has."""

if __name__ == "__main__":
    for name, value in CHANGES.items():
        setattr(MeetingRescheduled, name, value)
    main(SERVICE)
