"""What people may send who are not signed in: so many commands at once and so many a minute, counted by the address they come from.

The count lives in the memory of one process, and no address does: a client is known by a hash under a key that the process makes when it
starts. Of IPv6 the first 64 bits count, for whoever has one of those addresses has them all.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

MOST_CLIENTS = 50_000
"""Clients that are remembered, some ten megabytes; the one that was not heard of for the longest time makes way."""
FORGOTTEN_AT_ONCE = 2
"""Old clients that are looked at with each new command: more than come in, so that none is kept who has all of the budget again."""


class TooMany(Exception):
    """Too much has been sent from here without a sign-in. Nothing happened: send it again in a while."""

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after
        """In seconds."""


class Budget:
    """One bucket of tokens for each client; each bucket is one number, the time when it is full again."""

    def __init__(
        self, at_once: int, per_minute: int, *, most_clients: int = MOST_CLIENTS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._apart, self._deep = 60 / per_minute, at_once * 60 / per_minute
        self._most_clients, self._monotonic = most_clients, monotonic
        self._key = secrets.token_bytes(32)
        self._full_at: dict[bytes, float] = {}

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._full_at)

    def take(self, address: str) -> None:
        """Let one command through. TooMany where nothing is left for whoever comes from `address`; that costs nothing more."""
        now, client = self._monotonic(), self._client(address)
        full_at = max(self._full_at.pop(client, now), now)
        self._forget(now)
        if full_at + self._apart > now + self._deep:
            self._full_at[client] = full_at
            raise TooMany(max(1, math.ceil(full_at + self._apart - now - self._deep)))
        self._full_at[client] = full_at + self._apart

    def _client(self, address: str) -> bytes:
        return hashlib.blake2b(network_of(address).encode(), digest_size=16, key=self._key).digest()

    def _forget(self, now: float) -> None:
        """Those who have all of the budget again are as good as unknown."""
        for client in [client for client, _ in zip(self._full_at, range(FORGOTTEN_AT_ONCE), strict=False)]:
            if self._full_at[client] <= now or len(self._full_at) >= self._most_clients:
                del self._full_at[client]


def network_of(address: str) -> str:
    """What of an address stands for one client."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped or IPv6Address(int(ip) >> 64 << 64))
    return str(ip)
