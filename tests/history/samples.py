"""Made-up histories: good ones as a correct log would leave them, and every kind of bad one, each from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.history.record import Attempt, History, Read, Row

Break = Callable[[History, Random], bool]
"""Breaks a good history in place; False where this one offers no place for it."""


def good(random: Random) -> History:
    """What concurrent clients see of a log that works: retries, lost answers, refusals, late orphans, readers."""
    history = History()
    versions: dict[str, int] = {}
    now = 0.0
    for number in range(random.randint(8, 40)):
        stream = f"s{random.randrange(3)}"
        command, parts = f"c{number}", random.choice([1, 1, 2, 3])
        now += random.random()
        # Some begin long before they take effect, so that operations overlap.
        begun = now - random.choice([0, 0, 3]) * random.random()
        fate = random.choice(["accepted"] * 5 + ["refused", "busy", "lost reply", "never answered", "never arrived"])
        if fate in ("refused", "busy", "never arrived"):
            answer = "unknown" if fate == "never arrived" else fate
            history.attempts.append(Attempt(command, stream, begun, now + 0.1, answer, parts=parts))  # type: ignore[arg-type]  # One of the answers.
            continue
        effect = now
        for part in range(1, parts + 1):
            versions[stream] = versions.get(stream, 0) + 1
            position = len(history.log) + 1
            history.log.append(Row(position, stream, versions[stream], f"e{position}", command, part, parts))
        done = ("accepted", versions[stream], len(history.log), parts)
        now += random.random()
        if fate == "accepted":
            history.attempts.append(Attempt(command, stream, begun, now, *done))  # type: ignore[arg-type]  # One of the answers.
        else:
            history.attempts.append(Attempt(command, stream, begun, None if fate == "never answered" else now, "unknown", parts=parts))
            if fate == "lost reply":
                history.attempts.append(Attempt(command, stream, now + 0.1, now + 0.2, *done))  # type: ignore[arg-type]  # One of the answers.
        if random.random() < 0.5:
            history.reads.append(Read(stream, random.uniform(effect, now), now + 0.3, versions[stream]))
    whole = [(row.position, row.event) for row in history.log]
    history.tails = {"one": list(whole), "two": list(whole)}
    return history


def _accepted(history: History, random: Random) -> Attempt | None:
    found = [attempt for attempt in history.attempts if attempt.answer == "accepted"]
    return random.choice(found) if found else None


def _swap(history: History, old: Attempt, new: Attempt) -> None:
    history.attempts[history.attempts.index(old)] = new


def _renumber(history: History) -> None:
    """As a log looks that was written so: positions and versions hang together again, and readers met what is there."""
    versions: dict[str, int] = {}
    for place, row in enumerate(history.log):
        versions[row.stream] = versions.get(row.stream, 0) + 1
        history.log[place] = replace(row, position=place + 1, version=versions[row.stream])
    last = {row.command: row for row in history.log}
    history.attempts = [
        replace(attempt, version=last[attempt.command].version, position=last[attempt.command].position)
        if attempt.answer == "accepted" and attempt.command in last
        else attempt
        for attempt in history.attempts
    ]
    history.reads.clear()
    whole = [(row.position, row.event) for row in history.log]
    history.tails = {name: list(whole) for name in history.tails}


def lose(history: History, random: Random) -> bool:
    if not (victim := _accepted(history, random)):
        return False
    history.log = [row for row in history.log if row.command != victim.command]
    _renumber(history)
    return True


def duplicate(history: History, random: Random) -> bool:
    if not (victim := _accepted(history, random)):
        return False
    again = [replace(row, event=row.event + "'") for row in history.log if row.command == victim.command]
    history.log += again
    _renumber(history)
    return True


def reorder(history: History, random: Random) -> bool:
    """Two commands, one after the other in time, stand the other way round."""
    rows = [row for row in history.log if row.part == row.parts == 1]
    for first in rows:
        for second in rows:
            ended = [a.ended for a in history.attempts if a.command == first.command and a.answer == "accepted" and a.ended]
            begun = [a.invoked for a in history.attempts if a.command == second.command]
            if ended and first.position < second.position and min(begun) > min(ended):
                here, there = first.position - 1, second.position - 1
                history.log[here], history.log[there] = history.log[there], history.log[here]
                _renumber(history)
                return True
    return False


def scramble_versions(history: History, random: Random) -> bool:
    stream = random.choice(history.log).stream if history.log else ""
    places = [place for place, row in enumerate(history.log) if row.stream == stream]
    if len(places) < 2:
        return False
    here, there = sorted(random.sample(places, 2))
    one, two = history.log[here], history.log[there]
    history.log[here], history.log[there] = replace(one, version=two.version), replace(two, version=one.version)
    return True


def read_stale(history: History, random: Random) -> bool:
    if not (seen := _accepted(history, random)) or seen.ended is None:
        return False
    history.reads.append(Read(seen.stream, seen.ended + 0.01, seen.ended + 0.02, seen.version - 1))
    return True


def fork(history: History, random: Random) -> bool:
    if not history.log:
        return False
    met = history.tails["two"]
    place = random.randrange(len(met))
    met[place] = (met[place][0], "another")
    return True


def acknowledge_a_phantom(history: History, random: Random) -> bool:
    victim = _accepted(history, random)
    others = [row for row in history.log if victim and row.command != victim.command]
    if not victim or not others:
        return False
    other = random.choice(others)
    _swap(history, victim, replace(victim, version=other.version, position=other.position))
    return True


def tear(history: History, random: Random) -> bool:
    torn = [row for row in history.log if row.parts > 1]
    if not torn:
        return False
    victim = random.choice(torn)
    history.log.remove(victim)
    _renumber(history)
    return True


def part(history: History, random: Random) -> bool:
    """Another command's event comes between those of one command."""
    for place, row in enumerate(history.log[:-1]):
        after = history.log[place + 1 :]
        if row.part < row.parts and (others := [other for other in after if other.command != row.command and other.parts == 1]):
            stranger = random.choice(others)
            history.log.remove(stranger)
            history.log.insert(place + 1, stranger)
            _renumber(history)
            return True
    return False


def fill_a_gap(history: History, random: Random) -> bool:
    """A reader met a later position first: the one before it became visible behind its back."""
    met = history.tails["one"]
    if len(met) < 2:
        return False
    place = random.randrange(len(met) - 1)
    if random.random() < 0.5:
        met[place], met[place + 1] = met[place + 1], met[place]
    else:
        del met[place]
    return True


def leave_a_gap(history: History, random: Random) -> bool:
    if len(history.log) < 2:
        return False
    place = random.randrange(len(history.log) - 1)
    history.log[place:] = [replace(row, position=row.position + 1) for row in history.log[place:]]
    return True


def swap_streams(history: History, random: Random) -> bool:
    if not (victim := _accepted(history, random)):
        return False
    other = next(name for name in ("s0", "s1", "s2") if name != victim.stream)
    history.log = [replace(row, stream=other) if row.command == victim.command else row for row in history.log]
    _renumber(history)
    return True


def refuse_falsely(history: History, random: Random) -> bool:
    if not history.log:
        return False
    row = random.choice(history.log)
    history.attempts.append(Attempt(row.command, row.stream, 1e6, 1e6 + 1, "refused", parts=row.parts))
    return True


def answer_differently(history: History, random: Random) -> bool:
    if not (victim := _accepted(history, random)):
        return False
    history.attempts.append(replace(victim, invoked=1e6, ended=1e6 + 1, version=victim.version + 1, position=victim.position + 1))
    return True


def invent(history: History, random: Random) -> bool:
    history.log.append(Row(len(history.log) + 1, "s9", 1, "e?", "nobody's"))
    _renumber(history)
    return True


def fall_asleep(history: History, random: Random) -> bool:
    if not history.log:
        return False
    del history.tails["two"][random.randrange(len(history.log)) :]
    return True


BREAKS: dict[str, tuple[Break, set[str]]] = {
    "lost": (lose, {"lost"}),
    "duplicated": (duplicate, {"duplicated"}),
    "reordered": (reorder, {"reordered"}),
    "versions out of order": (scramble_versions, {"reordered"}),
    "stale read": (read_stale, {"stale read"}),
    "fork": (fork, {"fork"}),
    "phantom acknowledgement": (acknowledge_a_phantom, {"phantom acknowledgement", "another answer"}),
    "torn batch": (tear, {"torn"}),
    "parted batch": (part, {"torn"}),
    "gap fill": (fill_a_gap, {"gap fill"}),
    "gap": (leave_a_gap, {"gap"}),
    "swapped streams": (swap_streams, {"swapped streams"}),
    "false answer": (refuse_falsely, {"false answer"}),
    "another answer": (answer_differently, {"another answer"}),
    "invented": (invent, {"invented"}),
    "reader fell asleep": (fall_asleep, {"missed"}),
}
"""Each kind of bad history: what breaks a good one, and what the checker may call it."""
