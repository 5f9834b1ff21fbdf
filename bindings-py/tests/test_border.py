"""Law 1 at this border: any bytes give a result, never an exception."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from doorward import (
    Doorward,
    detect_bot,
    filter,  # noqa: A004 -- the rule's name
    shield,
    sliding_window,
    token_bucket,
    validate_email,
)
from doorward.asgi import Replay
from hypothesis import given
from hypothesis import strategies as st
from support import Client, environ, run, scope

EVERY_RULE = [
    shield(mode="LIVE"),
    detect_bot(mode="LIVE", deny=["CATEGORY:TOOL"]),
    sliding_window(mode="LIVE", interval=60, max=10, characteristics=['http.request.cookie["s"]']),
    token_bucket(mode="LIVE", refill_rate=1, interval=1, capacity=10),
    validate_email(mode="LIVE", deny=["INVALID"]),
    filter(mode="LIVE", deny=['http.request.headers["x"] contains "a" or ip.src in {10.0.0.0/8}']),
]
NAMES = st.sampled_from(
    [b"host", b"cookie", b"user-agent", b"x", b"content-type", b"Content-Length"]
)
HEADERS = st.lists(st.tuples(NAMES | st.binary(max_size=20), st.binary(max_size=200)), max_size=20)
ANY_TEXT = st.text(st.characters(), max_size=50)
ANY = (
    st.none()
    | st.booleans()
    | st.integers()
    | ANY_TEXT
    | st.binary(max_size=50)
    | st.lists(st.binary(max_size=5), max_size=5)
    | st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3)
)


def ward() -> Doorward:
    return Doorward(rules=EVERY_RULE, body={"maxBytes": 1024})


def holds(decision: Any) -> None:
    assert decision.conclusion in ("ALLOW", "CHALLENGE", "DENY")
    assert decision.reason.code != "fault"
    assert len(decision.results) == len(EVERY_RULE)


@given(
    method=ANY_TEXT,
    raw=st.binary(max_size=100) | st.none(),
    query=st.binary(max_size=100),
    headers=HEADERS,
    pieces=st.lists(st.binary(max_size=2000), min_size=1, max_size=4),
    context=st.dictionaries(ANY_TEXT, ANY, max_size=4) | st.none(),
)
def test_any_asgi_request(
    method: str,
    raw: bytes | None,
    query: bytes,
    headers: list[tuple[bytes, bytes]],
    pieces: list[bytes],
    context: Mapping[str, Any] | None,
) -> None:
    async def judge() -> None:
        made = scope(method, "/\ud800é", raw_path=raw, query=query, headers=headers)
        receive = Replay(Client(*pieces))
        holds(await ward().protect((made, receive), context))
        got = []
        while True:
            message = await receive()
            got.append(message["body"])
            if not message["more_body"]:
                break
        assert got == pieces

    run(judge())


@given(
    st.dictionaries(
        st.sampled_from(
            ["type", "method", "path", "raw_path", "query_string", "client", "scheme", "headers"]
        ),
        ANY,
    )
)
def test_any_asgi_scope(fields: dict[str, Any]) -> None:
    holds(ward().protect_sync({"type": "http", "headers": [], **fields}))


@given(
    method=ANY_TEXT,
    path=ANY_TEXT,
    headers=st.dictionaries(
        st.sampled_from(["HTTP_COOKIE", "HTTP_X", "CONTENT_TYPE", "CONTENT_LENGTH", "RAW_URI"]),
        ANY_TEXT | ANY,
    ),
    body=st.binary(max_size=4000),
)
def test_any_wsgi_request(method: str, path: str, headers: dict[str, Any], body: bytes) -> None:
    made = environ(method, path, body, **{"wsgi.input_terminated": True, **headers})
    holds(ward().protect_sync(made))
    if "CONTENT_LENGTH" not in headers:
        assert made["wsgi.input"].read() == body


@given(st.dictionaries(st.sampled_from(["method", "url", "headers", "ip", "body", "id"]), ANY))
def test_any_plain_request(request: dict[str, Any]) -> None:
    holds(ward().protect_sync(request))


def test_hosts_show_the_same_request_alike() -> None:
    rules = [
        filter(
            mode="LIVE", deny=['http.request.uri.path eq "/a b/é" and http.host eq "h.example"']
        ),
        filter(mode="LIVE", deny=['http.request.headers["x"] eq "1"']),
        filter(mode="LIVE", deny=['http.request.uri.args["q"] eq "é"'], id="args"),
    ]
    ward = Doorward(rules=rules)
    headers = [(b"host", b"H.example"), (b"x", b"1")]
    raw = b"/a%20b/%C3%A9"
    wsgi: dict[str, Any] = {"HTTP_HOST": "H.example", "HTTP_X": "1", "QUERY_STRING": "q=%C3%A9"}
    requests: list[Any] = [
        scope("GET", "/a b/é", raw_path=raw, query=b"q=%C3%A9", headers=headers),
        scope("GET", "/a b/é", query=b"q=%C3%A9", headers=headers),
        environ("GET", "/a b/Ã©", **wsgi),
        environ("GET", "/", RAW_URI="/a%20b/%C3%A9?q=%C3%A9", **wsgi),
        environ("GET", "/b/Ã©", SCRIPT_NAME="/a b", **wsgi)
        | {"SCRIPT_NAME": "/a b", "PATH_INFO": "/Ã©"},
        {
            "method": "GET",
            "url": "/a%20b/%C3%A9?q=%C3%A9",
            "headers": {"Host": "h.example", "X": "1"},
        },
    ]
    for request in requests:
        results = ward.protect_sync(request).results
        assert [result.conclusion for result in results] == ["DENY"] * 3, request


def test_the_peer_is_the_socket_and_never_a_header() -> None:
    ward = Doorward(rules=[sliding_window(mode="LIVE", interval=60, max=1)])
    forged = [
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"x-real-ip", b"1.2.3.4"),
        (b"forwarded", b"for=1.2.3.4"),
    ]
    assert ward.protect_sync(scope(headers=forged)).ip == "203.0.113.7"
    lied = environ(HTTP_X_FORWARDED_FOR="1.2.3.4", HTTP_X_REAL_IP="1.2.3.4")
    assert ward.protect_sync(lied).is_denied()
    behind = Doorward(rules=[], proxies=["203.0.113.0/24"])
    assert behind.protect_sync(scope(headers=forged[:1])).ip == "1.2.3.4"
    assert ward.protect_sync(scope(ip=None)).ip is None
    assert ward.protect_sync(scope(ip=None), {"ip": "198.51.100.1"}).ip == "198.51.100.1"


def test_an_address_that_the_server_replaced_is_not_believed() -> None:
    class Transport:
        def __init__(self, peer: Any) -> None:
            self.peer = peer

        def get_extra_info(self, name: str) -> Any:
            return self.peer if name == "peername" else None

    class Cycle:
        """What uvicorn's receive is a method of."""

        def __init__(self, peer: Any) -> None:
            self.transport = Transport(peer)

        async def receive(self) -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

    def ip(ward: Doorward, client: Any, peer: Any) -> str | None:
        made = scope(headers=[(b"x-forwarded-for", b"1.2.3.4, 5.6.7.8")]) | {"client": client}
        return run(ward.protect((made, Replay(Cycle(peer).receive)))).ip

    alone, behind = Doorward(rules=[]), Doorward(rules=[], proxies=["10.0.0.0/8"])
    assert ip(alone, ("1.2.3.4", 0), ("127.0.0.1", 5000)) == "127.0.0.1"
    assert ip(alone, ("1.2.3.4", 81), ("10.1.1.1", 5000)) == "10.1.1.1"
    assert ip(behind, ("1.2.3.4", 0), ("10.1.1.1", 5000)) == "5.6.7.8"
    assert ip(behind, ("5.6.7.8", 0), ("203.0.113.9", 5000)) == "203.0.113.9"
    assert ip(alone, ("203.0.113.9", 5000), ("203.0.113.9", 5000)) == "203.0.113.9"
    assert ip(alone, ("1.2.3.4", 0), "/run/app.sock") is None
    # the client reset the connection before uvicorn asked who it was
    assert ip(alone, None, ("203.0.113.9", 5000)) == "203.0.113.9"
    assert ip(alone, None, "/run/app.sock") is None
    assert ip(Doorward(rules=[], proxies=1), ("1.2.3.4", 0), "") == "5.6.7.8"


def test_the_platform_names_the_client(monkeypatch: Any) -> None:
    monkeypatch.setenv("FLY_APP_NAME", "shop")
    ward = Doorward(rules=[])
    decision = ward.protect_sync(scope(headers=[(b"fly-client-ip", b"198.51.100.9")]))
    assert decision.ip == "198.51.100.9"


def test_an_input_that_fails_is_met_by_the_application() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(f"reset before {size} bytes")

    made = environ("POST", "/", b"xx") | {"wsgi.input": Broken()}
    holds(ward().protect_sync(made))
    with pytest.raises(OSError, match="reset before 2 bytes"):
        made["wsgi.input"].read()
