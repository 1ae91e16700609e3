"""Asks for everything that anybody can ask for, from the list of routes itself: a new route is asked for without being told here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2

from services.portal.app import PAGES
from services.portal.language import LANGUAGES
from tests.e2e.cities import STRANGER, City

RANDOM = "0b0d1e00-0000-4000-8000-0000000000aa"
PUBLIC: Mapping[str, tuple[str, ...]] = {
    "body": ("fachbeirat", "ausschuss"),
    "seat": ("ein-sitz",),
    "conference": ("konferenz", "dialog"),
    "contribution": ("beitrag-fatima", "wirkung"),
    "result": ("ergebnis-1",),
    "meeting": ("naechste-sitzung", "sitzung-im-winter"),
    "item": ("punkt", "top-ergebnisse"),
    "resolution": ("beschluss",),
    "proposal": ("vorlage", "vorlage-ergebnisse"),
    "recommendation": ("empfehlung", "neue-empfehlung"),
    "measure": ("massnahme",),
    "node": ("konferenz", "beitrag-fatima", "ergebnis-1", "beschluss", "empfehlung", "massnahme", "punkt"),
    "addressee": ("sozialamt",),
    "feedback": (),
    "letter": (),
    "stream": (),
    "command": (),
}
"""What is asked for in the place of a parameter of a path: the names of public things."""
WORDS = {"service": "meetings", "reader": "upcoming_v1", "timer": "duties_v1", "source": "own", "what": "retry", "token": "x" * 22}
KINDS = ("meeting", "item", "proposal", "recommendation", "contribution")
PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
BY_LOT = re.compile(rb'(name="_key" value=|"event":|"hash":)"[^"]+')
"""A form's idempotency key, an event's own id in a trace, and the hash over these: drawn by lot in every world."""
EXPIRES = re.compile("expires=[^;]+")
"""When a cookie ends that is taken back: now, by the real clock."""


class Said(NamedTuple):
    """One answer, but for its date."""

    question: str
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes


class Asking:
    """Whoever asks for everything. `hidden`: by parameter, the ids of what only one world has."""

    def __init__(self, city: City, hidden: Mapping[str, Sequence[str]]) -> None:
        self.city = city
        everywhere = [one for ids in hidden.values() for one in ids]
        self.ids = {
            name: [*(city.names[one] for one in names if one in city.names), *hidden.get(name, everywhere[:1]), RANDOM]
            for name, names in PUBLIC.items()
        }
        self.ids["node"] += everywhere

    async def everything(self) -> list[Said]:
        """What nobody and a stranger are answered, by the services and by the pages."""
        said = await self.shown()
        for who in (None, STRANGER):
            for path, body in self.wishes(who):
                said.append(await self._ask("POST", path, who, body))
        # Nobody is sent to sign in before anything is looked at.
        return said + [await self._see("POST", path, STRANGER) for path in self.pages("POST")]

    async def shown(self) -> list[Said]:
        """What they are shown: every GET."""
        said: list[Said] = []
        for who in (None, STRANGER):
            for path in self.questions():
                said += await self._follow(path, who)
            for path in self.pages("GET"):
                said.append(await self._see("GET", path, who))
        return said

    async def differs(self, path: str, said: Sequence[Said]) -> bool:
        """Whether nobody is answered otherwise now."""
        now = await self._ask("GET", path, None)
        return now != next(one for one in said if one.question == now.question)

    def questions(self) -> Iterator[str]:
        """The address of every GET of every service."""
        for path, operation in self._operations("get"):
            required = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query" and one.get("required")]
            optional = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
            for filled in self.filled(path + "".join(f"{'&' if number else '?'}{name}={{{name}}}" for number, name in enumerate(required))):
                yield filled
                glue = "&" if "?" in filled else "?"
                if "limit" in optional:
                    yield f"{filled}{glue}limit=1"
                yield from (f"{filled}{glue}body={one}" for one in self.ids["body"] if "body" in optional)

    def wishes(self, who: str | None) -> Iterator[tuple[str, Any]]:
        """Every POST of every service that this person is not simply sent to sign in for, with a body that fits."""
        for path, operation in self._operations("post"):
            if who is None and {} not in operation["security"]:
                continue
            schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            document = self._documents[path.split("/")[2]]
            for filled in self.filled(path):
                yield filled, fitting(schema, document) if schema else {}

    def pages(self, method: str) -> Iterator[str]:
        """Every page in every language."""
        yield from ("/", "/login") if method == "GET" else ()
        for module in PAGES:
            for route in module.routes:
                if route.method == method:
                    for language in LANGUAGES if method == "GET" else LANGUAGES[:1]:
                        yield from self.filled(f"/{language}{route.path}")

    def filled(self, path: str) -> Iterator[str]:
        """The address with ids in it: each stands there once, and for several parameters each last one below the first of the others."""
        names = PARAMETER.findall(path)
        unknown = [name for name in names if name not in self.ids and name not in WORDS]
        assert not unknown, f"{path}: say in PUBLIC which things are meant by {unknown}"
        choices = [self.ids.get(name) or [WORDS[name]] for name in names]
        longest = max(map(len, choices), default=1)
        side_by_side = [tuple(choice[min(place, len(choice) - 1)] for choice in choices) for place in range(longest)]
        below_the_first = [(*(choice[0] for choice in choices[:-1]), last) for last in (choices or [[]])[-1]]
        for chosen in dict.fromkeys([*side_by_side, *below_the_first]):
            values = iter(chosen)
            yield PARAMETER.sub(lambda _, values=values: quote(next(values), safe=""), path)  # type: ignore[misc]  # One call each.

    def _operations(self, method: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for document in self._documents.values():
            for path, operations in document["paths"].items():
                if method in operations:
                    yield path, operations[method]

    @property
    def _documents(self) -> Mapping[str, Any]:
        return {name: running.app.openapi() for name, running in self.city.everything.services.items()}

    async def _follow(self, path: str, who: str | None) -> list[Said]:
        """A page and those that follow it, a few."""
        said = [await self._ask("GET", path, who)]
        for _ in range(3):
            following = next((re.findall("<(.+)>", value) for name, value in said[-1].headers if name == "link"), None)
            if not following:
                break
            said.append(await self._ask("GET", following[0], who))
        return said

    async def _ask(self, method: str, path: str, who: str | None, body: Any = None) -> Said:
        headers = self.city.signed_in(who)
        answer = (
            await self.city.client.request(method, path, headers=headers, json=body)
            if body is not None
            else (await self.city.client.request(method, path, headers=headers))
        )
        return said_by(f"{who} {method} {path}", answer)

    async def _see(self, method: str, path: str, who: str | None) -> Said:
        token = self.city.signed_in(who).get("authorization", "").removeprefix("Bearer ")
        headers = {"cookie": f"bindeglied={token}"} if token else {}
        if method == "POST":
            headers |= {"sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded"}
        return said_by(f"{who} {method} {path}", await self.city.client.request(method, path, headers=headers))


def said_by(question: str, answer: httpx2.Response) -> Said:
    """The answer without its date and without what is drawn by lot; its tag is left out where it covers that."""
    content, drawn = BY_LOT.subn(rb"\1", answer.content)
    left_out = {"date", "etag"} if drawn else {"date"}
    headers = sorted((name, EXPIRES.sub("", value)) for name, value in answer.headers.items() if name not in left_out)
    return Said(question, answer.status_code, tuple(headers), content)


def fitting(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """The smallest value that a JSON schema allows, as far as our requests go."""
    if "$ref" in schema:
        return fitting(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return fitting(schema[word][0], document)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return {name: fitting(schema["properties"][name], document) for name in schema.get("required", ())}
        case "array":
            return [fitting(schema["items"], document) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            texts = {"uuid": RANDOM, "date": "2023-12-14", "date-time": "2024-02-14T10:00:00+01:00", "email": "jemand@post.example"}
            return texts.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
