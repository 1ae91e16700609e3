"""Prometheus metrics of a process: one registry, every series labelled with its service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

Refresh = Callable[[], Awaitable[None]]


class Metrics:
    """Made once by whoever composes a process, and shared by its services; a registry of its own, so that two never collide."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._refreshers: list[Refresh] = []
        self._request_series: dict[tuple[str, str, str, int], Histogram] = {}
        self._command_series: dict[tuple[str, str, str], Counter] = {}
        registry = self.registry
        self._requests = Histogram(
            "http_request_seconds", "Time to answer.", ["service", "method", "route", "status"], buckets=_SECONDS, registry=registry
        )
        self._commands = Counter("commands", "Commands by what became of them.", ["service", "command", "outcome"], registry=registry)
        self.queue = Gauge("append_queue", "Commands waiting for the writer.", ["service"], registry=registry)
        self.tail = Gauge("log_position", "The last position of the log.", ["service"], registry=registry)
        self.lag = Gauge("reader_lag", "Positions a reader is behind its source.", ["service", "reader", "source"], registry=registry)
        self.parked = Gauge("reader_parked", "Streams parked in a reader.", ["service", "reader", "source"], registry=registry)
        self.stopped = Gauge("reader_stopped", "1 while a reader has stopped itself.", ["service", "reader", "source"], registry=registry)

    def observe_request(self, service: str, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is the template, never the address."""
        key = (service, method, route, status)
        series = self._request_series.get(key)
        if series is None:
            series = self._request_series[key] = self._requests.labels(*key)
        series.observe(seconds)

    def count_command(self, service: str, command: str, outcome: str) -> None:
        """Count one command: accepted, known, refused, denied, stale, reused, busy, unknown or failed."""
        key = (service, command, outcome)
        series = self._command_series.get(key)
        if series is None:
            series = self._command_series[key] = self._commands.labels(*key)
        series.inc()

    def before_scrape(self, refresh: Refresh) -> None:
        """Let `refresh` set gauges just before each scrape; gauges that need no waiting take `set_function` instead."""
        self._refreshers.append(refresh)

    async def exposition(self) -> bytes:
        """The metrics in Prometheus' text format."""
        for refresh in self._refreshers:
            await refresh()
        return generate_latest(self.registry)
