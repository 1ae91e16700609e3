"""One visit to a page: who comes, in which language, what they may, and the ways to ask, to tell and to answer."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.portal.clients import Answer, ServiceAway, ServiceProblem
from services.portal.forms import KEY, SEEN, Filled, Form, Options, Reading, Trouble
from services.portal.language import LANGUAGES, NAMES, Language, mark, speech
from services.portal.portal import NAVIGATION, Portal
from services.portal.problems import by_field
from shared.http.permissions import Permission, Principal

HTML = "text/html; charset=utf-8"
MOST_FIELDS = 500
TOO_LONG = mark("This is too long. Please shorten it.")
AWAY = mark("The service does not answer at the moment. Nothing is lost: please send this again.")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
_PLACE = re.compile(r"([a-z]+)-(\d{1,18})")
PRIVATE = {"cache-control": "no-store"}
PUBLIC = {"cache-control": "no-cache", "vary": "Cookie"}
"""Asked for again each time, and answered with 304 while nothing has changed."""


class Visit:
    """What a page knows of its request. Every page takes it as `visit`."""

    def __init__(self, portal: Portal, request: Request, language: Language, signed_in: tuple[Principal, str] | None = None) -> None:
        self.portal, self.request, self.language = portal, request, language
        self.person: Principal | None = signed_in[0] if signed_in else None
        self.token: str | None = signed_in[1] if signed_in else None
        self.place = request.url.path[len(language) + 1 :] or "/"
        """The page's path below the language; a form's is that of the page it stands on."""
        self.sending: Form | None = None
        """The form that was sent, once its page has said which one it is."""
        self._troubles: dict[str, Trouble] = {}

    # What the page is asked for.

    @property
    def path(self) -> Mapping[str, Any]:
        """The parts of the address: `visit.path["body"]`, a UUID for `{body:uuid}`."""
        return self.request.path_params

    @property
    def query(self) -> Mapping[str, str]:
        """The query of the address."""
        return self.request.query_params

    def text(self, english: str) -> str:
        """Our English text in the page's language."""
        return speech(self.language).text(english)

    def may(self, permission: Permission, body: UUID | str | None = None) -> bool:
        """Whether the person may do what `permission` admits to, for a thing of `body`; the service decides in the end."""
        return permission.admits(self.person, UUID(str(body)) if body else None)

    # Asking and telling services.

    async def ask(self, service: str, path: str, *, settled: bool = False, **query: Any) -> Any:
        """The JSON of a question to a service. `settled` waits until its read model holds what was just done (`min_position`)."""
        return (await self.answer(service, path, settled=settled, **query)).body

    async def answer(self, service: str, path: str, *, settled: bool = False, **query: Any) -> Answer:
        """The same with its ETag."""
        if settled and (done := _PLACE.fullmatch(self.query.get("at", ""))) and done[1] == service:
            query["min_position"] = done[2]
        return await self.portal.services.ask(service, path, query, self.token)

    async def all_of(self, service: str, path: str, *, settled: bool = False, pages: int = 20, **query: Any) -> list[Any]:
        """The items of a list, page after page up to so many pages."""
        found: list[Any] = []
        after: str | None = None
        for _ in range(pages):
            answered = await self.ask(service, path, settled=settled, after=after, **query)
            found += answered["items"]
            if not answered.get("next"):
                break
            after = parse_qs(answered["next"].partition("?")[2])["after"][0]
        return found

    # Forms.

    def fill(
        self,
        form: Form,
        action: str,
        *,
        values: Mapping[str, JsonValue] | None = None,
        options: Mapping[str, Options] | None = None,
        seen: str | None = None,
    ) -> Filled:
        """The form for the page: with `values` in it, or as it was sent if it came back. `seen` is the ETag that goes with it."""
        trouble = self._troubles.get(form.name)
        shown: Mapping[str, Any] = {one.name: one.shown((values or {}).get(one.name)) for one in form.fields}
        key = None if form.public else secrets.token_urlsafe(16)
        return Filled(
            form,
            f"/{self.language}{action}",
            trouble.values if trouble else shown,
            options or {},
            trouble.key if trouble else key,
            (trouble.seen or seen) if trouble else seen,
            trouble,
        )

    async def sent(self) -> dict[str, list[str]]:
        """What a form sent."""
        body = (await self.request.body()).decode("utf-8", "replace")
        try:
            return parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return {}

    async def send(
        self,
        form: Form,
        service: str,
        path: str,
        *,
        again: Callable[[Visit], Awaitable[Response]],
        then: str | Callable[[Any], str] | None = None,
        body: Callable[[Reading], Mapping[str, JsonValue]] | None = None,
        each: tuple[str, str] | None = None,
    ) -> Response:
        """Read the form, tell the service, and go on to `then` (the form's page without).

        If it does not fit or is refused, the page is drawn `again` with what was sent and what is wrong. `body` makes the command's body
        where it is not simply the form's fields. `each` names a field of many choices, and what each choice is called in a command of
        its own: the service is told one after the other. Whoever is signed out meanwhile is asked to sign in first (401).
        """
        self.sending = form
        if not form.public and self.person is None:
            raise HTTPException(401)
        sent = await self.sent()
        reading = form.read(sent)
        brought, seen = sent.get(KEY, [""])[-1], sent.get(SEEN, [""])[-1] or None
        key = brought if _KEY.fullmatch(brought) else None if form.public else secrets.token_urlsafe(16)
        status, errors, says = 422, {name: self.text(error) for name, error in reading.errors.items()}, list[str]()
        retry_after: str | None = None
        sender = self.request.client.host if self.request.client else None
        if not errors:
            wish = body(reading) if body else reading.body
            try:
                *others, (last_key, last) = _commands(wish, key, each)
                for one_key, one in others:
                    await self.portal.services.tell(service, path, one, self.token, key=one_key, seen=seen, sender=sender)
                done = await self.portal.services.tell(service, path, last, self.token, key=last_key, seen=seen, sender=sender)
            except ServiceProblem as problem:
                if problem.status in (401, 403, 404):
                    raise
                status, retry_after = problem.status, problem.retry_after
                fields = {one.name for one in form.fields}
                errors, says = by_field(problem, self.language, fields)
                if status == 413 and (longest := form.longest(reading)):
                    errors = {longest: TOO_LONG}
                says = [self.text(one) for one in (*says, *(error for name, error in errors.items() if name not in fields))]
                errors = {name: self.text(error) for name, error in errors.items() if name in fields}
                seen = None if problem.status == 412 else seen  # Drawn again, it shows what holds now.
            except ServiceAway:
                status, says = 503, [self.text(AWAY)]
            else:
                target = then(done.body) if callable(then) else then or self.place
                return self.go(target, said=form.name, at=_position(service, done.body))
        self._troubles[form.name] = Trouble(reading.values, errors, says, key, seen)
        response = await again(self)
        response.status_code = status
        if retry_after:
            response.headers["retry-after"] = retry_after
        return response

    # Answering.

    def go(self, path: str, **query: str | None) -> Response:
        """On to another page of ours, after something was done."""
        asked = urlencode({name: value for name, value in query.items() if value})
        address = f"/{self.language}{path}"
        return RedirectResponse(f"{address}{'&' if '?' in address else '?'}{asked}" if asked else address, 303, PRIVATE)

    def show(self, template: str, status: int = 200, *, kept: bool = True, **values: Any) -> Response:
        """The page from its template. Pages for people who are signed in, answers to forms, and what is not to be `kept`, nobody keeps."""
        page = speech(self.language).templates.get_template(template).render(visit=self, **values)
        public = kept and self.person is None and self.request.method == "GET" and status == 200
        return Response(page, status, PUBLIC if public else PRIVATE, HTML)

    # What the frame of every page shows.

    @property
    def languages(self) -> list[tuple[Language, str, str]]:
        """The languages with their own names, and this page's address in each."""
        query = f"?{self.request.url.query}" if self.request.url.query and self.request.method == "GET" else ""
        return [(language, NAMES[language], f"/{language}{self.place}{query}") for language in LANGUAGES]

    @property
    def sign_in(self) -> str:
        """Where one signs in; from there one comes back to this page."""
        back = {} if self.place == "/" or self.place.startswith("/login") else {"next": f"/{self.language}{self.place}"}
        return f"/{self.language}/login{'?' if back else ''}{urlencode(back)}"

    @property
    def navigation(self) -> list[tuple[str, str]]:
        """The pages that every page leads to, for this person."""
        return [(path, name) for path, name, permission in NAVIGATION if self.may(permission)]

    @property
    def story(self) -> str | None:
        """What the banner of a demo says: that it is one (`nothing`: before its story was told); None in a real city."""
        file = self.portal.around.settings.clock_file
        if not self.portal.around.settings.demo:
            return None
        return "told" if file and file.exists() else "nothing"

    def came_back(self, form: Form | None = None) -> bool:
        """Whether this form, or any, was sent and did not fit, so that its page says so and shows it whatever else holds now."""
        return form.name in self._troubles if form else bool(self._troubles)

    def said(self, form: Form | Filled) -> bool:
        """Whether this form has just been sent with success."""
        return self.query.get("said") == (form.form.name if isinstance(form, Filled) else form.name)


def _commands(
    wish: Mapping[str, JsonValue], key: str | None, each: tuple[str, str] | None
) -> Iterator[tuple[str | None, Mapping[str, JsonValue]]]:
    """The commands of one form with the key of each: the same choice has the same key, so that sending again repeats nothing."""
    if each is None:
        yield key, wish
        return
    many, called = each
    chosen = wish[many]
    for choice in chosen if isinstance(chosen, list) else ():
        own = {name: value for name, value in wish.items() if name != many}
        yield key and hashlib.sha256(f"{key} {choice}".encode()).hexdigest(), {**own, called: choice}


def _position(service: str, done: Any) -> str | None:
    position = done.get("position") if isinstance(done, dict) else None
    return f"{service}-{position}" if position is not None else None
