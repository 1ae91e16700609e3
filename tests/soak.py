"""Kills every process of the scaled form around every part of the story, again and again: `make soak`.

python -m tests.soak [--minutes 60] [--seed 1] [--turn 1]

The story is told to a new city each time, while around each of its parts one process is killed and started again. As many tellings
as there are processes kill each of them around each part; further ones begin anew with another seed, until the time is up. Each
has to leave the read models and the letters of the story told undisturbed. The first that does not ends it, and says what was killed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import ExitStack
from uuid import uuid4

from bindeglied.embedded import Embedded, embedded
from bindeglied.world.read import read_world
from tests.e2e.estate import Estate
from tests.e2e.homes import told_home
from tests.e2e.killings import plan_of_turn, process_names, tell_while_killing
from tests.e2e.lives import differences, each_at_once, life_of
from tests.support.choice import choose
from tests.support.kafka import KafkaServer
from tests.support.postgres import Database, PostgresServer
from tests.support.run import Run

WORLD = read_world()
PARTS = len(WORLD.bodies) + len(WORLD.seats) + len(WORLD.steps)


def say(text: str) -> None:
    """Tell how far it is."""
    print(f"soak: {text}", flush=True)  # noqa: T201 - a command for people


async def telling(run: Run, postgres: PostgresServer, kafka: str, undisturbed: Embedded, turn: int, seed: int) -> list[str]:
    """Tell it once; answers what came out otherwise, and which letters are not accounted for."""
    made: list[Database] = []

    async def databases() -> Database:
        made.append(await postgres.create_database())
        return made[-1]

    estate = await Estate.of_all_services(run, databases, kafka, f"city{uuid4().hex[:12]}", undisturbed)
    try:
        await estate.start()
        plan = plan_of_turn(turn, seed, estate, PARTS)
        begun = time.monotonic()
        killed = await tell_while_killing(estate, WORLD, plan)
        other = differences(each_at_once(await life_of(undisturbed)), each_at_once(await estate.life()))
        unaccounted = await estate.letters_unaccounted_for()
        turns = len(process_names(estate))
        say(f"seed {seed}, turn {turn + 1} of {turns}: {len(killed)} killed, {time.monotonic() - begun:.0f} s, {len(other)} differences")
        return [*other, *unaccounted, *(f"killed {one}" for one in killed if other or unaccounted)]
    finally:
        estate.remove()
        for database in made:
            await postgres.drop_database(database)


async def soak(run: Run, kafka: str, minutes: float, seed: int, first: int) -> list[str]:
    """Tell it from the first turn on until the time is up; answers what came out otherwise in the last telling."""
    postgres = PostgresServer(run, run.fresh_directory("pg"))
    postgres.start()
    end = time.monotonic() + 60 * minutes
    with told_home(run) as operator:
        async with embedded(operator.home, role="api") as undisturbed:
            turns, turn = 2 * len(undisturbed.services), first
            while time.monotonic() < end:
                if found := await telling(run, postgres, kafka, undisturbed, turn % turns, seed + turn // turns):
                    return found
                turn += 1
            say(f"{turn - first} tellings, {(turn - first) / turns:.0%} of the matrix")
    return []


def main() -> int:
    """Soak; the exit code is 1 where something came out otherwise."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=60, help="No telling begins later (default 60).")
    asked.add_argument("--seed", type=int, default=1, help="Of the moments at which processes are killed (default 1).")
    asked.add_argument("--turn", type=int, default=1, help="The first one, where an earlier run ended (default 1).")
    given = asked.parse_args()
    with ExitStack() as stack:
        run = Run.begin()
        stack.callback(run.end)
        choice = choose()
        kafka = choice.value
        if choice.kind != "given":
            server = KafkaServer(run, run.fresh_directory("kafka"), choice)
            server.start()
            kafka = server.bootstrap
        if found := asyncio.run(soak(run, kafka, given.minutes, given.seed, given.turn - 1)):
            say("not as when undisturbed:\n" + "\n".join(found))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
