"""Bearer tokens: the good ones, and the attacks that tokens are known for."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from shared.http import auth, keys
from shared.http.auth import InvalidToken, TokenVerifier
from shared.http.keys import FetchedKeys, KeysUnavailable, StaticKeys
from shared.http.permissions import BODY, CITY, PUBLIC, SIGNED_IN, Principal, role
from tests.http.conftest import AUDIENCE, ISSUER, JWKS, SIGNING_KEY, Served, token
from tests.http.test_commands import told

BODY_ID = "5b0d3f2e-7a46-4d0e-9a53-0c3b8d6e2f10"


def verifier(**options: Any) -> TokenVerifier:
    return TokenVerifier(options.pop("source", StaticKeys(JWKS)), ISSUER, AUDIENCE, **options)


def part(data: dict[str, Any]) -> str:
    """A part of a handmade token."""
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def claims(**others: Any) -> dict[str, Any]:
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "eve", "exp": int(time.time()) + 600, "grants": [], **others}


def hmac_with_the_public_key() -> str:
    """HMAC confusion: the published key, taken for a shared secret."""
    signed = f"{part({'alg': 'HS256', 'kid': 'test'})}.{part(claims())}"
    mac = hmac.new(SIGNING_KEY.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_its_own_key() -> str:
    """A token that brings the key to be verified with."""
    own = OKPKey.generate_key("Ed25519")
    return token("eve", key=own, header={"alg": "Ed25519", "jwk": own.as_dict(private=False)})


def swapped_claims() -> str:
    head, _, signature = token("secretary").split(".")
    return f"{head}.{part(claims(grants=['city:operator']))}.{signature}"


FORGED = {
    "no signature": f"{part({'alg': 'none'})}.{part(claims())}.",
    "no signature, spelt otherwise": f"{part({'alg': 'NoNe', 'kid': 'test'})}.{part(claims())}.",
    "HMAC with the public key": hmac_with_the_public_key(),
    "another key under our key's id": token("eve", key=OKPKey.generate_key("Ed25519")),
    "an unknown key id": token("eve", key=OKPKey.generate_key("Ed25519"), header={"alg": "Ed25519", "kid": "other"}),
    "a key id that is a path": token("eve", key=OKPKey.generate_key("Ed25519"), header={"alg": "Ed25519", "kid": "../../dev/null"}),
    "a key of its own": with_its_own_key(),
    "claims swapped under a signature": swapped_claims(),
    "the signature cut off": ".".join(token("eve").split(".")[:2]) + ".",
    "three parts of nothing": "a.b.c",
    "no token at all": "hello",
    "too long": "a" * 9000,
    "not ASCII": "ü.ü.ü",
    "another issuer": token(iss="https://evil.test"),
    "another audience": token(aud="shop"),
    "no audience": token(aud=None),
    "no expiry": token(exp=None),
    "no subject": token(sub=None),
    "expired": token(exp=int(time.time()) - 86_400),
    "not yet valid": token(nbf=int(time.time()) + 86_400, exp=int(time.time()) + 172_800),
    "expires never, in words": token(exp="never"),
    "an empty subject": token(""),
    "a subject with a line break": token("a\nb"),
    "a subject that is a number": token(sub=7),
    "a name that is a list": token(name=["x"]),
    "grants that are no list": token(grants="city:operator"),
    "a grant that is no text": token(grants=[7]),
    "a grant without a role": token(grants=[f"{BODY_ID}:"]),
    "a grant without a colon": token(grants=["operator"]),
    "a grant in no body": token(grants=["everywhere:operator"]),
    "a grant with a role in capitals": token(grants=["city:Operator"]),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_a_token_that_is_not_ours_is_refused(forged: str) -> None:
    with pytest.raises(InvalidToken):
        await verifier().verify(forged)


async def test_a_good_token_names_its_principal() -> None:
    principal = await verifier().verify(token("secretary", f"{BODY_ID.upper()}:secretariat", "city:operator"))
    assert principal == Principal("secretary", "Somebody", frozenset({(BODY_ID, "secretariat"), ("city", "operator")}))
    assert principal.id == "user:secretary"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "EdDSA"),
        (ECKey.generate_key("P-256", {"kid": "k"}), "ES256"),
        (RSAKey.generate_key(2048, {"kid": "k"}), "RS256"),
    ],
)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_the_usual_signatures_of_public_keys_are_accepted(key: OKPKey | ECKey | RSAKey, algorithm: str) -> None:
    signed = jwt.encode({"alg": algorithm, "kid": "k"}, claims(), key, algorithms=[algorithm])
    principal = await verifier(source=StaticKeys({"keys": [key.as_dict(private=False)]})).verify(signed)
    assert principal.sub == "eve"


async def test_a_shared_secret_in_a_key_set_is_left_out() -> None:
    secret = OctKey.generate_key(256, {"kid": "k"})
    assert keys.read_key_set({"keys": [secret.as_dict(private=True), *JWKS["keys"]]}).keys[0].kid == "test"
    signed = jwt.encode({"alg": "HS256", "kid": "k"}, claims(), secret, algorithms=["HS256"])
    with pytest.raises(InvalidToken):
        await verifier(source=StaticKeys({"keys": [secret.as_dict(private=True)]})).verify(signed)


class Counted(StaticKeys):
    """Keys that count how often they are asked for."""

    asked = 0

    async def keys(self, kid: str | None) -> Any:
        self.asked += 1
        return await super().keys(kid)


async def test_a_verified_token_is_remembered_for_a_minute_and_never_past_its_expiry() -> None:
    source, now = Counted(JWKS), time.time()
    verify = verifier(source=source, real_time=lambda: now).verify
    long, short = token(exp=int(now) + 600), token(exp=int(now) + 30)
    for one in (long, short, long, short):
        await verify(one)
    assert source.asked == 2
    now += 45
    await verify(long)
    assert source.asked == 2
    with pytest.raises(InvalidToken):
        await verify(short)
    now += 20
    await verify(long)
    assert source.asked == 4


async def test_the_memory_of_verified_tokens_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "CACHE_SIZE", 3)
    remembering = verifier()
    for number in range(10):
        await remembering.verify(token(f"user{number}"))
    assert len(remembering._verified) == 3


async def test_expiry_is_judged_by_real_time_and_not_by_the_storys_clock(served: Served) -> None:
    assert served.runtime.now().timestamp() < time.time() - 86400
    assert (await served.client.get("/api/notes/numbers", headers=served.secretary())).status_code == 200
    expired = {"authorization": f"Bearer {token(exp=int(time.time()) - 3600)}"}
    told(await served.client.get("/api/notes/numbers", headers=expired), 401)


@pytest.mark.parametrize("value", ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Bearer a b", "hello", ""])
async def test_credentials_of_another_kind_are_401_even_on_a_public_route(served: Served, value: str) -> None:
    response = await served.client.get("/api/notes/whoami", headers={"authorization": value})
    told(response, 401)
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_names_in_a_sentence_keep_their_capitals(served: Served) -> None:
    response = await served.client.get("/api/notes/whoami", headers={"authorization": "Bearer hello"})
    assert told(response, 401)["detail"] == "This is no signed JWT."


async def test_two_tokens_are_one_too_many(served: Served) -> None:
    header = ("authorization", f"Bearer {token()}")
    told(await served.client.get("/api/notes/whoami", headers=[header, header]), 401)


class Issuer:
    """An issuer's JWKS address that can be away, and a clock for the keys."""

    def __init__(self) -> None:
        self.document, self.away, self.fetched, self.now = JWKS, False, 0, 1000.0

    def fetch(self, url: str) -> bytes:
        self.fetched += 1
        if self.away:
            raise ConnectionRefusedError
        return json.dumps(self.document).encode()

    def keys(self) -> FetchedKeys:
        return FetchedKeys("https://issuer.test/jwks", fetch=self.fetch, monotonic=lambda: self.now)


async def test_fetched_keys_are_kept_and_fetched_again_for_a_new_key_at_most_every_fifteen_seconds() -> None:
    issuer = Issuer()
    source = issuer.keys()
    for _ in range(5):
        await source.keys("test")
        await source.keys("unknown")
    assert issuer.fetched == 1
    issuer.document = {"keys": [OKPKey.generate_key("Ed25519", {"kid": "unknown"}).as_dict(private=False)]}
    issuer.now += keys.RETRY_SECONDS
    assert [key.kid for key in (await source.keys("unknown")).keys] == ["unknown"]
    assert issuer.fetched == 2


async def test_fetched_keys_are_believed_for_an_hour_while_the_issuer_is_away() -> None:
    issuer = Issuer()
    source = issuer.keys()
    await source.keys("test")
    issuer.away = True
    issuer.now += keys.STALE_SECONDS - 1
    assert (await source.keys("test")).keys
    issuer.now += 2
    with pytest.raises(KeysUnavailable):
        await source.keys("test")


async def test_before_the_first_fetch_no_token_can_be_judged() -> None:
    issuer = Issuer()
    issuer.away = True
    with pytest.raises(KeysUnavailable):
        await issuer.keys().keys("test")


@pytest.mark.parametrize("url", ["http://issuer.test/jwks", "file:///etc/passwd", "ftp://issuer.test"])
def test_keys_come_over_https_only(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        FetchedKeys(url)


def test_permissions_admit_by_role_and_relation() -> None:
    body, other = uuid4(), uuid4()
    member = Principal("m", "", frozenset({(str(body), "secretariat"), ("city", "registry")}))
    assert PUBLIC.admits(None)
    assert not SIGNED_IN.admits(None)
    assert SIGNED_IN.admits(member)
    assert role("chair", "secretariat", of=BODY).admits(member, body)
    assert not role("chair", of=BODY).admits(member, body)
    assert not role("secretariat", of=BODY).admits(member, other)
    assert not role("secretariat", of=BODY).admits(member)
    assert not role("secretariat", of=CITY).admits(member, body)
    assert not role("registry", of=BODY).admits(member, body)
    assert (role("chair", of=BODY) | role("registry", of=CITY)).admits(member, other)
