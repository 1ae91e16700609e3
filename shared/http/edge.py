"""The edge of an application: HEAD, body size, security headers, ETags of answers, request metrics, and the last catch of errors."""

from __future__ import annotations

import logging
import time
from typing import Any

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.etags import bytes_tag, matches_none
from shared.http.metrics import Metrics
from shared.http.problems import Answer, Full

logger = structlog.get_logger(__name__)
access = logging.getLogger("bindeglied.access")

SLOW_SECONDS = 1.0
ALWAYS_ANSWERED = frozenset({"/health", "/ready", "/metrics"})
"""A process that has much to do is alive, and says so."""
MOST_AT_ONCE = 1_000
FixedHeaders = tuple[tuple[bytes, bytes], ...]
SECURITY_HEADERS: FixedHeaders = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Edge:
    """Pure ASGI middleware: one object per request, no tasks, no queues."""

    def __init__(
        self, app: ASGIApp, *, service: str, metrics: Metrics, answer: Answer, most_bytes: int, most_at_once: int = MOST_AT_ONCE,
        headers: FixedHeaders = SECURITY_HEADERS,
    ) -> None:  # fmt: skip
        self.app, self.service, self.metrics, self.answer, self.most_bytes = app, service, metrics, answer, most_bytes
        self.most_at_once, self.headers = most_at_once, headers
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        outgoing = _Outgoing(scope, send, self.headers)
        inner = dict(scope, method="GET") if outgoing.is_head else scope
        counts = scope["path"] not in ALWAYS_ANSWERED
        self._under_way += counts
        try:
            if counts and self._under_way > self.most_at_once:
                raise Full
            limited = self._limited(scope, receive) if scope["method"] not in _WITHOUT_BODY else receive
            await self.app(inner, limited, outgoing.send)
        except Exception as error:
            if outgoing.status:
                raise  # The answer has begun: the server cuts the connection, and its log tells.
            response = self.answer(Request(inner), error)
            await response(inner, receive, outgoing.send)
        finally:
            self._under_way -= counts
            self._account(inner, outgoing.status, scope["method"], time.perf_counter() - began)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        """The body, refused (413) as soon as it is or says it is too large."""
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if length.isdigit():
            if int(length) > self.most_bytes:
                raise HTTPException(413)
            return receive  # The server holds a client to the length it declared.
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.most_bytes:
                raise HTTPException(413)
            return message

        return counted

    def _account(self, scope: Scope, status: int, method: str, seconds: float) -> None:
        route: Any = scope.get("route")
        template = getattr(route, "path", None) or "(no route)"
        self.metrics.observe_request(self.service, method, template, status, seconds)
        broken, troubled = status in (0, 500), status > 500 or seconds > SLOW_SECONDS
        level = logging.ERROR if broken else logging.WARNING if troubled else logging.DEBUG
        if access.isEnabledFor(level):
            # The template, not the address: paths and queries may carry single-use tokens and what people searched for.
            access.log(
                level,
                "http.request",
                extra={"service": self.service, "method": method, "route": template, "status": status, "ms": round(seconds * 1000, 1)},
            )


_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class _Outgoing:
    """One answer on its way out."""

    def __init__(self, scope: Scope, send: Send, fixed: FixedHeaders) -> None:
        self._scope, self._send, self._fixed = scope, send, fixed
        self.is_head = scope["method"] == "HEAD"
        self._is_read = scope["method"] in ("GET", "HEAD")
        self.status = 0
        self._held: Message | None = None

    async def send(self, message: Message) -> None:
        """Complete the head of the answer; hold it back while an ETag of the body is to be made."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"] = list(message.get("headers", ()))
            self._complete(headers)
            if self._is_read and self.status == 200:
                self._held = message
                return
        elif message["type"] == "http.response.body":
            if self._held is not None:
                start, self._held = self._held, None
                message = self._tagged(start, message)
                await self._send(start)
            if self.is_head:
                message = {**message, "body": b""}
        await self._send(message)

    def _complete(self, headers: list[tuple[bytes, bytes]]) -> None:
        headers.extend(self._fixed)
        if any(name == b"cache-control" for name, _ in headers):
            return
        if self._is_read and self.status == 200:
            known = any(name == b"authorization" for name, _ in self._scope["headers"])
            headers.append((b"cache-control", b"private, no-cache" if known else b"no-cache"))
            headers.append((b"vary", b"Authorization"))
        else:
            headers.append((b"cache-control", b"no-store"))

    def _tagged(self, start: Message, body: Message) -> Message:
        """The body under an ETag; nothing of it if the client has it already."""
        headers = MutableHeaders(raw=start["headers"])
        if "etag" not in headers:
            if body.get("more_body", False):
                return body  # A stream has no tag.
            headers["etag"] = bytes_tag(body.get("body", b""))
        wanted = Headers(scope=self._scope).get("if-none-match")
        if wanted is None or not matches_none(wanted, headers["etag"]):
            return body
        self.status = start["status"] = 304
        del headers["content-length"]
        del headers["content-type"]
        return {"type": "http.response.body", "body": b"", "more_body": False}
