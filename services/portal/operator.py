"""Who runs the site, read from a city's own file: what the notices that the law asks for name."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.settings import UnusableSettings

DEMONSTRATION = Path(__file__).with_name("operator.toml")


class Office(BaseModel):
    """An authority that people can turn to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    url: str


class DataProtection(BaseModel):
    """What the privacy notice says that only the city knows (GDPR articles 13 and 14)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    legal_basis: str
    """Of what serves the city's task: conferences, contributions, messages."""
    needs_basis: str
    """Of what somebody says to need, which may tell of health or faith."""
    recipients: tuple[str, ...]
    """Whoever works for the city on it: who runs the servers, who delivers the mail."""
    key_copies_days: int
    """Within how many days the backup of the key file is replaced once a key was destroyed: until then it could bring the key back."""


class Operator(BaseModel):
    """Who runs the site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    unit: str
    street: str
    city: str
    email: str
    phone: str
    data_protection: str
    """The address of the data protection officer."""
    statement_on: date
    """The day of the accessibility statement."""
    enforcement: Office
    """Whom people turn to when a barrier stays (BremBGG § 14)."""
    supervision: Office
    """The supervisory authority for data protection."""
    privacy: DataProtection


def read_operator(file: Path | None) -> Operator:
    """Who runs the site; the demonstration's without a file. UnusableSettings for a file that does not say it."""
    try:
        return Operator.model_validate(tomllib.loads((file or DEMONSTRATION).read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise UnusableSettings(f"BINDEGLIED_OPERATOR: {file} does not say who runs the site: {type(error).__name__}") from None
