"""Ports for servers that tests start: no two alike, whoever asks, and none that the system hands out by itself."""

from __future__ import annotations

import socket
import sys
from random import SystemRandom

HOST = "127.0.0.1"
RANGE = (20_000, 32_000)
"""Below what Linux gives to whoever connects somewhere, so that a server finds its port free when it starts, and when it comes back."""
_claimed: list[int] = []
"""File descriptors that stay open until this process ends: each is a claim that every other process on this machine sees."""


def free_port() -> int:
    """A port that nobody listens on, and that nobody else who asks here is given while this process lives."""
    random = SystemRandom()
    while True:
        port = random.randrange(*RANGE)
        if _is_free(port) and _is_ours(port):
            return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _is_ours(port: int) -> bool:
    """Claim the port by a name that only one process can bear. Only Linux has such names; elsewhere chance has to do."""
    if sys.platform != "linux":
        return True
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as claim:
        try:
            claim.bind(f"\0bindeglied-port-{port}")
        except OSError:
            return False
        _claimed.append(claim.detach())
        return True
