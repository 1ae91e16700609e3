"""What a browser keeps of a real sign-in: long tokens in pieces, renewal in time and once, and the end of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from services.portal.session import PIECE, PIECES
from services.portal.sessions import AHEAD_SECONDS, SHARED_SECONDS, client_of
from shared.settings import Settings, UnusableSettings
from tests.portal.signing_in import City
from tests.portal.sites import Said

BODIES: dict[str, Said] = {"GET /api/meetings/bodies": (200, {"items": [], "next": None})}


def refreshed(city: City) -> int:
    return sum(one["grant_type"] == "refresh_token" for one in city.provider.exchanged)


async def test_a_token_is_renewed_before_it_ends_and_kept(city: City) -> None:
    city.site.answers |= BODIES
    await city.signs_in()
    await city.site.get("/de/bodies")
    first = city.bearer
    city.provider.later = city.provider.seconds - AHEAD_SECONDS - 5
    await city.site.get("/de/bodies")
    assert (city.bearer, refreshed(city)) == (first, 0)
    city.provider.later = city.provider.seconds - AHEAD_SECONDS + 5
    await city.site.get("/de/bodies")
    assert refreshed(city) == 1
    second = city.bearer
    assert second != first
    await city.site.get("/de/bodies")
    assert (city.bearer, refreshed(city)) == (second, 1), "the browser keeps the new one"


async def test_a_session_goes_on_for_as_long_as_the_issuer_renews_it(city: City) -> None:
    await city.signs_in()
    for _ in range(3):
        city.provider.later += city.provider.seconds + 60
        assert await city.is_known()
    city.provider._refresh.clear()
    city.provider.later += city.provider.seconds + 60
    assert not await city.is_known()
    assert "__Host-bindeglied-renewal" not in city.cookies


async def test_without_a_refresh_token_one_signs_in_again_and_comes_back(city: City) -> None:
    city.provider.refreshes = False
    await city.signs_in()
    assert await city.is_known()
    city.provider.later = city.provider.seconds + 60
    assert not await city.is_known()
    answer = await city.site.get("/de/tasks")
    assert answer.headers["location"] == "/de/login?next=%2Fde%2Ftasks"
    assert (await city.comes_back("/de/tasks")).headers["location"] == "/de/tasks"
    assert await city.is_known()


async def test_pages_opened_at_the_same_moment_renew_once(city: City) -> None:
    """The provider takes a refresh token once, as many do; the others' pages would lose the session."""
    await city.signs_in()
    city.provider.later = city.provider.seconds + 60
    kept = "; ".join(f"{name}={value}" for name, value in city.site.client.cookies.items())
    city.site.client.cookies.clear()
    pages = await asyncio.gather(*(city.site.get("/de/imprint", cookie=kept) for _ in range(5)))
    assert ["Ada Amt" in page.text for page in pages] == [True] * 5
    assert refreshed(city) == 1
    city.provider.later += SHARED_SECONDS + 1
    city.site.client.cookies.clear()
    late = await city.site.get("/de/imprint", cookie=kept)
    assert "Ada Amt" not in late.text, "what was shared is forgotten"


async def test_a_page_that_fails_keeps_the_renewed_token(city: City) -> None:
    city.site.answers["GET /api/meetings/bodies"] = (200, {"items": [{"broken": 1}], "next": None})
    await city.signs_in()
    city.provider.later = city.provider.seconds + 60
    answer = await city.site.get("/de/bodies")
    assert answer.status_code == 500
    city.provider.later += SHARED_SECONDS + 1
    assert await city.is_known()
    assert refreshed(city) == 1


async def test_while_the_issuer_is_away_the_session_waits_for_it(city: City) -> None:
    await city.signs_in()
    city.provider.later = city.provider.seconds - AHEAD_SECONDS + 5
    city.provider.away = {"/token"}
    assert await city.is_known(), "the token holds for a little while yet"
    city.provider.later += SHARED_SECONDS + city.provider.seconds
    assert not await city.is_known()
    city.provider.away = set()
    city.provider.later += SHARED_SECONDS + 1
    assert await city.is_known()


async def test_a_renewed_token_of_somebody_else_ends_the_session(city: City) -> None:
    await city.signs_in()
    city.provider.access_claims = {"sub": "another"}
    city.provider.later = city.provider.seconds + 60
    assert not await city.is_known()


async def test_who_loses_every_role_is_nobody_from_the_next_token_on(city: City) -> None:
    await city.signs_in()
    city.provider.grants = []
    assert await city.is_known()
    city.provider.later = city.provider.seconds + 60
    assert not await city.is_known()


async def test_whoever_signs_out_while_the_token_is_renewed_is_signed_out(city: City) -> None:
    await city.signs_in()
    city.provider.later = city.provider.seconds + 60
    await city.site.post("/de/logout")
    assert (refreshed(city), city.cookies) == (1, set())


async def test_a_long_token_comes_in_pieces_and_a_shorter_one_after_it_is_whole(city: City) -> None:
    city.provider.grants = [f"{number:08d}-7c1b-7d55-9d2e-0c5a1f3b9a77:secretariat" for number in range(85)]
    await city.signs_in()
    assert {"__Host-bindeglied", "__Host-bindeglied-2"} <= city.cookies
    assert all(len(f"{cookie.name}{cookie.value}") <= 4_096 for cookie in city.site.client.cookies.jar)
    assert await city.is_known()
    city.provider.grants = ["city:registry"]
    city.provider.later = city.provider.seconds + 60
    assert await city.is_known()
    assert "__Host-bindeglied-2" not in city.cookies
    city.site.client.cookies.set("__Host-bindeglied-2", "a piece of an older one", domain="portal.test")
    assert (await city.is_known(), refreshed(city)) == (True, 1), "nothing had to be renewed"


async def test_what_is_too_long_for_cookies_is_not_kept(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.portal.sessions.PIECES", 0)
    await city.signs_in()
    assert city.cookies == {"__Host-bindeglied"}
    assert await city.is_known()
    assert PIECE * PIECES >= 8_192, "whatever token services accept has room"


def settings(tmp_path: Path, **said: str) -> Settings:
    (tmp_path / "secret").write_text("of the file\n", encoding="utf-8")
    environment = {
        "DATABASE_URL": "postgresql://x@h/d", "KEYRING_URL": "postgresql://x@h/k", "KEY_FILE": "k", "TOKEN_KEYS": "https://id.test/keys",
        "TOKEN_ISSUER": "https://id.test", "PORTAL_URL": "https://portal.test/", **said,
    }  # fmt: skip
    return Settings.from_environment({f"BINDEGLIED_{name}": value for name, value in environment.items()})


def test_the_client_is_read_from_the_settings_and_its_secret_is_shown_nowhere(tmp_path: Path) -> None:
    assert client_of(settings(tmp_path)) is None
    said = settings(tmp_path, CLIENT_ID="portal", CLIENT_SECRET="of the environment")
    client = client_of(said)
    assert client is not None
    assert (client.secret, client.portal_url) == ("of the environment", "https://portal.test")
    assert "of the environment" not in f"{said!r} {said} {said.model_dump_json()} {client!r}"
    client = client_of(settings(tmp_path, CLIENT_ID="portal", CLIENT_SECRET_FILE=str(tmp_path / "secret")))
    assert client is not None
    assert client.secret == "of the file"


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({}, "BINDEGLIED_CLIENT_ID is set, and no secret"),
        ({"CLIENT_SECRET_FILE": "/none"}, "BINDEGLIED_CLIENT_SECRET_FILE cannot be read"),
        ({"CLIENT_SECRET": "x", "TOKEN_ISSUER": "http://id.test"}, "BINDEGLIED_TOKEN_ISSUER must begin with https"),
        ({"CLIENT_SECRET": "x", "TOKEN_ISSUER": "urn:id"}, "BINDEGLIED_TOKEN_ISSUER must begin with https"),
        ({"CLIENT_SECRET": "x", "PORTAL_URL": "http://portal.test"}, "BINDEGLIED_PORTAL_URL must begin with https"),
        ({"CLIENT_SECRET": "x", "CLIENT_SCOPE": "profile"}, "BINDEGLIED_CLIENT_SCOPE"),
        ({"CLIENT_SECRET": "x", "DEMO": "true"}, "BINDEGLIED_CLIENT_ID is set in a demo"),
        ({"CLIENT_SECRET": "x", "CLOCK_FILE": "/clock"}, "BINDEGLIED_CLOCK_FILE is set beside a real token issuer"),
    ],
)
def test_an_unsafe_client_is_refused_at_the_start(tmp_path: Path, said: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UnusableSettings, match=complaint) as refused:
        client_of(settings(tmp_path, CLIENT_ID="portal", **said))
    assert "\n" not in str(refused.value)
