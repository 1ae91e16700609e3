"""What a service consists of: the one list of its parts, from which its processes are put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from starlette.types import ASGIApp

from shared.domain import Contract, Decider, Event
from shared.effects import Effect
from shared.envelope import Received
from shared.http.permissions import Permission
from shared.http.runtime import Runtime
from shared.projections.projection import Projection
from shared.reactor import Reaction
from shared.surroundings import Surroundings
from shared.timers import Timers

Face = Callable[[ASGIApp, Runtime, Surroundings], AbstractAsyncContextManager[ASGIApp]]
"""Puts pages for people before a service's interface for programs."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service. It owns a log and shares nothing but its contracts."""

    name: str
    events: tuple[type[Event], ...]
    deciders: tuple[Decider[Any, Any, Any], ...]
    contracts: tuple[type[Contract], ...] = ()
    """What it publishes."""
    published: Callable[[Received[Event]], Contract | None]
    """Its mapping of facts to contracts; None keeps a fact to itself."""
    hears: Mapping[str, tuple[type[Contract], ...]] = field(default_factory=dict)
    """The contracts of other services that its projections and reactions fold, by publishing service."""
    projections: tuple[Projection, ...] = ()
    reactions: tuple[Reaction, ...] = ()
    timers: tuple[Timers, ...] = ()
    effects: tuple[Effect, ...] = ()
    """What its workers do in the world, as sending mail."""
    router: APIRouter
    permissions: Mapping[str, Permission]
    keyring: bool = True
    """Whether its processes hold the key file, to seal and open what is personal and to fingerprint what is sent to them."""
    face: Face | None = None
    """What it answers beside its interface; None for a service that speaks to programs only."""
