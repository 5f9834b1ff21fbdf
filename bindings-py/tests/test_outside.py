"""What is asked of the outside: real servers on loopback answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from doorward import Doorward, Keys, Limits, Outside, PolicyError, fixed_window
from doorward import filter as filter_
from doorward._outside import Facts, Turn
from doorward._outside._address import is_public
from doorward._outside._ip import facts_of
from doorward._outside._key import fresh_for
from outside_world import (
    DirectoryHost,
    NameServer,
    certificate,
    directory_host,
    failing,
    name_server,
)

ROOT = Path(__file__).parents[2]
CLIENT = "192.0.2.1"
DIRECTORY = "application/http-message-signatures-directory+json"
JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

ZONE = {
    "mail.example MX": ["20 b.mail.example.", "10 A.Mail.example."],
    "null.example MX": ["0 ."],
    "own.example A": ["192.0.2.7"],
    "six.example AAAA": ["2001:db8::7"],
    "bare.example PTR": [],
    "7.2.0.192.in-addr.arpa PTR": ["own.example."],
    "8.2.0.192.in-addr.arpa PTR": ["own.example.", "gone.example."],
    "9.2.0.192.in-addr.arpa PTR": ["silent.example."],
    f"{'7.' + '0.' * 23}8.b.d.0.1.0.0.2.ip6.arpa PTR": ["six.example."],
    "agent.example A": ["127.0.0.1"],
    "other.example A": ["127.0.0.1"],
    "mixed.example A": ["10.0.0.1", "169.254.169.254"],
}


class Directory(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, DirectoryHost)
        self.server.asked.append(f"{self.headers['host']}{self.path}")
        body = json.dumps({"keys": [JWK]}).encode()
        status, kind = 200, DIRECTORY
        if self.path == "/redirect":
            status = 302
        elif self.path == "/none":
            status = 404
        elif self.path == "/html":
            kind = "text/html"
        elif self.path == "/large":
            body = json.dumps({"keys": ["x" * 70_000]}).encode()
        elif self.path == "/broken":
            body = b"{"
        elif self.path == "/private":
            body = json.dumps({"keys": [{**JWK, "d": "secret", "n": 7}, 1]}).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("location", "/keys")
        self.send_header("cache-control", "max-age=300")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        for piece in (body[index : index + 1] for index in range(9 if self.path == "/slow" else 0)):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(0.5)
        if self.path == "/short":
            self.wfile.write(body[:5])
            self.close_connection = True
        elif self.path != "/slow":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    with name_server(ZONE) as server:
        yield server


@pytest.fixture(scope="module")
def vouched(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return certificate(tmp_path_factory.mktemp("ca"), "agent.example")


@pytest.fixture(scope="module")
def host(vouched: tuple[str, Path]) -> Iterator[DirectoryHost]:
    with directory_host(vouched[1], Directory) as server:
        yield server


@pytest.fixture(params=["protect", "protect_sync"])
def blocking(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "protect_sync")


def answers(
    facts: Facts, needs: Sequence[dict[str, Any]], blocking: bool, client: str = CLIENT
) -> list[dict[str, Any]]:
    asked = [{"id": str(index), **need} for index, need in enumerate(needs)]
    text = json.dumps({"needs": asked, "client": client})
    made = Turn(None, facts, failing)
    said = made.answer_now(text) if blocking else asyncio.run(made.answer(text))
    replies: list[dict[str, Any]] = json.loads(said)["replies"]
    assert [reply.pop("id") for reply in replies] == [need["id"] for need in asked]
    return replies


def mx(domain: str) -> dict[str, Any]:
    return {"id": f"mx:{domain}", "kind": "mx", "domain": domain}


def dns(ip: str) -> dict[str, Any]:
    return {"id": f"dns:{ip}", "kind": "dns", "ip": ip}


def key(url: str) -> dict[str, Any]:
    return {"id": f"key:{url}", "kind": "key", "url": url}


def outside(names: NameServer, **more: Any) -> Facts:
    more.setdefault("limits", Limits(per_second=1000, per_client_per_minute=1000))
    return Facts(Outside(dns=[names.place], **more))


def test_where_mail_goes(names: NameServer, blocking: bool) -> None:
    domains = ("mail", "null", "own", "six", "bare", "gone", "broken")
    needs = [mx(f"{name}.example") for name in domains]
    assert answers(outside(names, deadline=5.0), needs, blocking) == [
        {"exists": True, "hosts": ["a.mail.example", "b.mail.example"], "address": False},
        {"exists": True, "hosts": [""], "address": False},
        {"exists": True, "hosts": [], "address": True},
        {"exists": True, "hosts": [], "address": True},
        {"exists": True, "hosts": [], "address": False},
        {"exists": False, "hosts": [], "address": False},
        {"error": "failed"},
    ]


def test_names_that_are_none_are_not_asked_for(names: NameServer, blocking: bool) -> None:
    before = len(names.asked)
    for domain in (
        "",
        "local",
        "a..b",
        "a b.example",
        "UPPER.example",
        "a." * 130 + "de",
        "x.de\n",
    ):
        found = answers(outside(names), [mx(domain)], blocking)
        assert found == [{"error": "bad_name"}], domain
    assert len(names.asked) == before


def test_names_of_an_address_count_where_they_lead_back_to_it(
    names: NameServer, blocking: bool
) -> None:
    ips = ("192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.99", "2001:db8::7", "x")
    assert answers(outside(names, deadline=5.0), [dns(ip) for ip in ips], blocking) == [
        {"names": ["own.example"]},
        {"names": []},
        {"error": "timeout"},
        {"names": []},
        {"names": ["six.example"]},
        {"error": "bad_name"},
    ]


def test_what_was_looked_up_is_kept_and_asked_once_at_a_time(names: NameServer) -> None:
    facts = outside(names, deadline=5.0)
    begun = [names.asked.count(text) for text in ("mail.example MX", "gone.example MX")]

    async def many() -> None:
        text = json.dumps({"needs": [mx("mail.example")]})
        made = [Turn(None, facts, failing).answer(text) for _ in range(50)]
        assert len(set(await asyncio.gather(*made))) == 1

    asyncio.run(many())
    answers(facts, [mx("mail.example"), mx("gone.example")], False)
    answers(facts, [mx("gone.example")], True)
    ended = [names.asked.count(text) for text in ("mail.example MX", "gone.example MX")]
    assert ended == [count + 1 for count in begun]


def test_a_request_waits_no_longer_than_its_deadline(names: NameServer, blocking: bool) -> None:
    facts = outside(names, deadline=0.3)
    made = Turn(None, facts, failing)
    begun = time.monotonic()
    for name in ("silent1", "silent2"):
        text = json.dumps({"needs": [mx(f"{name}.example")]})
        said = made.answer_now(text) if blocking else asyncio.run(made.answer(text))
        assert json.loads(said)["replies"][0]["error"] == "timeout"
    assert time.monotonic() - begun < 1.5


def test_the_loop_goes_on_meanwhile(names: NameServer) -> None:
    async def ticks() -> int:
        text = json.dumps({"needs": [mx("silent3.example")]})
        asked = asyncio.create_task(Turn(None, outside(names), failing).answer(text))
        count = 0
        while not asked.done():
            await asyncio.sleep(0.01)
            count += 1
        return count

    assert asyncio.run(ticks()) > 10


def test_a_key_directory(
    names: NameServer, host: DirectoryHost, vouched: tuple[str, Path], blocking: bool
) -> None:
    at = f"agent.example:{host.port}"
    facts = outside(names, keys=Keys(hosts=[at], ca=vouched[0]), deadline=5.0)
    before = host.asked.count(f"{at}/keys")
    for _ in range(2):
        assert answers(facts, [key(f"https://{at}/keys")], blocking) == [{"keys": [JWK]}]
    assert host.asked.count(f"{at}/keys") == before + 1
    said = ("", "max-age=1", "max-age=600", "max-age=99999999", "no-store", "no-cache, max-age=900")
    assert [fresh_for(text) for text in said] == [3600, 60, 600, 86400, 60, 60]


def test_what_a_directory_may_not_be(
    names: NameServer, host: DirectoryHost, vouched: tuple[str, Path]
) -> None:
    at, other = f"agent.example:{host.port}", f"other.example:{host.port}"
    facts = outside(names, keys=Keys(hosts=[at, other], ca=vouched[0]), deadline=5.0)
    cases = {
        f"https://{at}/redirect": "redirected",
        f"https://{at}/none": "status",
        f"https://{at}/html": "bad_content",
        f"https://{at}/broken": "bad_content",
        f"https://{at}/large": "too_large",
        f"https://{at}/slow": "timeout",
        f"https://{at}/short": "failed",
        # a name that the certificate is not for
        f"https://{other}/keys": "failed",
        f"http://{at}/keys": "not_allowed",
        f"https://user@{at}/keys": "not_allowed",
        f"https://agent.example:{host.port + 1}/keys": "not_allowed",
        "https://agent.example:x/keys": "not_allowed",
        "https://agent.example/a b": "not_allowed",
        "https://agent.example/\r\nx:y": "not_allowed",
        "https://127.0.0.1/keys": "bad_name",
        "https://[::1]/keys": "bad_name",
        "https://2130706433/keys": "bad_name",
        "https://localhost/keys": "bad_name",
        "/keys": "not_allowed",
        f"https://agent.example/{'a' * 2000}": "not_allowed",
    }
    found = {url: answers(facts, [key(url)], True)[0].get("error") for url in cases}
    assert found == cases
    reduced = answers(facts, [key(f"https://{at}/private")], True)
    assert reduced == [{"keys": [JWK]}]


def test_nobody_is_sent_to_an_address_that_is_not_public(
    names: NameServer, host: DirectoryHost, vouched: tuple[str, Path], blocking: bool
) -> None:
    before = host.connections
    facts = outside(names, keys=Keys(ca=vouched[0]), deadline=5.0)
    urls = [key(f"https://{name}.example/keys") for name in ("agent", "mixed")]
    assert answers(facts, urls, blocking) == [{"error": "not_allowed"}] * 2
    assert host.connections == before
    closed = (
        "0.1.2.3 10.1.2.3 100.64.0.1 127.0.0.1 169.254.169.254 172.31.255.255 192.168.0.1",
        "198.18.0.1 224.0.0.1 255.255.255.255 :: ::1 fe80::1 fc00::1 ff02::1 2001:db8::1",
        "::ffff:127.0.0.1 ::ffff:a00:1 64:ff9b::10.0.0.1 2002:7f00:1:: 2001::1 1.2.3 x",
    )
    assert not [address for line in closed for address in line.split() if is_public(address)]
    opened = ["8.8.8.8", "172.32.0.1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700::1111"]
    assert [address for address in opened if is_public(address)] == opened


def test_without_their_authority_hosts_are_not_believed(
    names: NameServer, host: DirectoryHost
) -> None:
    at = f"agent.example:{host.port}"
    facts = outside(names, keys=Keys(hosts=[at]), deadline=5.0)
    assert answers(facts, [key(f"https://{at}/keys")], True) == [{"error": "failed"}]


def test_pinned_keys_are_never_fetched(names: NameServer, blocking: bool) -> None:
    url = "https://pinned.example/keys"
    before = len(names.asked)
    facts = outside(names, keys=Keys(pinned={url: {"keys": [JWK]}}))
    assert answers(facts, [key(url)], blocking) == [{"keys": [JWK]}]
    assert len(names.asked) == before
    with pytest.raises(PolicyError, match="no keys"):
        Doorward(rules=[], outside=Outside(keys=Keys(pinned={url: {}})))
    with pytest.raises(PolicyError, match="found dict"):
        Doorward(rules=[], outside={})  # type: ignore[arg-type]


def _base64url(number: int, size: int) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(number.to_bytes(size, "big")).rstrip(b"=").decode()


def test_signatures_that_the_core_cannot_verify(names: NameServer, blocking: bool) -> None:
    message = b"signed"
    curve = ec.generate_private_key(ec.SECP256R1())
    point = curve.public_key().public_numbers()
    r, s = utils.decode_dss_signature(curve.sign(message, ec.ECDSA(hashes.SHA256())))
    es256 = {
        "algorithm": "ES256",
        "key": {"kty": "EC", "crv": "P-256", "x": _base64url(point.x, 32)}
        | {"y": _base64url(point.y, 32), "use": "sig"},
        "signature": (r.to_bytes(32, "big") + s.to_bytes(32, "big")).hex(),
    }

    def modulus(bits: int) -> dict[str, Any]:
        # a short key is part of the test
        private = rsa.generate_private_key(65537, bits)
        number = private.public_key().public_numbers().n
        return {
            "algorithm": "RS256",
            "key": {"kty": "RSA", "e": "AQAB", "n": _base64url(number, bits // 8)},
            "signature": private.sign(message, padding.PKCS1v15(), hashes.SHA256()).hex(),
        }

    needs: list[dict[str, Any]] = []
    for signed in (es256, modulus(2048)):
        need: dict[str, Any] = {"kind": "verify", "message": message.hex(), **signed}
        needs += [need, {**need, "message": need["message"] + "00"}, {**need, "signature": "00"}]
        needs += [{**need, "key": {"kty": "oct", "k": "AAAA"}}, {**need, "algorithm": "HS256"}]
    needs.append({"kind": "verify", "message": message.hex(), **modulus(1024)})
    each: list[dict[str, Any]] = [
        {"valid": True},
        {"valid": False},
        {"valid": False},
        {"error": "bad_key"},
        {"error": "unsupported"},
    ]
    found = answers(outside(names), needs, blocking)
    assert found == [*each, *each, {"error": "bad_key"}]


def test_records_of_several_vendors_are_one_shape() -> None:
    def known(record: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in facts_of(record).items() if value is not None}

    traits = {"is_hosting_provider": True, "is_anonymous_vpn": False, "user_type": "hosting"}
    assert known({"traits": traits}) == {"hosting": True, "vpn": False, "astype": "hosting"}
    assert known({"is_public_proxy": False, "is_residential_proxy": True}) == {"proxy": True}
    assert known({"country": "FR", "asn": "AS64500", "hosting": ""}) == {
        "country": "FR",
        "asnum": 64500,
        "hosting": False,
    }
    assert known({"anonymous": {"is_vpn": True, "name": "Example"}, "is_hosting": False}) == {
        "hosting": False,
        "vpn": True,
        "service": "Example",
    }
    odd = {"country": 1, "city": [], "asn": "no number", "tor": 7, "latitude": "x"}
    assert known(odd) == {}


def test_more_needs_than_a_request_may_have_are_not_answered(names: NameServer) -> None:
    needs = [{"kind": "ip", "ip": CLIENT}] * 20
    found = answers(outside(names, ip=lambda _ip: {}), needs, True)
    assert found == [{}] * 16 + [{"error": "overloaded"}] * 4


def _database(name: str) -> Any:
    return maxminddb.open_database(ROOT / "tests" / "mmdb" / f"{name}.mmdb")


def test_what_databases_know_of_the_client(blocking: bool) -> None:
    databases = [_database(name) for name in ("city", "asn", "flat")]
    ward = Doorward(
        rules=[
            filter_(mode="LIVE", deny=['ip.src.country eq "US" and ip.src.hosting']),
            fixed_window(mode="LIVE", window="1h", max=1, characteristics=["ip.src.asnum"]),
        ],
        outside=Outside(ip=databases),
    )

    def decided(ip: str) -> Any:
        request = {"method": "GET", "url": "/", "ip": ip}
        return ward.protect_sync(request) if blocking else asyncio.run(ward.protect(request))

    passed = decided("203.0.113.9")
    assert passed.is_allowed()
    assert passed.ip == "203.0.113.9"
    assert (passed.ip.country, passed.ip.country_name) == ("DE", "Germany")
    assert (passed.ip.city, passed.ip.region, passed.ip.continent) == (
        "Berlin",
        "Land Berlin",
        "EU",
    )
    assert (passed.ip.latitude, passed.ip.accuracy_radius) == (52.5244, 20)
    assert (passed.ip.asn, passed.ip.asn_name) == ("AS64500", "Example Transit")
    assert not passed.ip.is_hosting()
    assert json.dumps(passed.ip) == '"203.0.113.9"'
    # the same network, another address: a group is challenged, never denied
    assert decided("203.0.113.200").conclusion == "CHALLENGE"
    denied = decided("198.51.100.7")
    assert denied.conclusion == "DENY"
    assert denied.ip.is_hosting()
    assert denied.ip.is_vpn()
    assert not denied.ip.is_tor()
    assert denied.ip.service == "Example VPN"
    unknown = decided("192.0.2.1")
    assert unknown.undetermined == ("filter",)
    assert unknown.to_dict()["ipDetails"] == {}


def test_without_a_database_it_is_undetermined_and_said(
    blocking: bool, caplog: pytest.LogCaptureFixture
) -> None:
    ward = Doorward(rules=[filter_(mode="LIVE", deny=['ip.src.country eq "US"'])])
    request = {"method": "GET", "url": "/", "ip": CLIENT}
    decision = ward.protect_sync(request) if blocking else asyncio.run(ward.protect(request))
    assert decision.is_allowed()
    assert decision.undetermined == ("filter",)
    assert decision.reason.code == "allow"
    assert decision.results[0].reason.details["error"] == "no_database"
    assert decision.ip is not None
    assert decision.ip.error == "no_database"
    assert decision.ip.country is None
    assert "could not judge: filter.unknown" in caplog.text


def test_a_database_that_fails_is_said(names: NameServer) -> None:
    def failing(_ip: str) -> Any:
        raise OSError("gone")

    need = {"kind": "ip", "ip": CLIENT}
    assert answers(outside(names, ip=failing), [need], True) == [{"error": "failed"}]


def test_nobody_is_asked_where_nothing_depends_on_it() -> None:
    asked: list[str] = []

    def counting(ip: str) -> dict[str, Any]:
        asked.append(ip)
        return {"country": "US"}

    rules = [
        filter_(mode="LIVE", deny=['http.request.uri.path eq "/admin" and ip.src.country ne "DE"']),
        filter_(mode="LIVE", deny=['http.request.uri.path eq "/never"']),
    ]
    ward = Doorward(rules=rules, outside=Outside(ip=counting))

    def concluded(path: str) -> str:
        return ward.protect_sync({"method": "GET", "url": path, "ip": CLIENT}).conclusion

    assert [concluded(path) for path in ("/", "/never")] == ["ALLOW", "DENY"]
    assert asked == []
    assert concluded("/admin") == "DENY"
    assert asked == [CLIENT]
