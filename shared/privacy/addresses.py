"""When two e-mail addresses are one person's, and when they lead to one mailbox."""

from __future__ import annotations

import unicodedata


def canonical(address: str) -> str:
    """An e-mail address as one person's: NFC, lower case, the domain in Unicode. Sub-addresses (`name+tag@`) stay apart."""
    local, at, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    return f"{local}{at}{'.'.join(map(_label, domain.rstrip('.').split('.')))}"


def mailbox_of(address: str) -> str:
    """Where letters to an address most likely end: without the tag of a sub-address (RFC 5233). Only for counting, never for telling
    people apart: some servers give `name+tag` to another person than `name`."""
    local, at, domain = canonical(address).rpartition("@")
    return f"{local.partition('+')[0] or local}{at}{domain}"


def _label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label
