"""Liveness, readiness that tells the truth, and metrics: for orchestrators and people on call, served by api and worker alike."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.http.metrics import CONTENT_TYPE, Metrics

PROBE_SECONDS = 2.0
REMEMBER_SECONDS = 0.5
"""However often readiness is asked for, the probes run twice a second at most."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found: whether one can work with it, and one phrase on how it is."""

    ok: bool
    says: str


Probe = Callable[[], Awaitable[Finding]]
"""Looks at one thing that the process stands on. May raise: that is a finding too."""


class Readiness:
    """Runs all probes at once, each within two seconds."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = dict(probes)
        self._lock = asyncio.Lock()
        self._found: dict[str, Finding] = {}
        self._found_at: float | None = None

    async def look(self) -> dict[str, Finding]:
        """The finding of every probe."""
        async with self._lock:
            if self._found_at is None or time.monotonic() - self._found_at > REMEMBER_SECONDS:
                findings = await asyncio.gather(*(_ask(probe) for probe in self._probes.values()))
                self._found = dict(zip(self._probes, findings, strict=True))
                self._found_at = time.monotonic()
            return self._found


async def _ask(probe: Probe) -> Finding:
    try:
        return await asyncio.wait_for(probe(), PROBE_SECONDS)
    except TimeoutError:
        return Finding(False, f"no answer within {PROBE_SECONDS:.0f} s")
    except Exception as error:  # noqa: BLE001  # Whatever a probe raises means that the thing it looks at does not work.
        return Finding(False, f"failed: {type(error).__name__}")


def health_routes(readiness: Readiness, metrics: Metrics) -> list[Route]:
    """`/health`, `/ready` and `/metrics`: outside the public prefix, so that an ingress shows them to nobody."""

    async def health(_: Request) -> Response:
        """The process is up and its loop turns, or there would be no answer."""
        return JSONResponse({"alive": True})

    async def ready(_: Request) -> Response:
        """Whether requests can be served now, and if not, what is wrong."""
        findings = await readiness.look()
        checks = {name: {"ok": finding.ok, "says": finding.says} for name, finding in findings.items()}
        works = all(finding.ok for finding in findings.values())
        if works:
            return JSONResponse({"ready": True, "checks": checks})
        wrong = ", ".join(name for name, finding in findings.items() if not finding.ok)
        problem = {"type": "urn:bindeglied:problem:not-ready", "title": "Not ready", "status": 503, "detail": f"Not working: {wrong}."}
        body = {**problem, "ready": False, "checks": checks}
        return JSONResponse(body, 503, {"retry-after": "1"}, media_type="application/problem+json")

    async def exposition(_: Request) -> Response:
        """Metrics for Prometheus."""
        return Response(await metrics.exposition(), media_type=CONTENT_TYPE)

    return [Route("/health", health), Route("/ready", ready), Route("/metrics", exposition)]


def database_probe(pool: asyncpg.Pool[asyncpg.Record]) -> Probe:
    """Whether the database answers."""

    async def probe() -> Finding:
        await pool.fetchval("select 1", timeout=PROBE_SECONDS)
        return Finding(True, "answers")

    return probe


def migrations_probe(current: Callable[[], Awaitable[str | None]], newest: str) -> Probe:
    """Whether the database is at the revision that this code was written for, or at a later one (programs are set back, too)."""

    async def probe() -> Finding:
        revision = await current()
        if revision is not None and revision >= newest:
            return Finding(True, f"at {revision}")
        return Finding(False, f"at {revision or 'none'}, this code wants {newest}: migrate first")

    return probe


async def no_broker() -> Finding:
    """The embedded form's answer: services read each other's logs."""
    return Finding(True, "none")
