"""Which setting leads to which channel: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from services.notifications.channels.channel import Channel
from services.notifications.channels.email import Email, Server
from services.notifications.channels.outbox import Outbox
from shared.settings import PREFIX, Settings, UnusableSettings

CHANNELS: Mapping[str, Callable[[str], Channel]] = {
    "smtp_url": lambda url: Email(Server.of(url)),
    "outbox": lambda folder: Outbox(Path(folder)),
}


def channel_of(settings: Settings) -> Channel | None:
    """The channel that the settings name; None where they name none, UnusableSettings where they name two."""
    named = {name: str(value) for name in CHANNELS if (value := getattr(settings, name)) is not None}
    if len(named) > 1:
        raise UnusableSettings(f"{' and '.join(PREFIX + name.upper() for name in named)} are both set: a letter leaves on one way only")
    return next((CHANNELS[name](value) for name, value in named.items()), None)
