"""Progress on whatever takes longer than a second, as a bar on a terminal and as a line every five seconds elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

EVERY_SECONDS = 5.0


@contextmanager
def bar(
    to: Console, title: str, *, lines: bool = True, monotonic: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[int, int], None]]:
    """A bar, or lines where they are wanted; what is yielded is called with what is done and the whole."""
    if not to.is_terminal:
        yield _lines(to, title, monotonic) if lines else _silent
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=to, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _silent(_done: int, _total: int) -> None:
    """Whoever calls tells each step in words."""


def _lines(to: Console, title: str, monotonic: Callable[[], float]) -> Callable[[int, int], None]:
    said_at = monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said_at
        if (now := monotonic()) - said_at >= EVERY_SECONDS:
            said_at = now
            to.print(f"{title}: {done:,} of {total:,}", soft_wrap=True)

    return say


@contextmanager
def doing(to: Console, what: str) -> Iterator[None]:
    """Something without a measure: a spinner on a terminal, one line elsewhere."""
    if to.is_terminal:
        with to.status(what):
            yield
    else:
        to.print(what, soft_wrap=True)
        yield
