"""Named places where a test may crash, fail or delay a process: `FAILPOINT=relay.after_produce:kill@3`.

Grammar: `name:action[@hit]`, several separated by commas; actions are `kill` (SIGKILL to this process), `raise` and
`sleep=<seconds>` (blocking); `@3` acts on the third hit only. Start-up refuses the variable beside a real identity provider.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field

VARIABLE = "FAILPOINT"


class FailpointHit(Exception):
    """The failure that was asked for."""


@dataclass
class _Failpoint:
    action: str
    hit: int | None
    hits: int = field(default=0)


def parse_failpoints(text: str) -> dict[str, _Failpoint]:
    """The fail-points named in `text`; ValueError where it does not follow the grammar."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, rest = part.partition(":")
        action, _, hit = rest.partition("@")
        if not separator or not (action in {"kill", "raise"} or action.startswith("sleep=")):
            raise ValueError(f"{VARIABLE} wants name:kill|raise|sleep=<seconds>[@hit], not {part!r}")
        found[name] = _Failpoint(action, int(hit) if hit else None)
    return found


_active = parse_failpoints(os.environ.get(VARIABLE, ""))


def set_failpoints(text: str) -> None:
    """Replace this process's fail-points; an empty text clears them."""
    _active.clear()
    _active.update(parse_failpoints(text))


def failpoint(name: str) -> None:
    """Do what was asked for at this place; normally nothing."""
    if not _active or (point := _active.get(name)) is None:
        return
    point.hits += 1
    if point.hit is not None and point.hits != point.hit:
        return
    match point.action:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "raise":
            raise FailpointHit(name)
        case action:
            time.sleep(float(action.removeprefix("sleep=")))
