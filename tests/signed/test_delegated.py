"""Tokens that jose and joserfc issue over HTTP, taken to both applications; and what an attacker
makes of them who has the issuer's public keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from joserfc.jwk import ECKey, import_key
from serving import Server

from .conftest import ALGORITHMS, AUDIENCE, ISSUERS, World

FORM = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token": "u1",
    "actor_token": "agent-7",
    "audience": AUDIENCE,
    "scope": "orders:read",
    "lifetime": "300",
}


def ask_issuer(world: World, library: str, path: str, form: Mapping[str, str] | None) -> Any:
    trust = ssl.create_default_context(cadata=world.ca)
    trust.check_hostname = False
    wire = http.client.HTTPSConnection("127.0.0.1", world.ports[library], timeout=30, context=trust)
    try:
        if form is None:
            wire.request("GET", path)
        else:
            media = {"content-type": "application/x-www-form-urlencoded"}
            wire.request("POST", path, urlencode(form), media)
        return json.loads(wire.getresponse().read())
    finally:
        wire.close()


def issued(world: World, library: str, algorithm: str, **other: str) -> str:
    form = {name: value for name, value in {**FORM, **other}.items() if value}
    return str(ask_issuer(world, library, f"/{algorithm}/token", form)["access_token"])


def told(server: Server, token: str) -> dict[str, Any]:
    """What the application says to it: of `codes`, the second is the delegation's."""
    wire = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        wire.request("GET", "/orders/1", headers={"authorization": f"Bearer {token}"})
        said: dict[str, Any] = json.loads(wire.getresponse().read())
        return said
    finally:
        wire.close()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("library", sorted(ISSUERS))
def test_an_issuers_token(server: Server, world: World, library: str, algorithm: str) -> None:
    said = told(server, issued(world, library, algorithm))
    assert (said["conclusion"], said["codes"][1]) == ("ALLOW", "agent.verified"), said
    actor = said["actor"]
    assert (actor["agent"], actor["scopes"]) == ("agent-7", ["orders:read"])
    assert actor["issuer"] == world.issuer(library, algorithm)

    for other, code in {
        ("audience", "https://other.example"): "agent.audience",
        ("scope", "orders:write"): "agent.scope",
        ("lifetime", "-40"): "agent.expired",
        ("lifetime", "8640000"): "agent.lifetime",
    }.items():
        said = told(server, issued(world, library, algorithm, **dict([other])))
        assert (said["conclusion"], said["codes"][1]) == ("DENY", code), (other, said)
    # nobody acts for this user
    said = told(server, issued(world, library, algorithm, actor_token=""))
    assert (said["conclusion"], said["codes"][1]) == ("ALLOW", "agent.user"), said

    # the first letter of the signature; its last has bits that mean nothing
    head, claims, signature = issued(world, library, algorithm).split(".")
    other_first = "A" if signature[0] != "A" else "B"
    said = told(server, f"{head}.{claims}.{other_first}{signature[1:]}")
    assert (said["conclusion"], said["codes"][1]) == ("DENY", "agent.signature"), said


def encoded(value: bytes | Mapping[str, Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    message = f"{encoded(header)}.{encoded(claims)}"
    return f"{message}.{encoded(hmac.digest(secret, message.encode(), hashlib.sha256))}"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("library", sorted(ISSUERS))
def test_an_attackers_token(server: Server, world: World, library: str, algorithm: str) -> None:
    [jwk] = ask_issuer(world, library, f"/{algorithm}/jwks.json", None)["keys"]
    public = import_key(jwk, jwk["kty"])
    now = int(time.time())
    claims = {
        "iss": world.issuer(library, algorithm),
        "sub": "u1",
        "aud": AUDIENCE,
        "scope": "orders:read",
        "iat": now - 10,
        "exp": now + 300,
        "act": {"sub": "agent-7"},
    }
    head = {"alg": "HS256", "typ": "JWT", "kid": jwk["kid"]}
    # RFC 8725 section 2.1: what everybody has as a shared secret
    secrets = [public.as_pem(private=False), public.as_der(private=False), json.dumps(jwk).encode()]
    forged = [signed(head, claims, secret) for secret in secrets]
    forged += [
        f"{encoded({**head, 'alg': none})}.{encoded(claims)}." for none in ("none", "None", "nOnE")
    ]
    own = ECKey.generate_key("P-256")
    for other in {"EdDSA", "ES256", "RS256"} - {algorithm}:
        forged.append(signed({**head, "alg": other}, claims, b"anything"))
    for token in forged:
        said = told(server, token)
        assert (said["conclusion"], said["codes"][1]) == ("DENY", "agent.algorithm"), (token, said)
        assert said["actor"] is None
    # a token that brings its own key
    for name, value in {
        "jwk": own.as_dict(private=False),
        "jku": "https://evil.example/jwks.json",
        "x5u": "https://evil.example/chain.pem",
    }.items():
        said = told(server, signed({**head, "alg": algorithm, name: value}, claims, b"anything"))
        assert (said["conclusion"], said["codes"][1]) == ("DENY", "agent.header"), (name, said)
    # another issuer's key of the same kind
    said = told(server, signed({**head, "alg": algorithm}, claims, b"anything"))
    assert (said["conclusion"], said["codes"][1]) == ("DENY", "agent.signature"), said
    # another library's token with this issuer's name on it
    _, _, signature = issued(world, "jose", algorithm).split(".")
    said = told(server, f"{encoded({**head, 'alg': algorithm})}.{encoded(claims)}.{signature}")
    assert (said["conclusion"], said["codes"][1]) == ("DENY", "agent.signature"), said
