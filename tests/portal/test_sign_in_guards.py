"""What must not sign anybody in: each check on the way back is broken on purpose, and the same way unbroken signs in."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey, OKPKey

from services.portal.issuer import ATTEMPT_SECONDS
from services.portal.seal import Seal
from services.portal.session import ATTEMPT
from tests.portal.provider import SECRET
from tests.portal.signing_in import City, asked_of, new_city


async def refused(city: City, back: str, status: int) -> None:
    answer = await city.site.get(back)
    assert (answer.status_code, "__Host-bindeglied" in city.cookies) == (status, False)
    assert not await city.is_known()


def with_query(back: str, **changed: str) -> str:
    return f"{back.partition('?')[0]}?{urlencode({**asked_of(back), **changed})}"


async def test_another_state_is_no_answer(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out())
    for state in ("", "x", asked_of(back)["state"][:-1], "ü"):
        await refused(city, with_query(back, state=state), 400)
    assert city.provider.exchanged == [], "the code is not even sent"
    assert (await city.site.get(back)).status_code == 303


async def test_an_answer_in_another_browser_is_none(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out())
    other = new_city(city.provider)
    await refused(other, back, 400)
    await other.sets_out()
    await refused(other, back, 400)
    assert (await city.site.get(back)).status_code == 303


async def test_whoever_takes_too_long_begins_anew(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out())
    city.provider.later = ATTEMPT_SECONDS + 1
    await refused(city, back, 400)
    city.provider.later = ATTEMPT_SECONDS - 30
    assert (await city.site.get(back)).status_code == 303


@pytest.mark.parametrize("kept", ["", "x", "e30.e30.e30.e30.e30", "another secret", "another purpose"])
async def test_an_attempt_that_we_have_not_sealed_is_none(city: City, kept: str) -> None:
    back = await city.is_sent_back(await city.sets_out())
    name = f"__Host-{ATTEMPT}"
    ours = city.site.client.cookies[name]
    forged = {"state": asked_of(back)["state"], "nonce": "n", "verifier": "v", "language": "de", "back": None, "until": time.time() + 60}
    seals = {"another secret": Seal("another", "attempt"), "another purpose": Seal(SECRET, "renewal")}
    city.site.client.cookies.clear()
    city.site.client.cookies.set(name, seals[kept].seal(forged) if kept in seals else kept, domain="portal.test")
    await refused(city, back, 400)
    city.site.client.cookies.clear()
    city.site.client.cookies.set(name, ours, domain="portal.test")
    assert (await city.site.get(back)).status_code == 303


async def test_another_verifier_gets_no_token(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out())
    code = asked_of(back)["code"]
    city.provider._codes[code] = {**city.provider._codes[code], "code_challenge": "of another verifier"}
    await refused(city, back, 400)
    assert len(city.provider.exchanged) == 1


async def test_a_code_is_good_once(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out())
    kept = dict(city.site.client.cookies)
    assert (await city.site.get(back)).status_code == 303
    city.site.client.cookies.clear()
    for name, value in kept.items():
        city.site.client.cookies.set(name, value, domain="portal.test")
    await refused(city, back, 400)


async def test_another_client_secret_gets_no_token(city: City) -> None:
    other = new_city(city.provider, secret="guessed")
    await refused(other, await other.is_sent_back(await other.sets_out()), 502)


IDS: list[dict[str, Any]] = [
    {"nonce": "another"}, {"nonce": None}, {"iss": "https://another.test"}, {"iss": None}, {"aud": "another"}, {"aud": None},
    {"aud": ["portal", "another"]}, {"aud": "another", "azp": "portal"}, {"azp": "another"}, {"exp": 1}, {"exp": None},
    {"iat": None}, {"sub": None},
]  # fmt: skip


@pytest.mark.parametrize("claims", IDS, ids=str)
async def test_an_id_token_that_is_not_meant_for_this_sign_in_is_none(city: City, claims: dict[str, Any]) -> None:
    back = await city.is_sent_back(await city.sets_out())
    city.provider.id_claims = claims
    await refused(city, back, 502)


async def test_an_id_token_for_several_with_us_as_its_party_is_ours(city: City) -> None:
    city.provider.id_claims = {"aud": ["portal", "another"], "azp": "portal"}
    await city.signs_in()


@pytest.mark.parametrize("key", [ECKey.generate_key("P-256"), OKPKey.generate_key("Ed25519")], ids=["EC", "OKP"])
async def test_an_id_token_that_another_key_signed_is_none(city: City, key: ECKey | OKPKey) -> None:
    back = await city.is_sent_back(await city.sets_out())
    city.provider.id_key = key
    await refused(city, back, 502)


@pytest.mark.parametrize("id_token", [None, 7, "", "e30.e30.", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_signed_id_token_is_none(city: City, id_token: Any) -> None:
    back = await city.is_sent_back(await city.sets_out())
    city.provider.token_answer = {"access_token": city.provider.access_token(), "token_type": "Bearer", "id_token": id_token}
    await refused(city, back, 502)


@pytest.mark.parametrize("claims", [{"aud": "another"}, {"iss": "https://another.test"}, {"exp": 1}, {"sub": None}], ids=str)
async def test_an_access_token_that_services_would_not_take_is_none(city: City, claims: dict[str, Any]) -> None:
    city.provider.access_claims = claims
    await refused(city, await city.is_sent_back(await city.sets_out()), 502)


async def test_another_issuers_answer_is_none(city: City) -> None:
    back = await city.is_sent_back(await city.sets_out())
    await refused(city, with_query(back, iss="https://another.test"), 502)
    city.provider.answer = {"iss": city.provider.address}
    await city.signs_in()


async def test_an_issuer_that_says_who_it_is_has_to_say_so(city: City) -> None:
    city.provider.described = {"authorization_response_iss_parameter_supported": True}
    await refused(city, await city.is_sent_back(await city.sets_out()), 502)
    city.provider.answer = {"iss": city.provider.address}
    await city.signs_in()
