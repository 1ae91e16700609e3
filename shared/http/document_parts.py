"""The parts that all OpenAPI documents share: how to call, the headers, and every problem by its status."""

from __future__ import annotations

from typing import Any

from shared.http.problems import KIT, MEDIA_TYPE

DESCRIPTION = """\
**Who asks.** A bearer token, a JWT of the issuer that the service trusts. Its claim `sub` names the caller, its claim `grants` lists \
roles: `"<id of a body>:<role>"` or `"city:<role>"`. What a route needs is in its `x-roles`, of which one is enough. Routes whose \
`security` may be empty answer everybody, and show those who hold a role more.

**Once.** Send every command with an `Idempotency-Key`, a new UUID for each. Without an answer, or with a 503, send the same command \
with the same key again: it happens once, and is answered as it was the first time.

**What was seen.** A thing's ETag is shown to those who may change it. Where `If-Match` is required, send it back: if the thing has \
changed since, the answer is 412 and nothing happens.

**What one wrote.** A command answers its `Position` in the log. Read models follow a little later; ask them with `min_position`, and \
they answer once they hold it.

**Problems** are told as RFC 9457 says; translate and branch by `type`. Beyond those that the routes list there are \
`urn:bindeglied:problem:method-not-allowed` (405) and `urn:bindeglied:problem:unexpected` (500, with an incident's number)."""

PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). Further members are facts that explain it.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the rule; translate by it."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "The rule, in English."},
        "incident": {"type": "string", "description": "With status 500: what to tell whoever looks after it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "what"],
                "properties": {"where": {"type": "string"}, "what": {"type": "string"}},
            },
        },
    },
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body, a command answers again and happens once. A UUID is best.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
}


def if_match(*, required: bool) -> dict[str, Any]:
    """The parameter of a command that heeds what its sender saw."""
    return {
        "name": "If-Match",
        "in": "header",
        "required": required,
        "description": 'The ETag of what the caller saw, such as `"7"`, or `*` for whatever it is now.',
        "schema": {"type": "string", "pattern": r'^(\*|"[!#-~]*")$'},
    }


def _header(description: str, *, required: bool = True) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": {"type": "string"}}


COMMAND_HEADERS = {
    "ETag": _header("The stream's version."),
    "Position": _header("Where the log stands behind it; send it as `min_position`."),
}
LOCATION = {"Location": _header("The address of what was begun.")}
READING_HEADERS = {
    "ETag": _header("Of what is shown: its version for those who may change it, else of the answer's bytes. Send it as `If-None-Match`.")
}
LINK = {"Link": _header('The next page\'s address, as `<…>; rel="next"`; not on the last.', required=False)}

_TYPES: dict[str, tuple[str, ...]] = {
    "401": ("unauthenticated", "invalid-token"),
    "403": ("not-allowed",),
    "404": ("not-found",),
    "412": ("stale",),
    "413": ("too-large",),
    "422": ("bad-input", "key-reused", "unstorable"),
    "428": ("if-match-missing",),
    "429": ("too-many",),
    "503": ("unavailable", "busy", "full", "outcome-unknown", "read-model-behind", "program-too-old", "issuer-unavailable"),
}
_TEXTS = {
    "401": "No bearer token, or one that is not accepted.",
    "403": "Signed in, but without the role that this needs.",
    "404": "There is no such thing, or it is not for the caller to see.",
    "412": "The thing has changed since the caller saw it.",
    "413": "The body is too large.",
    "422": "The input does not fit, and `errors` names the fields; or the key was used for another command; or it cannot be stored.",
    "428": "If-Match is missing.",
    "429": "Too much was sent from the caller's address without a token; `Retry-After` says when to come again.",
    "503": "Something the service stands on is away, busy or behind, or its program too old; `Retry-After` says when to come again.",
}
_HEADERS = {
    "401": {"WWW-Authenticate": _header("Bearer, and whether a token was sent that is not accepted.")},
    "412": {"ETag": _header("The version that it has now.")},
    "429": {"Retry-After": _header("Seconds.")},
    "503": {"Retry-After": _header("Seconds.")},
}


def problem_answers() -> dict[str, Any]:
    """The answers with a problem that every service has, by status: `#/components/responses/404`."""
    return {
        status: {
            "description": text,
            **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
            "content": {MEDIA_TYPE: {"schema": problem_of_types([KIT + name for name in _TYPES[status]])}},
        }
        for status, text in _TEXTS.items()
    }


def problem_of_types(types: list[str]) -> dict[str, Any]:
    """The schema of a problem that is of one of some types."""
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"type": {"enum": types}}}]}
