"""What the words of an enumeration mean, read from the sentences beneath its members, for those who only see the document."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import pairwise
from typing import Any, get_args

from fastapi.routing import APIRoute
from pydantic import BaseModel


def enumerations(routes: Iterable[APIRoute]) -> set[type[Enum]]:
    """The enumerations in what the routes take and answer."""
    seen: set[Any] = set()
    for route in routes:
        parameters = (*route.dependant.body_params, *route.dependant.query_params, *route.dependant.path_params)
        for annotation in (route.response_model, *(parameter.field_info.annotation for parameter in parameters)):
            _see(annotation, seen)
    return {kind for kind in seen if isinstance(kind, type) and issubclass(kind, Enum)}


def meanings(kind: type[Enum]) -> dict[str, str]:
    """The stored word of each member that has a sentence beneath it, with that sentence."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    return {str(kind[name].value): " ".join(text.split()) for name, text in _documented(body.body)}


def _documented(statements: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for member, beneath in pairwise(statements):
        match member, beneath:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, text
            case _:
                continue


def _see(annotation: Any, seen: set[Any]) -> None:
    """Follow an annotation into the models and the unions that it is made of."""
    for part in get_args(annotation):
        _see(part, seen)
    if isinstance(annotation, type) and annotation not in seen:
        seen.add(annotation)
        if issubclass(annotation, BaseModel):
            for field in annotation.model_fields.values():
                _see(field.annotation, seen)
