"""Services that answer whatever their interfaces promise: every field filled, each text with a word of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "openapi"
THING = "6d6d1a62-8f0a-4d2c-9b57-3c1f0e0f4a11"
FORMATS = {"uuid": THING, "date": "2018-11-30", "date-time": "2018-11-30T16:00:00+01:00"}


@cache
def interface(service: str) -> Any:
    """A service's OpenAPI document."""
    return json.loads((FOLDER / f"{service}.json").read_text(encoding="utf-8"))


def answer_to(path: str, turn: int = 0) -> Any:
    """What a GET of this address is answered, None where there is no such address. `turn` chooses among what a field may be."""
    document = interface(path.split("/")[2])
    for known, operations in document["paths"].items():
        if "get" in operations and re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), path):
            schema = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            answered = filled(schema, document, turn)
            return answered | {"next": None} if isinstance(answered, dict) and "next" in answered else answered
    return None


def filled(schema: Mapping[str, Any], document: Any, turn: int, name: str = "") -> Any:
    """A value that fits, as full as may be."""
    if "$ref" in schema:
        return filled(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document, turn, name)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return filled(schema[choice][0], document, turn, name)
    if "const" in schema:
        return schema["const"]
    if name == "language":
        return "de"
    if "enum" in schema:
        return schema["enum"][turn % len(schema["enum"])]
    match schema.get("type"):
        case "object":
            return {key: filled(value, document, turn, key) for key, value in schema.get("properties", {}).items()}
        case "array":
            return [filled(schema["items"], document, turn, name)]
        case "integer" | "number":
            return 7
        case "boolean":
            return turn % 2 == 0
        case "string":
            return FORMATS.get(schema.get("format", ""), word_of(name))
        case _:
            return None


def word_of(name: str) -> str:
    """The German word that stands in every field of this name."""
    return "Wortlaut" + name.title().replace("_", "")
