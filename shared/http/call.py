"""One request on its way to a command or a question: who asks, when, under which id, and what they may."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID, uuid4

import asyncpg
from fastapi import Depends, Request
from pydantic import BaseModel

from shared.domain import Command, Decider, Event, Refusal
from shared.eventstore.errors import CommandReused, Denied, OutcomeUnknown, StoreBusy, Unreadable, VersionMismatch
from shared.eventstore.store import Origin
from shared.http.command_ids import read_key, stream_of
from shared.http.etags import IfMatch, expected_version, version_tag
from shared.http.paging import Key, Listing, Page, next_address, one_page
from shared.http.permissions import Permission, Principal
from shared.http.positions import wait_for_position
from shared.http.problems import NotAllowed, NotFound, ReadModelBehind, Unauthenticated
from shared.http.runtime import Runtime

S = TypeVar("S")
C = TypeVar("C", bound=Command)
E = TypeVar("E", bound=Event)
T = TypeVar("T")

ANONYMOUS = "anonymous"
SCOPE_KEY = "bindeglied.call"
rest = asyncio.sleep
"""How an answer waits until it is time for it."""

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

_OUTCOMES: tuple[tuple[type[Exception], str], ...] = (
    (Refusal, "refused"),
    (Denied, "denied"),
    (VersionMismatch, "stale"),
    (CommandReused, "reused"),
    (StoreBusy, "busy"),
    (OutcomeUnknown, "unknown"),
    (Unreadable, "unreadable"),
)


class CommandAnswer(BaseModel):
    """What a command answers; on a public route without version and position, which count what is hidden."""


class Done(CommandAnswer):
    """What a command answers: the stream it changed, the version it left it at, and the log's position behind it."""

    id: UUID
    version: int
    position: int


class Invocation:
    """What a route knows of its request. Routes take it as the parameter `call: Call`."""

    def __init__(
        self, runtime: Runtime, service: str, request: Request, permission: Permission, principal: Principal | None, prefix: str
    ) -> None:
        self.runtime = runtime
        self.principal = principal
        self.headers: dict[str, str] = {}
        """Headers of the answer, should it be a good one."""
        self._sent: dict[bytes, bytes] = dict(request.scope["headers"])
        self._service, self._request, self._permission, self._prefix = service, request, permission, prefix
        self._decided = not permission.depends_on_body
        self._command_id: UUID | None = None
        self._keyed = False
        if permission.admits(principal):
            self._decided = True
        elif principal is None:
            raise Unauthenticated
        elif self._decided:
            raise NotAllowed

    @property
    def now(self) -> datetime:
        """The time of the command."""
        return self.runtime.now()

    @property
    def read(self) -> asyncpg.Pool[asyncpg.Record]:
        """The read models."""
        return self.runtime.read

    @property
    def principal_id(self) -> str:
        """What the log knows the sender by."""
        return self.principal.id if self.principal else ANONYMOUS

    @property
    def command_id(self) -> UUID:
        """The client's Idempotency-Key as a UUID, else one of ours. BadInput for a key that is none."""
        if self._command_id is None:
            key = self._header(b"idempotency-key")
            self._keyed = key is not None
            self._command_id = uuid4() if key is None else read_key(self.principal_id, key)
        return self._command_id

    def new_stream(self) -> UUID:
        """The id of a stream that this command begins: the same when the same command is sent again, another for anybody else."""
        return stream_of(self.principal_id, self.command_id)

    def may(self, permission: Permission, body: UUID | None = None) -> bool:
        """Whether the caller would be admitted elsewhere, for a thing of `body`."""
        return permission.admits(self.principal, body)

    def permit(self, body: UUID | None, *, hidden: bool = False) -> None:
        """Decide on a thing of `body`: NotAllowed (403), or NotFound (404) where its very existence is hidden from outsiders."""
        if not self._permission.admits(self.principal, body):
            raise NotFound if hidden else NotAllowed
        self._decided = True

    def must_have_decided(self) -> None:
        """A good answer from a route that never asked about the body is a hole, so it is not sent."""
        if not self._decided:
            raise RuntimeError(f"{self._request['route'].name} needs a role in a body and never called permit() or execute(body=…)")

    async def execute(
        self,
        decider: Decider[S, C, E],
        stream: UUID,
        command: C,
        *,
        body: UUID | Callable[[S], UUID | None] | None = None,
        if_match: IfMatch = "required",
        created: bool | str = False,
        begins: bool = False,
        hidden: Callable[[S], bool] | None = None,
    ) -> Done:
        """Run `command` on `stream` in the caller's name and set the answer's Location and, unless the route is public, ETag and Position.

        `body` is the body whose roles count: an id, or how the folded state tells it. A stream without events is not found,
        unless the command `begins` it if need be, or it is `created` here (True: Location is below this address; or a path below the
        service's prefix); then no If-Match is asked for. `hidden` says of a state that outsiders may not even learn of it.
        """
        new = bool(created) or begins
        expected = expected_version(self._header(b"if-match"), "none" if new else if_match)

        def permit(state: S) -> None:
            if not new and state == decider.initial:
                raise NotFound
            self.permit(body(state) if callable(body) else body, hidden=hidden is not None and hidden(state))

        command_id = self.command_id
        origin = Origin(
            principal=self.principal_id,
            command_id=command_id,
            actor=self.principal_id,
            fingerprint=await self._fingerprint() if self._keyed else None,
            correlation_id=self._correlation_id() or command_id,
        )
        name, metrics, store = type(command).__name__, self.runtime.metrics, self.runtime.store
        try:
            try:
                outcome = await store.execute(decider, stream, command, origin, expected=expected, permit=permit, new=bool(created))
            except Unreadable as unreadable:
                if not unreadable.version:
                    self._permit_unread(decider.initial, body, may_be_hidden=hidden is not None)
                    if begins:
                        decider.decide(command, decider.initial)  # What is refused where nothing is, is refused here as well.
                raise
        except Exception as error:
            metrics.count_command(self._service, name, next((word for kind, word in _OUTCOMES if isinstance(error, kind)), "failed"))
            raise
        metrics.count_command(self._service, name, "known" if outcome.known else "accepted")
        self._decided = True
        if not self._permission.public:
            self.headers |= {"etag": version_tag(outcome.version), "position": str(outcome.position)}
        if created:
            path = self._prefix + created if isinstance(created, str) else f"{self._request['path'].rstrip('/')}/{outcome.stream}"
            self.headers["location"] = path
        return Done(id=outcome.stream, version=outcome.version, position=outcome.position)

    def _permit_unread(self, nothing: S, body: UUID | Callable[[S], UUID | None] | None, *, may_be_hidden: bool) -> None:
        """Decide on a stream of which not even the first fact can be read: one that may be hidden is, as if nothing were there."""
        if may_be_hidden and not self._permission.admits(self.principal):
            raise NotFound
        if (of := body(nothing) if callable(body) else body) is not None:
            self.permit(of)

    def show_version(self, version: int, permission: Permission, body: UUID | None = None) -> None:
        """Tell a stream's version as the answer's ETag, but only those whom `permission` lets change it."""
        if self.principal is not None and self.may(permission, body):
            self.headers["etag"] = version_tag(version)

    async def wait_for(self, projection: str, min_position: int) -> None:
        """Wait until a read model holds what the caller has seen; ReadModelBehind (503) after two seconds.

        Positions count what is hidden. Whoever holds no role was never told one: the parameter is ignored. And nobody can try out where
        the log ends: a position that it has not reached was seen by nobody, and is answered as one that the read model has passed.
        """
        if not min_position or self.principal is None or not self.principal.grants:
            return
        if await self.runtime.cursor(projection) >= min_position or min_position > await self.runtime.tail():
            return
        if await wait_for_position(self.runtime.cursor, self.runtime.signals, projection, min_position) < min_position:
            raise ReadModelBehind

    @asynccontextmanager
    async def evenly(self) -> AsyncIterator[None]:
        """Come to an answer after the same time, whatever was to be done for it; longer where that takes longer, sooner for a refusal.

        It goes around what follows once the body has arrived: who sends slowly must not use the time up."""
        clock = asyncio.get_running_loop().time
        end = clock() + self.runtime.even_seconds
        yield
        if (left := end - clock()) > 0:
            await rest(left)

    async def settled(self, reader: str, position: int) -> bool:
        """Whether a reaction or projection passed `position` within two seconds; for commands that answer either way."""
        return await wait_for_position(self.runtime.cursor, self.runtime.signals, reader, position) >= position

    def page(self, listing: Listing, rows: Sequence[T], limit: int, key: Callable[[T], Sequence[Key]]) -> Page[T]:
        """The page made of `limit + 1` rows asked for, with its link to the next."""
        path, query = self._request["path"], self._request.query_params.multi_items()
        items, following = one_page(listing, rows, limit, key, lambda cursor: next_address(path, query, cursor))
        if following:
            self.headers["link"] = f'<{following}>; rel="next"'
        return Page[T](items=items, next=following)

    def _header(self, name: bytes) -> str | None:
        value = self._sent.get(name)
        return None if value is None else value.decode("latin-1")

    async def _fingerprint(self) -> bytes:
        """Of method, path and body; a body sent again with its members in another order is the same."""
        body = await self._request.body()
        if body:
            with contextlib.suppress(ValueError, RecursionError):  # What is no JSON is compared as it came.
                body = _CANONICAL.encode(await self._request.json()).encode()
        said = b"\n".join((self._request.method.encode(), self._request["path"].encode(), body))
        return self.runtime.keyring.fingerprint(said) if self.runtime.keyring else hashlib.sha256(said).digest()

    def _correlation_id(self) -> UUID | None:
        """The trace that the request belongs to (W3C Trace Context)."""
        found = _TRACEPARENT.fullmatch(self._header(b"traceparent") or "")
        return UUID(hex=found[1]) if found else None


async def current_call(request: Request) -> Invocation:
    """The request's invocation, made by the guard before the body was read."""
    call: Invocation = request[SCOPE_KEY]
    return call


Call = Annotated[Invocation, Depends(current_call)]
"""The parameter that every route takes."""
