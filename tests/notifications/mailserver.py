"""A mail server in the test's own loop that does as it is told: refuses, forgets, drops the line, is slow, and keeps what it took."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Step = Literal[
    "accept", "421 at mail", "550 at mail", "450", "550", "451 at data", "554 at data", "drop before dot", "drop after dot", "slow dot"
]
"""What it does with one letter. `450` and `550` answer the recipient."""
HOST = "127.0.0.1"


@dataclass
class Script:
    """What the server does with one letter after the other; when the script is at its end, it accepts."""

    steps: list[Step] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    """Every letter that it took in, also where the line was lost before it said so."""
    encrypted: list[bool] = field(default_factory=list)
    visits: int = 0
    port: int = 0
    step: Step = "accept"

    def next(self) -> Step:
        """For the letter that begins now."""
        self.visits += 1
        self.step = self.steps.pop(0) if self.steps else "accept"
        return self.step

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd asks for this name
        """The beginning of a letter."""
        if self.next() in {"421 at mail", "550 at mail"}:
            return f"{self.step[:3]} not now, {address}"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd asks for this name
        """Its recipient."""
        if self.step in {"450", "550"}:
            return f"{self.step} no {address} here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd asks for this name
        """Its text, whole."""
        if self.step in {"451 at data", "554 at data"}:
            return f"{self.step[:3]} not this"
        if self.step == "slow dot":
            await asyncio.sleep(30)
        self.taken.append(message_from_bytes(cast(bytes, envelope.content), policy=default))
        self.encrypted.append(session.ssl is not None)
        if self.step == "drop after dot":
            cast(asyncio.Transport, server.transport).abort()
        return "250 taken"


class Scripted(SMTP):
    """aiosmtpd, able to drop the line in the middle of a text."""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks for this name
        """The text, or the end of the line."""
        if cast(Script, self.event_handler).step == "drop before dot":
            await self.push("354 go on")
            cast(asyncio.Transport, self.transport).abort()
            return
        await super().smtp_DATA(arg)


@asynccontextmanager
async def mail_server(*steps: Step, tls: ssl.SSLContext | None = None) -> AsyncIterator[Script]:
    """A server at work, whose port the script knows."""
    script = Script(list(steps))
    loop = asyncio.get_running_loop()
    options: dict[str, Any] = {"hostname": "mail.test", "loop": loop, "tls_context": tls, "require_starttls": tls is not None}
    server = await loop.create_server(lambda: Scripted(script, **options), HOST, 0)
    script.port = server.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        server.close()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine that only those believe who are given it, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert, private = folder / "mail.pem", folder / "mail.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, private)
    return cert, context
