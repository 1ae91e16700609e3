"""Picks from requirements.lock what runs in an image: the dependencies of pyproject.toml and what those need, with their hashes.

    python3 needed.py requirements.lock pyproject.toml [PACKAGE TO LEAVE OUT]…

The tools of the checks and tests stay out. The standard library alone: it runs before anything is installed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

NAME = re.compile(r"[A-Za-z0-9._-]+")
VIA = re.compile(r"^ +#(?: via)? +([A-Za-z0-9._-]+)$", re.MULTILINE)


def needed(lock: str, project: str, left_out: set[str]) -> str:
    """The part of the lock that the project's own dependencies lead to, in the lock's order; ValueError where one is not in it."""
    blocks = {name_of(block): block for block in re.split(r"^(?=\S)", lock, flags=re.MULTILINE) if block and not block.startswith("#")}
    wanted = {name_of(dependency) for dependency in tomllib.loads(project)["project"]["dependencies"]} - left_out
    if unknown := wanted - blocks.keys():
        raise ValueError(f"requirements.lock lacks {', '.join(sorted(unknown))}: make lock")
    found: set[str] = set()
    while wanted:
        found |= wanted
        wanted = {name for name, block in blocks.items() if found & {normal(via) for via in VIA.findall(block)}} - found - left_out
    return "".join(block for name, block in blocks.items() if name in found)


def name_of(requirement: str) -> str:
    """The package that a requirement names."""
    named = NAME.match(requirement)
    if named is None:
        raise ValueError(f"{requirement!r} names no package")
    return normal(named[0])


def normal(name: str) -> str:
    """A package's name as all its spellings have in common (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    lock, project, *left_out = sys.argv[1:]
    sys.stdout.write(needed(Path(lock).read_text("utf-8"), Path(project).read_text("utf-8"), {normal(name) for name in left_out}))
