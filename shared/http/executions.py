"""What a route's own source says of the command it runs, so that its document cannot tell otherwise than it acts."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from shared.domain import Decider, Refusal
from shared.http.etags import IfMatch


class UnreadableRoute(Exception):
    """A route answers a command otherwise than by one plain `call.execute(DECIDER, …)`, so that its document could not be written."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One `call.execute(…)` as it is written."""

    decider: Decider[Any, Any, Any]
    if_match: IfMatch
    """What it asks of the header; nothing where the command begins its stream."""
    creates: bool

    @property
    def refusals(self) -> list[type[Refusal]]:
        """Every rule by which this kind of stream can say no, its claims' included, by name; also where deciding takes several modules."""
        claiming = (event.claims for event in self.decider.events)
        modules = {function.__module__ for function in (self.decider.decide, *claiming)} | _called_by(self.decider.decide.__module__)
        found = {kind for module in modules for kind in vars(sys.modules[module]).values() if _is_refusal(kind)}
        return sorted(found, key=lambda kind: kind.__name__)


def execution_of(endpoint: Callable[..., Any]) -> Execution:
    """The execution that stands in `endpoint`. UnreadableRoute for none, for several, and where an argument is not written out."""
    calls = list(_executes(ast.parse(textwrap.dedent(inspect.getsource(endpoint)))))
    if len(calls) != 1:
        raise UnreadableRoute(f"{endpoint.__name__} holds call.execute(…) {len(calls)} times instead of once")
    (call,) = calls
    decider = endpoint.__globals__.get(call.args[0].id) if call.args and isinstance(call.args[0], ast.Name) else None
    if not isinstance(decider, Decider):
        raise UnreadableRoute(f"{endpoint.__name__} does not name its decider by a module's constant")
    written = {keyword.arg: keyword.value for keyword in call.keywords}
    new = [name for name in ("created", "begins") if _is_set(written.get(name))]
    if_match = "none" if new else _constant(endpoint, written.get("if_match"))
    return Execution(decider, if_match, "created" in new)


def _executes(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="call"), attr="execute")):
                yield node
            case _:
                continue


def _is_set(value: ast.expr | None) -> bool:
    """Whether an argument is given, and not as a plain False. A path is: one that is put together, too."""
    return value is not None and not (isinstance(value, ast.Constant) and not value.value)


def _constant(endpoint: Callable[..., Any], value: ast.expr | None) -> IfMatch:
    match value:
        case None:
            return "required"
        case ast.Constant(value="required" | "optional" | "none" as need):
            return need
        case _:
            raise UnreadableRoute(f"{endpoint.__name__} does not write out its if_match")


def _is_refusal(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal


def _called_by(module: str) -> set[str]:
    """The modules beside this one whose functions it has imported."""
    package = module.rpartition(".")[0]
    functions = filter(inspect.isfunction, vars(sys.modules[module]).values())
    return {function.__module__ for function in functions if function.__module__.rpartition(".")[0] == package}
