"""Draws the trace for a terminal: from the conference's results to the measures, as everybody may see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from rich.markup import escape
from rich.tree import Tree

from bindeglied.embedded import Embedded
from services.portal import words
from services.portal.language import Speech, speech
from services.portal.read_models.trace_graph import Branch, tree_of
from services.portal.read_models.trace_query import load_trace
from services.portal.read_models.viewer import EVERYBODY
from shared.localday import CITY_ZONE


async def drawn(everything: Embedded, node: UUID, now: datetime) -> Tree:
    """Everything that hangs together with `node`; LookupError where nothing does."""
    graph = await load_trace(everything.services["portal"].pool, node, now, EVERYBODY)
    if graph is None:
        raise LookupError(f"nothing is known of {node}")
    tree = Tree("Wirkungskette", guide_style="dim")
    _grow(tree, tree_of(graph), speech("de"))
    return tree


def _grow(tree: Tree, branches: Sequence[Branch], said: Speech) -> None:
    for branch in branches:
        node = branch.node
        whose = f" ({escape(node.body_name)})" if node.body_name else ""
        below = tree.add(f"[bold]{said.text(words.KINDS[node.kind])}[/bold] {escape(node.title)}{whose}")
        if branch.contributions:
            below.add(f"[dim]Beiträge: {branch.contributions}[/dim]")
        for step in node.steps:
            at = f"{step.at.astimezone(CITY_ZONE):%d.%m.%Y %H:%M}" if step.at else f"{step.day:%d.%m.%Y}"
            below.add(f"{at}  {said.text(words.STEPS[step.step])} ({said.text(words.ROLES[step.role])})")
        for one in node.open:
            below.add(f"[red]offen seit {one.days} Tagen: {said.text(words.AWAITED[one.what])}[/red]")
        _grow(below, branch.below, said)
