"""The portal stores and publishes nothing, so there is nothing to keep an example of."""

from __future__ import annotations

from shared.domain import Contract, Event

EVENT_EXAMPLES: tuple[Event, ...] = ()
CONTRACT_EXAMPLES: tuple[Contract, ...] = ()
