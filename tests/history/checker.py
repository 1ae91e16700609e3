"""Judges a recorded history against the guarantees: nothing acknowledged lost or doubled, one order, no false answer."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from tests.history.record import Attempt, History, Row


@dataclass(frozen=True)
class Violation:
    """A guarantee that does not hold: which, what kind of break, and where."""

    invariant: str
    kind: str
    detail: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.kind}: {self.detail}"


def check(history: History) -> list[Violation]:
    """Every violation found; empty for a good history."""
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in history.attempts:
        attempts[attempt.command].append(attempt)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in history.log:
        rows[row.command].append(row)
    return [
        *_order_of_the_log(history.log),
        *_effects(attempts, rows),
        *_answers(attempts, rows),
        *_real_time(attempts, rows),
        *_reads(history),
        *_tails(history),
    ]


def must_hold(history: History, seed: object) -> None:
    """Raise AssertionError, with the seed that replays the run, where a guarantee does not hold."""
    if found := check(history):
        shown = "\n".join(map(str, found[:20]))
        raise AssertionError(f"{len(found)} violations (seed {seed}):\n{shown}")


def _order_of_the_log(log: list[Row]) -> Iterator[Violation]:
    """Positions without a gap; in each stream versions 1..n in the order of positions."""
    versions: dict[str, int] = defaultdict(int)
    for place, row in enumerate(log, 1):
        if row.position != place:
            yield Violation("I2", "gap", f"position {row.position} stands at place {place}")
            break
    for row in log:
        if row.version != versions[row.stream] + 1:
            yield Violation("I4", "reordered", f"{row.stream}: version {row.version} follows {versions[row.stream]} at {row.position}")
        versions[row.stream] = row.version


def _effects(attempts: dict[str, list[Attempt]], rows: dict[str, list[Row]]) -> Iterator[Violation]:
    """Each command that left something left all of its events, once, side by side, in its own stream."""
    for command, found in rows.items():
        if command not in attempts:
            yield Violation("I6", "invented", f"{command} at {found[0].position} was never sent")
            continue
        sent = attempts[command][0]
        parts = [row.part for row in found]
        if len(parts) != len(set(parts)):
            yield Violation("I6", "duplicated", f"{command} at {[row.position for row in found]}")
        elif parts != list(range(1, sent.parts + 1)):
            yield Violation("I1", "torn", f"{command} left parts {parts} of {sent.parts}")
        elif found[-1].position - found[0].position != sent.parts - 1:
            yield Violation("I2", "torn", f"{command} lies apart, at {[row.position for row in found]}")
        if any(row.stream != sent.stream for row in found):
            yield Violation("I4", "swapped streams", f"{command} was sent to {sent.stream}, not {found[0].stream}")


def _answers(attempts: dict[str, list[Attempt]], rows: dict[str, list[Row]]) -> Iterator[Violation]:
    """What was said is what is there."""
    for command, sent in attempts.items():
        found = rows.get(command, [])
        accepted = [attempt for attempt in sent if attempt.answer == "accepted"]
        if len({(attempt.version, attempt.position) for attempt in accepted}) > 1:
            yield Violation("I6", "another answer", f"{command}: {[(a.version, a.position) for a in accepted]}")
        if found and any(attempt.answer == "refused" for attempt in sent):
            yield Violation("I7", "false answer", f"{command} was refused and is at {found[0].position}")
        for attempt in accepted[:1]:
            if not found:
                yield Violation("I1", "lost", f"{command} was acknowledged at {attempt.position}")
            elif (attempt.version, attempt.position) != (found[-1].version, found[-1].position):
                was, stands = (attempt.version, attempt.position), (found[-1].version, found[-1].position)
                yield Violation("I7", "phantom acknowledgement", f"{command}: answered {was}, stands at {stands}")


def _real_time(attempts: dict[str, list[Attempt]], rows: dict[str, list[Row]]) -> Iterator[Violation]:
    """What began after another thing was acknowledged lies behind it in the log."""
    acknowledged = sorted(
        (attempt.ended, rows[command][-1].position, command)
        for command, sent in attempts.items()
        for attempt in sent
        if attempt.answer == "accepted" and attempt.ended is not None and command in rows
    )
    ends = [ended for ended, _, _ in acknowledged]
    highest = list(accumulate((position for _, position, _ in acknowledged), max))
    for command, sent in attempts.items():
        if command in rows and (before := bisect_left(ends, min(attempt.invoked for attempt in sent))):
            position = rows[command][0].position
            if position < highest[before - 1]:
                yield Violation("I2", "reordered", f"{command} at {position} began after {highest[before - 1]} was acknowledged")


def _reads(history: History) -> Iterator[Violation]:
    """A look sees at least what was acknowledged, or seen, before it began, and nothing that is not there."""
    for stream, (ends, seen) in _known_by_time(history).items():
        final = max((row.version for row in history.log if row.stream == stream), default=0)
        for read in (read for read in history.reads if read.stream == stream):
            before = bisect_left(ends, read.invoked)
            if before and read.version < seen[before - 1]:
                yield Violation("I4", "stale read", f"{stream}: version {read.version} seen after {seen[before - 1]} was known")
            if read.version > final:
                yield Violation("I1", "lost", f"{stream}: version {read.version} was seen, {final} is the last")


def _known_by_time(history: History) -> dict[str, tuple[list[float], list[int]]]:
    """Of each stream that is read: times in order, and the highest version known to anybody from then on."""
    known: dict[str, list[tuple[float, int]]] = {read.stream: [] for read in history.reads}
    answers: Iterable[tuple[str, float | None, int]] = [
        *((read.stream, read.ended, read.version) for read in history.reads),
        *((attempt.stream, attempt.ended, attempt.version) for attempt in history.attempts if attempt.answer == "accepted"),
    ]
    for stream, ended, version in answers:
        if ended is not None and stream in known:
            known[stream].append((ended, version))
    return {
        stream: ([ended for ended, _ in sorted(pairs)], list(accumulate((version for _, version in sorted(pairs)), max)))
        for stream, pairs in known.items()
    }


def _tails(history: History) -> Iterator[Violation]:
    """Every tailing reader met each event, in order, and the same events as everybody else."""
    final = {row.position: row.event for row in history.log}
    for name, met in history.tails.items():
        for place, (position, event) in enumerate(met, 1):
            if position != place:
                kind = "gap fill" if position in final and place in final else "gap"
                yield Violation("I2", kind, f"{name} met position {position} where {place} belongs")
                break
            if final.get(position) != event:
                kind = "fork" if position in final else "lost"
                yield Violation("I2", kind, f"{name} met {event} at {position}, where {final.get(position)} stands")
                break
        else:
            if len(met) < len(final):
                yield Violation("I2", "missed", f"{name} met {len(met)} of {len(final)}")
