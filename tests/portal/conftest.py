"""A city whose people sign in at a provider of the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.portal.provider import Listening, listening
from tests.portal.signing_in import City, new_city


@pytest.fixture(scope="session")
def provider_port() -> Iterator[Listening]:
    """One port for all tests of a process."""
    with listening() as port:
        yield port


@pytest.fixture
def city(loopback: None, provider_port: Listening) -> City:
    """A provider with its own people and codes, and pages that nobody is signed in to."""
    return new_city(provider_port.new())
