"""Reads a guide whose blocks can be done: edits that name their file, new files, and commands with what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FENCE = re.compile(r"^```(?P<info>\S.*)\n(?P<content>(?:.*\n)*?)^```$", re.MULTILINE)


class WalkLost(Exception):
    """A block does not fit the source as it stands; the text says which."""


@dataclass(frozen=True)
class Edit:
    """A part of a file, with the lines around it as the place where it goes."""

    path: str
    before: str
    after: str

    def apply(self, root: Path) -> None:
        """Change the file below `root`; WalkLost unless the place is there exactly once."""
        file = root / self.path
        text = file.read_text("utf-8")
        if (found := text.count(self.before)) != 1:
            raise WalkLost(f"{self.path} has {found} places that read:\n{self.before}")
        file.write_text(text.replace(self.before, self.after), encoding="utf-8")


@dataclass(frozen=True)
class NewFile:
    """A whole file that was not there."""

    path: str
    content: str

    def apply(self, root: Path) -> None:
        """Write it below `root`; WalkLost if it is there already."""
        file = root / self.path
        if file.exists():
            raise WalkLost(f"{self.path} is there already")
        file.write_text(self.content, encoding="utf-8")


@dataclass(frozen=True)
class Command:
    """What to type, whether it is to fail, and what it says among other things; a line is found by its words."""

    line: str
    fails: bool
    says: tuple[str, ...]


Block = Edit | NewFile | Command


def blocks(guide: str) -> Iterator[Block]:
    """The guide's blocks in order; WalkLost for one that nobody could do."""
    for fence in FENCE.finditer(guide):
        language, _, rest = fence["info"].partition(" ")
        match language:
            case "diff":
                yield _edit(rest, fence["content"])
            case "python":
                yield NewFile(rest, fence["content"])
            case "console":
                typed, *says = fence["content"].splitlines()
                yield Command(typed.removeprefix("$ "), rest == "fails", tuple(says))
            case _:
                raise WalkLost(f"a block of {language} is neither an edit, a file nor a command")


def _edit(path: str, content: str) -> Edit:
    def lines(*kinds: Literal["+", "-", " "]) -> str:
        # The last context line may be cut: it says where, not what.
        return "\n".join(line[1:] for line in content.splitlines() if (line[:1] or " ") in kinds)

    return Edit(path, lines("-", " "), lines("+", " "))
