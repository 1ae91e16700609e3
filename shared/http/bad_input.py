"""Bad input told by field and rule, never by value: what someone typed may be personal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from fastapi.exceptions import RequestValidationError

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_MOMENT = "is not a time with its zone like 2018-11-30T15:00:00+01:00"
_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    **dict.fromkeys(("uuid_type", "uuid_parsing"), "is not a UUID"),
    **dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "is not an object"),
    "list_type": "is not a list",
    "string_type": "is not a text",
    "string_unicode": "is not a valid text",
    "string_too_short": "has fewer characters than {min_length}",
    "string_too_long": "has more characters than {max_length}",
    "string_pattern_mismatch": "does not have the form {pattern}",
    "too_short": "has fewer items than {min_length}",
    "too_long": "has more items than {max_length}",
    **dict.fromkeys(("bool_type", "bool_parsing"), "is neither true nor false"),
    **dict.fromkeys(("int_type", "int_parsing", "int_parsing_size", "int_from_float"), "is not a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "is not a number"),
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    **dict.fromkeys(("enum", "literal_error"), "must be {expected}"),
    "union_tag_invalid": "must have {discriminator} as one of {expected_tags}",
    "union_tag_not_found": "must have {discriminator}",
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "is not a day like 2018-11-30"),
    **dict.fromkeys(("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"), _MOMENT),
}
"""By pydantic's type of error. Its own sentences speak of Python, and some repeat what was sent; one that is not listed is not shown."""
_UNFIT = "does not fit"
MOST_ERRORS = 50


class BadInput(Exception):
    """The input does not fit: `where` names the field (`body.starts_at`, `header.If-Match`), `what` says the rule."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.errors = [{"where": where, "what": what}]


def unknown_query(names: Iterable[str]) -> BadInput:
    """Query parameters that the route does not know: a misspelt one would otherwise be a question that nobody asked."""
    described = BadInput("query", _UNFIT)
    described.errors = [{"where": f"query.{_part(name)}", "what": _SENTENCES["extra_forbidden"]} for name in names][:MOST_ERRORS]
    return described


def describe_bad_input(error: RequestValidationError) -> BadInput:
    """FastAPI's findings in our words; of the values sent nothing is repeated."""
    findings = error.errors()[:MOST_ERRORS]
    described = BadInput("body", _UNFIT)
    described.errors = [_describe(finding, error.body) for finding in findings]
    return described


def _describe(finding: dict[str, Any], body: Any) -> dict[str, str]:
    if finding["type"] == "json_invalid":
        return _malformed(finding, body)
    if isinstance(body, bytes) and tuple(finding["loc"]) == ("body",):
        return {"where": "body", "what": "is not JSON: send it with Content-Type: application/json"}
    where = ".".join(_part(part) for part in finding["loc"])
    return {"where": where, "what": _rule(finding)}


def _malformed(finding: dict[str, Any], body: Any) -> dict[str, str]:
    """Malformed JSON, by line and column from 1."""
    position = finding["loc"][-1]
    before = body[:position] if isinstance(body, str) and isinstance(position, int) else ""
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    return {"where": "body", "what": f"is malformed JSON at line {line}, column {column}: {finding['ctx']['error']}"}


def _part(part: object) -> str:
    """One step of the way to a field. A name that is no identifier was made up by the sender and is not repeated."""
    return str(part) if isinstance(part, int) or _FIELD.fullmatch(str(part)) else "…"


def _rule(finding: dict[str, Any]) -> str:
    """Our sentence for this type of error, with the bounds that it names, never the value."""
    told = finding.get("ctx") or {}
    if finding["type"] == "value_error":
        # Our validators say "must …" of the rule alone; a ValueError that came from elsewhere may repeat what was sent.
        rule = str(told.get("error", ""))
        return rule if rule.startswith("must ") else _UNFIT
    sentence = _SENTENCES.get(finding["type"])
    return sentence.format_map(told) if sentence else _UNFIT
