"""What a process is told from outside: one typed value, read from the environment, refused when it is not safe."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from shared.dsn import password_of
from shared.failpoints import VARIABLE as FAILPOINT

PREFIX = "BINDEGLIED_"
DEVELOPMENT_PASSWORD = "development"
"""Every password of the demo in containers; nobody else's."""
LOG_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class UnusableSettings(Exception):
    """The settings are missing, malformed or unsafe; the text says which and what to do."""


class Settings(BaseModel):
    """Every field is read from `BINDEGLIED_<FIELD>`; `kafka_bootstrap_servers` also from KAFKA_BOOTSTRAP_SERVERS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    city: str = Field(default="bremerhaven", pattern=r"^[a-z][a-z0-9-]{0,40}$")
    database_url: str
    """The service's database, as its runtime role."""
    admin_url: str | None = None
    """The same server as the migrating role; without it the process only checks that the schema is current."""
    keyring_url: str | None = None
    """The keyring's database; not for the portal, which opens nothing."""
    keyring_admin_url: str | None = None
    """The keyring's database as the migrating role; without it the process expects a keyring that is current."""
    key_file: Path | None = None
    """The file with the key-encryption key, outside every data directory; not for the portal."""
    key_backup: Path | None = None
    """Where the keyring's one current copy is put after each rotation."""
    kafka_bootstrap_servers: str | None = None
    """The brokers; None in the embedded form, where services read each other's logs."""
    token_issuer: str
    token_audience: str = "bindeglied"
    token_keys: str
    """A JSON Web Key Set: a file's path, or an https address that serves it."""
    client_id: str | None = Field(default=None, min_length=1)
    """What the issuer calls the portal, for people to sign in there; None where nobody signs in to the pages."""
    client_secret: SecretStr | None = None
    """The portal's password at the issuer; or `client_secret_file`."""
    client_secret_file: Path | None = None
    client_scope: str = Field(default="openid profile", pattern=r"^(?:[!-~]+ )*openid(?: [!-~]+)*$")
    """What the portal asks the issuer for; some give a refresh token for `offline_access` only."""
    demo: bool = False
    """Whether the issuer is the demo's: only then are the story's clock and fail-points allowed."""
    clock_file: Path | None = None
    services: dict[str, str] = {}
    """Where the portal reaches the services: `meetings=http://meetings:8000 conferences=http://…`, separated by spaces."""
    operator: Path | None = None
    """The file that says who runs the site, for the portal's imprint; the demo has one of its own."""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """The addresses and networks, separated by spaces, whose word (`X-Forwarded-For`) is taken for where a request comes from: the proxy
    in front, and for the services the portal, which sends what people fill in."""
    anonymous_at_once: int = Field(default=120, ge=0)
    """How many commands may come at once from one address without a sign-in; 0 where somebody else sees to that."""
    anonymous_per_minute: int = Field(default=20, ge=1)
    """How many a minute after that: a class of thirty behind one address sends six each within five minutes."""
    anonymous_seconds: float = Field(default=0.25, ge=0)
    """How long an answer takes at least to whoever registers or subscribes: nobody learns from it whether an address is known here."""
    max_requests: int = Field(default=1_000, ge=1)
    """How many requests one process answers at once; more are answered with 503, health and readiness always."""
    max_waiting_commands: int = Field(default=2_000, ge=1)
    smtp_url: str | None = Field(default=None, repr=False)
    """Where the notifications service hands its mail over: `smtp://user:password@host:587?starttls=1`, or `smtps://…`."""
    outbox: Path | None = None
    """A folder that takes the mail instead, one file a letter."""
    letters_per_mailbox: int = Field(default=5, ge=1)
    """How many letters a day go to one mailbox because somebody has typed its address into a form, without its owner's confirmation."""
    mail_from: str = Field(default="bindeglied@localhost", pattern=r"^[!-?A-~]+@[!-?A-~]+$")
    """The sender of every letter."""
    portal_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[!-~]+$")
    """Where people reach the portal: where the links in letters lead, and where the issuer sends people back to."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("log_level", mode="before")
    @classmethod
    def _in_any_case(cls, level: object) -> object:
        return level.lower() if isinstance(level, str) else level

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _of_words(cls, networks: object) -> object:
        return networks.split() if isinstance(networks, str) else networks

    @field_validator("services", mode="before")
    @classmethod
    def _by_name(cls, services: object) -> object:
        return dict(one.partition("=")[::2] for one in services.split()) if isinstance(services, str) else services

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ, **given: object) -> Settings:
        """The settings of this process; `given` values win over the environment."""
        # Set to nothing is not set: that is how a file of settings takes a default back.
        values: dict[str, object] = {field: said for field in cls.model_fields if (said := environment.get(PREFIX + field.upper()))}
        if "KAFKA_BOOTSTRAP_SERVERS" in environment:
            values.setdefault("kafka_bootstrap_servers", environment["KAFKA_BOOTSTRAP_SERVERS"])
        try:
            settings = cls.model_validate({**values, **given})
        except ValidationError as error:
            said = "; ".join(f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False))
            raise UnusableSettings(f"the settings are not usable: {said}") from None
        settings.must_be_safe(environment)
        return settings

    def keyring_place(self) -> tuple[str, Path]:
        """The keyring's database and its key file; UnusableSettings where one of them is not set."""
        if self.keyring_url is None or self.key_file is None:
            missing = [name for name in ("keyring_url", "key_file") if getattr(self, name) is None]
            said = "; ".join(f"{PREFIX}{name.upper()}: Field required" for name in missing)
            raise UnusableSettings(f"the settings are not usable: {said}")
        return self.keyring_url, self.key_file

    def without_keys(self) -> Settings:
        """The same for a process that is to open nothing that is sealed, whatever its environment says."""
        return self.model_copy(update={"keyring_url": None, "keyring_admin_url": None, "key_file": None, "key_backup": None})

    def must_be_safe(self, environment: Mapping[str, str] = os.environ) -> None:
        """Raise UnusableSettings where a demo's means stand beside a real issuer."""
        if not self.demo and environment.get(FAILPOINT):
            raise UnusableSettings(f"{FAILPOINT} is set beside a real token issuer: unset it")
        for name in ("database_url", "admin_url", "keyring_url", "keyring_admin_url"):
            if not self.demo and password_of(getattr(self, name) or "") == DEVELOPMENT_PASSWORD:
                raise UnusableSettings(f"{PREFIX}{name.upper()} has the demo's password beside a real token issuer: set one of your own")
        if not self.demo and self.clock_file:
            raise UnusableSettings(f"{PREFIX}CLOCK_FILE is set beside a real token issuer: unset it; only the demo runs on a story's time")
        if self.demo and self.client_id:
            raise UnusableSettings(
                f"{PREFIX}CLIENT_ID is set in a demo, where one signs in without a password: set {PREFIX}DEMO=false, or unset it"
            )


def log_level_of(default: str, environment: Mapping[str, str] = os.environ) -> int:
    """What BINDEGLIED_LOG_LEVEL says, for a command that needs no other settings; UnusableSettings for what is no level."""
    said = environment.get(f"{PREFIX}LOG_LEVEL", default).lower()
    if said not in LOG_LEVELS:
        raise UnusableSettings(f"{PREFIX}LOG_LEVEL is none of {', '.join(LOG_LEVELS)}: {said}")
    return LOG_LEVELS[said]
