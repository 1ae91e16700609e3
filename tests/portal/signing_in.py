"""A visitor of pages with a real sign-in: the way to the provider and back, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from services.portal.issuer import Client, Issuer
from services.portal.sessions import Sessions
from shared.http.auth import TokenVerifier
from shared.http.keys import FetchedKeys
from tests.portal.provider import AUDIENCE, CLIENT, SECRET, Provider
from tests.portal.sites import Site, site_of

HOST = "https://portal.test"


@dataclass
class City:
    """The pages, the provider, and one browser."""

    site: Site
    provider: Provider
    sessions: Sessions

    async def sets_out(self, back: str | None = None, language: str = "de", **query: str) -> str:
        """Begin to sign in: the provider's address that the browser is sent to."""
        asked = {**query, **({"next": back} if back else {})}
        answer = await self.site.get(f"/{language}/login/issuer{'?' if asked else ''}{urlencode(asked)}")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    async def is_sent_back(self, address: str) -> str:
        """What the provider answers to that: an address of ours."""
        async with httpx2.AsyncClient(verify=False) as browser:
            answer = await browser.get(address)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"]).removeprefix(HOST)

    async def comes_back(self, back: str | None = None, **query: str) -> httpx2.Response:
        """The whole way: our answer to what the provider said."""
        return await self.site.get(await self.is_sent_back(await self.sets_out(back, **query)))

    async def signs_in(self) -> None:
        """The whole way, with success."""
        answer = await self.comes_back()
        assert answer.status_code == 303, answer.text

    async def is_known(self) -> bool:
        """Whether the pages know who comes."""
        return "Ada Amt" in (await self.site.get("/de/imprint")).text

    @property
    def bearer(self) -> str:
        """The token that came to a service last."""
        return str(self.site.asked[-1].headers["authorization"]).removeprefix("Bearer ")

    @property
    def cookies(self) -> set[str]:
        """What the browser keeps."""
        return {cookie.name for cookie in self.site.client.cookies.jar}


def new_city(provider: Provider, **otherwise: Any) -> City:
    """Pages that know the provider."""
    keys = FetchedKeys(f"{provider.address}/keys")
    tokens = TokenVerifier(keys, provider.address, AUDIENCE, real_time=provider.real_time)
    client = Client(
        **{"issuer": provider.address, "id": CLIENT, "secret": SECRET, "scope": "openid profile", "portal_url": HOST, **otherwise}
    )
    sessions = Sessions(Issuer(client, tokens, real_time=provider.real_time), tokens)
    return City(site_of(tokens, HOST, sessions=sessions), provider, sessions)


def asked_of(address: str) -> dict[str, str]:
    """The query of an address."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(address).query).items()}
