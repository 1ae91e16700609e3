"""Mail by SMTP: one connection a letter, encrypted wherever the address says so, every reply judged by its number."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from services.notifications.channels.channel import NotNow, Post, Refused
from shared.settings import UnusableSettings

SECONDS = 30.0
"""For each answer of the server."""
SEND_SECONDS = 90.0
"""For a whole letter; a claim's lease is longer."""
PORTS = {"smtp": 25, "smtps": 465}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Server:
    """A mail server, as BINDEGLIED_SMTP_URL names it."""

    host: str
    port: int
    tls: bool
    """Encrypted from the first byte."""
    starttls: bool
    """Encrypted before anything is said, or nothing is said."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: str | None = None
    """A file with the certificates that vouch for it, where the system's do not."""

    @classmethod
    def of(cls, url: str) -> Server:
        """UnusableSettings for what is no address of a mail server, or would send a password in clear."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
            query = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
        except ValueError:
            raise UnusableSettings(WANTED) from None
        if parts.scheme not in PORTS or not host or parts.path not in {"", "/"} or query.keys() - {"starttls", "ca"}:
            raise UnusableSettings(WANTED)
        starttls = query.get("starttls", ["0"]) == ["1"]
        tls = parts.scheme == "smtps"
        if parts.username and not (tls or starttls) and host not in LOOPBACK:
            raise UnusableSettings("BINDEGLIED_SMTP_URL would send a password in clear: add ?starttls=1, or write smtps://")
        return cls(
            host, port or PORTS[parts.scheme], tls, starttls and not tls, unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None, query.get("ca", [None])[0],
        )  # fmt: skip


WANTED = "BINDEGLIED_SMTP_URL: write smtp://user:password@host:587?starttls=1, or smtps://user:password@host"


class Email:
    """Hands letters over to a mail server."""

    repeatable: ClassVar[bool] = False

    def __init__(self, server: Server, *, seconds: float = SECONDS) -> None:
        self.server, self.seconds = server, seconds

    async def send(self, post: Post) -> None:
        """Returns when the server has said that it took the letter. What is lost once the text is on its way is perhaps taken."""
        speaking = [False]
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send(post, speaking)
        except (aiosmtplib.SMTPServerDisconnected, TimeoutError):
            raise NotNow("smtp: the line was lost", perhaps_taken=speaking[0]) from None
        except aiosmtplib.SMTPRecipientRefused as refused:
            _judge(refused.code)
        except aiosmtplib.SMTPDataError as refused:
            _judge(refused.code)
        except aiosmtplib.SMTPResponseException as refused:
            # It speaks of us, not of the letter: what we are called, our sender or our password.
            raise NotNow(f"smtp {refused.code}: the server does not take our mail") from None
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise NotNow(f"smtp: no (safe) line to the server ({type(error).__name__})") from None

    async def _send(self, post: Post, speaking: list[bool]) -> None:
        server = self.server
        context = ssl.create_default_context(cafile=server.ca) if server.tls or server.starttls else None
        client = aiosmtplib.SMTP(
            hostname=server.host, port=server.port, timeout=self.seconds, use_tls=server.tls, start_tls=server.starttls,
            username=server.username, password=server.password, tls_context=context, local_hostname="bindeglied",
        )  # fmt: skip
        await client.connect()
        try:
            await client.mail(post.sender)
            await client.rcpt(post.recipient)
            speaking[0] = True
            await client.data(post.data)
            speaking[0] = False
            with suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
                await client.quit(timeout=2)
        finally:
            client.close()


def _judge(code: int) -> NoReturn:
    """A reply about the letter (RFC 5321 § 4.2.1): 5yz is for good, everything else for now."""
    if 500 <= code < 600:
        raise Refused(f"smtp {code}") from None
    raise NotNow(f"smtp {code}") from None
