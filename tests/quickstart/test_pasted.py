"""The quick starts as the README has them, over HTTP, in both hosts."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterable, Mapping

import pytest
from serving import Server, somebody

from .support import CHROME, DAY, FIREFOX, MINUTE, SAFARI, ask, asked, connect, send, within

LIMIT = 20
MORE = 6

FORGED: dict[str, Callable[[str], str]] = {
    "X-Forwarded-For": str,
    "X-Real-IP": str,
    "Forwarded": lambda ip: f"for={ip};proto=https",
    "CF-Connecting-IP": str,
    "True-Client-IP": str,
    "X-Vercel-Forwarded-For": str,
    "Fly-Client-IP": str,
    "X-Client-IP": str,
}


def _forged(ip: str, *names: str) -> dict[str, str]:
    return {**CHROME, **{name: FORGED[name](ip) for name in names}}


def _statuses(
    server: Server, headers: Callable[[int], Mapping[str, str]], target: str = "/api/hello"
) -> list[int]:
    """What somebody hears who asks more often than the limit allows."""

    def burst() -> list[int]:
        client = somebody()
        return [ask(server, client, target, headers(n)).status for n in range(LIMIT + MORE)]

    return within(MINUTE, burst)


EXACT = [200] * LIMIT + [429] * MORE


@pytest.mark.parametrize("browser", [CHROME, FIREFOX, SAFARI], ids=["chrome", "firefox", "safari"])
def test_a_browser_passes(server: Server, browser: Mapping[str, str]) -> None:
    answer = ask(server, somebody(), headers=browser)
    assert (answer.status, answer.json()) == (200, {"hello": "world"})


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    ],
    ids=["googlebot", "bingbot"],
)
def test_a_search_engine_passes(server: Server, agent: str) -> None:
    assert ask(server, somebody(), headers={"User-Agent": agent, "Accept": "*/*"}).status == 200


NO_AGENT = {name: value for name, value in CHROME.items() if name != "User-Agent"}
REFUSED: dict[str, tuple[str, Mapping[str, str]]] = {
    "curl": ("/api/hello", {"User-Agent": "curl/8.5.0", "Accept": "*/*"}),
    "python": ("/api/hello", {"User-Agent": "python-requests/2.32.5", "Accept": "*/*"}),
    "scrapy": ("/api/hello", {**CHROME, "User-Agent": "Scrapy/2.13.3 (+https://scrapy.org)"}),
    "no agent": ("/api/hello", NO_AGENT),
    "empty agent": ("/api/hello", {**CHROME, "User-Agent": ""}),
    "tautology": ("/api/hello?id=1%27%20OR%20%271%27=%271", CHROME),
    "union": ("/api/hello?id=-1+UNION+SELECT+username,password+FROM+users--", CHROME),
    "stacked": ("/api/hello?id=1%27;DROP%20TABLE%20users;--", CHROME),
    "script": ("/api/hello?q=%3Cscript%3Ealert(document.cookie)%3C/script%3E", CHROME),
    "traversal": ("/api/hello?file=../../../../etc/passwd", CHROME),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(server: Server, name: str) -> None:
    client = somebody()
    target, headers = REFUSED[name]
    headers = {**headers, "Accept": "application/json"}
    answers = [ask(server, client, target, headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [403, 403]
    told = [answer.json() for answer in answers]
    assert [body["title"] for body in told] == ["Forbidden", "Forbidden"]
    assert told[0]["decision"] != told[1]["decision"]


def test_twenty_pass_and_then_429(server: Server) -> None:
    assert _statuses(server, lambda _: CHROME) == EXACT


def test_one_client_leaves_the_others_their_limit(server: Server) -> None:
    def burst() -> list[int]:
        first, second = somebody(), somebody()
        return [ask(server, client).status for client in [first] * (LIMIT + MORE) + [second]]

    assert within(MINUTE, burst) == [*EXACT, 200]


def test_what_is_refused_takes_no_quota(server: Server) -> None:
    def burst() -> list[int]:
        client = somebody()
        for target, headers in REFUSED.values():
            ask(server, client, target, headers)
        return [ask(server, client).status for _ in range(LIMIT + MORE)]

    assert within(MINUTE, burst) == EXACT


def test_one_connection_is_one_client(server: Server) -> None:
    def burst() -> list[int]:
        connection = connect(server, somebody())
        try:
            return [
                send(server, connection, headers=_forged(f"203.0.113.{n}", *FORGED)).status
                for n in range(LIMIT + MORE)
            ]
        finally:
            connection.close()

    assert within(MINUTE, burst) == EXACT


@pytest.mark.parametrize("name", [*FORGED, "all of them"])
def test_a_forged_address_lifts_no_limit(server: Server, name: str) -> None:
    names = list(FORGED) if name == "all of them" else [name]
    assert _statuses(server, lambda n: _forged(f"203.0.113.{n}", *names)) == EXACT


@pytest.mark.parametrize(
    "value",
    [
        "203.0.113.{n}, 127.0.0.1",
        "127.0.0.1, 203.0.113.{n}",
        "2001:db8:{n}::1",
        "unknown, 203.0.113.{n}",
        "127.0.0.{n}",
        "::ffff:203.0.113.{n}",
    ],
)
def test_a_forged_chain_lifts_no_limit(server: Server, value: str) -> None:
    def headers(n: int) -> dict[str, str]:
        ip = value.format(n=n + 1)
        return {**CHROME, "X-Forwarded-For": ip, "x-real-ip": ip, "Host": f"host-{n}.example"}

    def burst() -> list[int | None]:
        client = somebody()
        return [_raw(server, client, _request(headers(n))) for n in range(LIMIT + MORE)]

    assert within(MINUTE, burst) == EXACT


def _request(headers: Mapping[str, str]) -> bytes:
    """A request whose headers are only these."""
    lines = "".join(
        f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **headers}.items()
    )
    return f"GET /api/hello HTTP/1.1\r\n{lines}Connection: close\r\n\r\n".encode()


def test_a_forged_address_locks_nobody_out(server: Server) -> None:
    def burst() -> list[int]:
        attacker, victim = somebody(), somebody()
        for _ in range(LIMIT + MORE):
            ask(server, attacker, headers=_forged(victim, *FORGED))
        return [ask(server, victim).status for _ in range(LIMIT + MORE)]

    assert within(MINUTE, burst) == EXACT


@pytest.mark.parametrize("leave", ["close", "reset"])
def test_who_hangs_up_is_counted(server: Server, leave: str) -> None:
    """Nobody waits for these answers, but the handler runs for each of them."""
    request = _request(CHROME)

    def burst() -> int:
        client = somebody()
        address = ("127.0.0.1", server.port)
        connections = [
            socket.create_connection(address, timeout=30, source_address=(client, 0))
            for _ in range(2 * LIMIT)
        ]
        time.sleep(0.2)
        for connection in connections:
            connection.sendall(request)
            if leave == "reset":
                at_once = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
            connection.close()
        time.sleep(1)
        return ask(server, client).status

    assert within(MINUTE, burst) == 429


def test_the_same_headers_lift_a_limit_that_believes_them(probe: Server) -> None:
    """Shows that the tests above would notice."""
    client = somebody()

    def statuses(numbers: Iterable[int]) -> list[int]:
        return [
            ask(
                probe,
                client,
                "/api/probe/believing",
                _forged(f"203.0.113.{n}", "X-Forwarded-For"),
            ).status
            for n in numbers
        ]

    assert within(DAY, lambda: statuses(range(LIMIT + MORE))) == [200] * (LIMIT + MORE)
    assert within(DAY, lambda: statuses([99] * 5)) == [200, 200, 200, 429, 429]


def test_what_uvicorn_believes_is_not_believed(credulous_uvicorn: Server) -> None:
    assert _statuses(credulous_uvicorn, lambda n: _forged(f"203.0.113.{n}", *FORGED)) == EXACT


AGENT = b"User-Agent: " + FIREFOX["User-Agent"].encode()
MALFORMED = {
    "bytes in the query": b"GET /api/hello?q=%ff%fe%00%c0%af HTTP/1.1\r\n" + AGENT,
    "raw bytes in the query": b"GET /api/hello?q=\xff\xfe HTTP/1.1\r\n" + AGENT,
    "half an escape": b"GET /api/hello?q=%&r=%2&%zz=%u0027 HTTP/1.1\r\n" + AGENT,
    "a lone surrogate": b"GET /api/hello?q=%ed%a0%80 HTTP/1.1\r\n" + AGENT,
    "many parameters": b"GET /api/hello?" + b"a=1&" * 2000 + b" HTTP/1.1\r\n" + AGENT,
    "brackets": b"GET /api/hello?a[[[]]]=1&[]=2&a[b]=c&a=d HTTP/1.1\r\n" + AGENT,
    "bytes in a header": b"GET /api/hello HTTP/1.1\r\nX-Name: \xff\xc3\x28\xe9\r\n" + AGENT,
    "bytes in the agent": b"GET /api/hello HTTP/1.1\r\nUser-Agent: \xe4\xf6\xfc\xff",
    "bytes in a cookie": b"GET /api/hello HTTP/1.1\r\nCookie: a=\xff; =; ;;b\r\n" + AGENT,
    "two agents": b"GET /api/hello HTTP/1.1\r\nUser-Agent: a\r\n" + AGENT,
    "many headers": b"GET /api/hello HTTP/1.1\r\n" + b"X-A: b\r\n" * 90 + AGENT,
    "names of prototypes": b"GET /api/hello?__proto__=1 HTTP/1.1\r\n__proto__: a\r\n" + AGENT,
    "a bad length": b"GET /api/hello HTTP/1.1\r\nContent-Length: abc\r\n" + AGENT,
    "an unknown method": b"\x41\x42\x43 /api/hello HTTP/1.1\r\n" + AGENT,
    "another method": b"DELETE /api/hello HTTP/1.1\r\n" + AGENT,
    "an absolute target": b"GET http://other.example/api/hello HTTP/1.1\r\n" + AGENT,
    "garbage": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


def _raw(server: Server, client: str, request: bytes) -> int | None:
    """The status of an answer to these bytes; None where the host only hangs up."""
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=30, source_address=(client, 0)) as connection:
        connection.sendall(request)
        answer = b""
        while not (b"\r\n" in answer and answer.startswith(b"HTTP/")):
            piece = connection.recv(65_536)
            if not piece:
                return None
            answer += piece
    asked[server.name] = asked.get(server.name, 0) + 1
    return int(answer.split(maxsplit=2)[1])


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_requests_are_answered(server: Server, name: str) -> None:
    client = somebody()
    end = b"\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    status = _raw(server, client, MALFORMED[name] + end)
    assert status is None or 200 <= status < 500
    assert ask(server, client).status == 200


def test_nothing_was_reported_as_our_fault(server: Server) -> None:
    """Runs last in this file: the servers' words on everything above."""
    log = server.log()
    for word in ("engine failed", "Traceback", "could not judge", "RuntimeError", "\u2a2f"):
        assert word not in log, log
