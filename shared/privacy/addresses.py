"""When two e-mail addresses are one person's."""

from __future__ import annotations

import unicodedata


def canonical(address: str) -> str:
    """An e-mail address as one person's: NFC, lower case, the domain in Unicode. Sub-addresses (`name+tag@`) stay apart."""
    local, at, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    return f"{local}{at}{'.'.join(map(_label, domain.rstrip('.').split('.')))}"


def _label(label: str) -> str:
    try:
        return label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label
