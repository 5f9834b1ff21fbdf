"""What the process remembers: exact under load, flat in memory, one for all copies, unpolluted."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from serving import Server, run, somebody

from .support import CHROME, DAY, SCRIPT, ask, asked, connect, send, within

HERE = Path(__file__).parent

# 1e5 calls that each kept the smallest object there is (16 bytes) would exceed it.
HEAP = 1_600_000
# What the allocators of V8 and the C library may hold on to; 1e5 calls that leaked 320 bytes
# outside of the heap would exceed it.
RESIDENT = 32_000_000

MB = 1_000_000


def _flat(before: dict[str, int], after: dict[str, int]) -> str:
    growth = {name: after[name] - before[name] for name in before}
    assert growth["wasm"] == 0, growth
    assert growth["heapUsed"] < HEAP, growth
    assert growth["external"] < HEAP, growth
    assert growth["rss"] < RESIDENT, growth
    heap, rss = growth["heapUsed"] / MB, growth["rss"] / MB
    return f"heap {heap:+.2f} MB, resident {rss:+.1f} MB of {after['rss'] / MB:.0f}, wasm +0"


@pytest.mark.parametrize("wards", ["", "?own"], ids=["imported", "made by each"])
def test_two_next_routes_share_one_limit(next_server: Server, wards: str) -> None:
    def burst() -> list[int]:
        client = somebody()
        return [
            ask(next_server, client, f"/api/probe/{('one', 'two')[n % 2]}{wards}").status
            for n in range(12)
        ]

    assert within(DAY, burst) == [200] * 7 + [429] * 5


def test_with_rule_in_a_next_handler(next_server: Server, note: list[str]) -> None:
    """1e5 times, 1,000 in each request, after as many to warm up."""

    def burst() -> tuple[int, dict[str, int], dict[str, int]]:
        connection = connect(next_server, somebody())

        def many() -> int:
            target = "/api/probe/many?calls=1000"
            return sum(send(next_server, connection, target).json()["passed"] for _ in range(100))

        def memory() -> dict[str, int]:
            found: dict[str, int] = send(
                next_server, connection, "/api/probe/many?calls=0&memory"
            ).json()["memory"]
            return found

        try:
            passed = many()
            before = memory()
            passed += many()
            return passed, before, memory()
        finally:
            connection.close()

    passed, before, after = within(DAY, burst)
    assert passed == 150_000
    note.append(
        f"withRule in Next, 100,000 calls: {_flat(before, after)}; 150,000 of 200,000 passed"
    )


def test_ever_new_rules_in_a_next_handler(next_server: Server, note: list[str]) -> None:
    """A handler that makes its limit of what the client is: nothing of old rules stays."""
    connection = connect(next_server, somebody())

    def new(start: int, calls: int) -> dict[str, int]:
        target = f"/api/probe/many?calls={calls}&new={start}&memory"
        found: dict[str, int] = send(next_server, connection, target).json()["memory"]
        return found

    try:
        before = new(1, 4000)
        after = new(4001, 4000)
    finally:
        connection.close()
    note.append(f"withRule in Next, 4,000 new rules: {_flat(before, after)}")


@pytest.fixture(scope="module")
def one_process(next_app: Path) -> dict[str, Any]:
    """What the installed package does in plain Node."""
    script = next_app / "one-process.mjs"
    script.write_bytes((HERE / "node/one-process.mjs").read_bytes())
    found: dict[str, Any] = json.loads(run(["node", "--expose-gc", script.name], next_app, 300))
    return found


def test_every_copy_of_the_package_shares_one_limit(one_process: dict[str, Any]) -> None:
    shared = one_process["shared"]
    assert shared["distinct"] == 2  # ESM and CJS are different code
    assert shared["found"] == ["ALLOW"] * 10 + ["DENY"] * 14


def test_with_rule_in_a_node_handler(one_process: dict[str, Any], note: list[str]) -> None:
    handler = one_process["handler"]
    assert handler["passed"] == 60_000
    flat = _flat(handler["before"], handler["after"])
    note.append(f"withRule in Node, 100,000 calls: {flat}; 60,000 of 120,000 passed")


def test_pollution_changes_nothing_in_node(one_process: dict[str, Any]) -> None:
    pairs = one_process["pollution"]
    assert len(pairs) == 18
    assert {json.loads(expected)["conclusion"] for expected, _ in pairs} == {"ALLOW", "DENY"}
    for expected, found in pairs:
        assert found == expected
    before, after = one_process["prototypes"]
    assert after == before


EVIL = (
    '"__proto__":{"plan":"free","tenant":"evil","ip":"6.6.6.6"},'
    '"constructor":{"prototype":{"plan":"free","polluted":"yes"}},'
    '"__class__":{"plan":"free"}'
)
EVIL_QUERY = "&__proto__[plan]=free&__proto__.plan=free&constructor.prototype.plan=free"
EVIL_HEADERS = {
    "__proto__": "x-plan",
    "constructor": '{"prototype":{"x-plan":"free"}}',
    "X-__proto__": "free",
}
KEPT = ("conclusion", "reason", "results", "undetermined", "degraded")


@pytest.mark.parametrize("facts", ['"plan":"team"', '"plan":"free"', '"other":1'])
def test_pollution_changes_nothing_over_http(probe: Server, facts: str) -> None:
    def told(query: str, headers: dict[str, str], body: str) -> dict[str, Any]:
        target = f"/api/probe/context?q=costly{query}"
        answer = ask(probe, somebody(), target, {**SCRIPT, **headers}, body.encode())
        assert answer.status == 200
        found: dict[str, Any] = answer.json()
        kept = {name: found["decision"][name] for name in KEPT}
        return {**kept, "prototype": found["prototype"]}

    def burst() -> list[dict[str, Any]]:
        return [
            told("", {}, f"{{{facts}}}"),
            told("", {}, f"{{{facts},{EVIL}}}"),
            told("", {}, f"{{{EVIL},{facts}}}"),
            told(EVIL_QUERY, {}, f"{{{facts}}}"),
            told("", EVIL_HEADERS, f"{{{facts}}}"),
            told(EVIL_QUERY, EVIL_HEADERS, f"{{{EVIL},{facts}}}"),
        ]

    clean, *polluted = within(DAY, burst)
    assert clean["conclusion"] == ("DENY" if '"free"' in facts else "ALLOW")
    for found in polluted:
        assert found == clean


SIMULTANEOUS = 400


async def _together(server: Server, request: bytes) -> Counter[int]:
    """Statuses of requests whose last bytes are sent at once, each on a connection of its own."""
    client = somebody()
    connections = [
        await asyncio.open_connection("127.0.0.1", server.port, local_addr=(client, 0))
        for _ in range(SIMULTANEOUS)
    ]
    for _, writer in connections:
        writer.write(request[:-1])
        await writer.drain()
    await asyncio.sleep(0.3)
    for _, writer in connections:
        writer.write(request[-1:])

    async def status(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        answer = await reader.read()
        writer.close()
        return int(answer.split(maxsplit=2)[1])

    statuses = await asyncio.wait_for(asyncio.gather(*(status(*one) for one in connections)), 120)
    asked[server.name] = asked.get(server.name, 0) + len(statuses)
    return Counter(statuses)


def _request(target: str, body: bytes) -> bytes:
    lines = [
        f"{'POST' if body else 'GET'} {target} HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        f"User-Agent: {CHROME['User-Agent']}",
    ]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


@pytest.mark.parametrize("where", ["next", "fastapi", "fastapi in threads"])
def test_of_400_simultaneous_requests_50_pass(
    request: pytest.FixtureRequest, where: str, note: list[str]
) -> None:
    name = "next_server" if where == "next" else "fastapi_probe"
    server: Server = request.getfixturevalue(name)
    threads = where.endswith("threads")
    target = "/api/probe/threads" if threads else "/api/probe/exact"
    body = b"" if threads else b'{"name":"ana"}'
    found = within(DAY, lambda: asyncio.run(_together(server, _request(target, body))))
    assert found == {200: 50, 429: SIMULTANEOUS - 50}
    note.append(f"{where}: 50 of {SIMULTANEOUS} simultaneous requests passed")
