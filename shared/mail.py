"""E-mail addresses: which of them a letter can be sent to, and how a mail server is told them."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address

from shared.text import must_be_one_line

MOST_CHARACTERS = 254


class NoAddress(Exception):
    """What was given as an address is none that a letter can be sent to."""


def envelope_address(address: str) -> str:
    """The address as a server is told it, its domain in ASCII; NoAddress for what is none, and for what few servers take (RFC 6531)."""
    try:
        parsed = Address(addr_spec=address)
        domain = parsed.domain.encode("idna").decode("ascii")
    except (MessageError, ValueError, IndexError, AttributeError):
        raise NoAddress from None
    # What had to be quoted or commented to be let in is not what a server may be told.
    as_typed = f"{parsed.username}@{parsed.domain}" == address
    if not (as_typed and parsed.username and domain and address.isprintable() and len(address) <= MOST_CHARACTERS):
        raise NoAddress
    return f"{parsed.username}@{domain}"


def must_be_address(text: str) -> str:
    """An address as people type it, without spaces around it. ValueError, without the value, for what no letter can be sent to, and for
    a domain that is one word or a number: a slip of the hand, or no name of anybody's."""
    address = must_be_one_line(text)
    try:
        _, _, domain = envelope_address(address).rpartition("@")
    except NoAddress:
        domain = ""
    if "." not in domain or "[" in domain:
        raise ValueError("must be an e-mail address")
    return address
