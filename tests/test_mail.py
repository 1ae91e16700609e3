"""E-mail addresses: what is let in, and what a mail server is told."""

from __future__ import annotations

from email.headerregistry import Address
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.conferences.api.personal import Email
from services.notifications.api.tokens import Mail
from shared.mail import NoAddress, envelope_address, must_be_address


@pytest.mark.parametrize(
    ("address", "expected"),
    [("ada@example.org", "ada@example.org"), ("Ada+x@Über.example", "Ada+x@xn--ber-goa.example")],
)
def test_an_address_is_what_a_server_is_told(address: str, expected: str) -> None:
    assert envelope_address(address) == expected
    assert Address(addr_spec=expected).addr_spec == expected


NO_ADDRESSES = (
    *(
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example.org\r\nBcc: b@x.de",
        "a@b@c.de",
        "<ada@example.org>",
        "ada@x..de",
        "a b@x.de",
        "jürgen@x.de",
        "a..b@x.de",
        ".a@x.de",
        "a.@x.de",
        '"a b"@x.de',
        "(Ada)ada@x.de",
        "ada\u200e@x.de",
    ),
    *("ada@" + "x" * 70 + ".de", "a" * 260 + "@x.de"),
)


@pytest.mark.parametrize("address", NO_ADDRESSES)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(NoAddress):
        envelope_address(address)


@pytest.mark.parametrize("typed", [*NO_ADDRESSES, "ada@localhost", "ada@[192.0.2.1]"])
@pytest.mark.parametrize("form", [Email, Mail], ids=["conferences", "notifications"])
def test_no_form_promises_a_letter_that_cannot_be_sent(form: Any, typed: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(form).validate_python(typed)


def test_an_address_is_let_in_as_it_is_typed() -> None:
    assert must_be_address(" Ada+x@Über.example ") == "Ada+x@Über.example"
