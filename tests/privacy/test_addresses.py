"""Which addresses are one person's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.privacy.addresses import canonical, mailbox_of


@pytest.mark.parametrize(
    "other",
    [" Zoe@Muenchen.example ", "ZOE@MUENCHEN.EXAMPLE", "zoe@muenchen.example."],
)
def test_spelling_does_not_make_another_person(other: str) -> None:
    assert canonical(other) == canonical("zoe@muenchen.example")


def test_a_domain_is_the_same_in_unicode_and_as_it_travels() -> None:
    assert canonical("a@xn--mnchen-3ya.de") == canonical("a@München.de") == canonical("a@mu\u0308nchen.de")


@pytest.mark.parametrize(
    "other", ["zoe+news@muenchen.example", "zo.e@muenchen.example", "zoe@münchen.example", "zoe@mail.muenchen.example"]
)
def test_what_may_be_somebody_else_stays_apart(other: str) -> None:
    assert canonical(other) != canonical("zoe@muenchen.example")


@pytest.mark.parametrize("other", ["zoe+news@muenchen.example", "Zoe+a+b@Muenchen.example.", "zoe+@muenchen.example"])
def test_a_tag_makes_another_person_but_no_other_mailbox(other: str) -> None:
    assert canonical(other) != canonical("zoe@muenchen.example")
    assert mailbox_of(other) == mailbox_of("zoe@muenchen.example")


@pytest.mark.parametrize("other", ["zo.e@muenchen.example", "zoe@mail.muenchen.example", "+zoe@muenchen.example"])
def test_what_may_be_another_mailbox_stays_apart(other: str) -> None:
    assert mailbox_of(other) != mailbox_of("zoe@muenchen.example")


def test_a_label_that_only_looks_encoded_stays_as_it_is() -> None:
    assert canonical("a@xn--\u00fc.de") == "a@xn--ü.de"


@given(st.emails())
def test_no_address_depends_on_the_case_it_is_written_in(address: str) -> None:
    assert canonical(address.swapcase()) == canonical(address)
