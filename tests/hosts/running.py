"""One host at a time: built, started, asked everything, and what it logged."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from doorward._doorward import Replay
from serving import Server, run

from . import wire
from .hosts import APPS, HERE, Host

POLICY = (HERE / "policy.json").read_text("utf-8")
LIMIT = (HERE / "limit.json").read_text("utf-8")
SECRET = "correct horse battery staple"
TABLE = wire.read_table(HERE / "requests.toml")
LIMITED = "eight of one client, forged headers"
ENGINE_TROUBLE = ("engine failed", "Traceback", "could not judge the", "RuntimeError", "panicked")

FORGED: Mapping[str, Callable[[str], str]] = {
    "X-Forwarded-For": str,
    "X-Real-IP": str,
    "Forwarded": lambda ip: f"for={ip};proto=https",
    "CF-Connecting-IP": str,
    "True-Client-IP": str,
    "X-Vercel-Forwarded-For": str,
    "Fly-Client-IP": str,
    "X-Client-IP": str,
}


class Seen(NamedTuple):
    """What came of one host."""

    found: dict[str, str]
    """How each request differs from native replay, by its name; `same` where it does not."""
    limited: list[str]
    """What a limit of five said of eight requests of one client."""
    answers: list[wire.Answer]
    """How these eight were answered."""
    trouble: list[str]


class Results:
    """What came of the hosts that a run of the tests asks for, by name."""

    def __init__(self) -> None:
        self.seen: dict[str, Seen] = {}
        self.failed: dict[str, Exception] = {}

    def __getitem__(self, name: str) -> Seen:
        if name in self.failed:
            raise self.failed[name]
        return self.seen[name]


def client_of(number: int) -> str:
    """The address from which the row of this number is sent."""
    return f"127.78.{number >> 8}.{number & 255}"


def requests_to(host: Host, action: str) -> list[wire.Request | None]:
    """The rows as this host gets them; nothing where a row does not apply."""
    if not host.action:
        return list(TABLE)
    return [request.as_action(action) if request.about_headers else None for request in TABLE]


def native(
    requests: Iterable[wire.Request | None], hidden: frozenset[str] = frozenset()
) -> dict[str, dict[str, Any]]:
    """The log lines of native replay on the traffic lines that the bytes mean, by name."""
    replay = Replay(POLICY, log_secret=SECRET.encode())
    lines = {}
    for number, request in enumerate(requests):
        if request is None:
            continue
        line = wire.traffic_line(request, request.name, client_of(number))
        line.update((name, "") for name in hidden)
        pushed = replay.push(request.name, json.dumps(line).encode())
        assert pushed is not None
        lines[request.name] = json.loads(pushed.partition("\n")[2])
    return lines


def difference(found: Mapping[str, Any], expected: Mapping[str, Any]) -> str:
    """In what two log lines of one request differ; `same` where in nothing."""
    told = []
    if (found["conclusion"], found["code"]) != (expected["conclusion"], expected["code"]):
        told.append(f"{found['conclusion']} {found['code']}")
    for ours, theirs in zip(found["rules"], expected["rules"], strict=True):
        if ours != theirs:
            told.append(f"{ours['id']}: {ours['code']}")
    for name in ("method", "route", "engine"):
        if found[name] != expected[name]:
            told.append(f"{name}: {found[name]}")
    if found["who"] != expected["who"]:
        told.append(f"who: {'another address' if found['who'] else 'nobody known'}")
    return ", ".join(told) or "same"


_building: dict[str, Lock] = {}
_built: set[str] = set()
_guard = Lock()


def build(host: Host) -> None:
    """Once for each folder."""
    with _guard:
        lock = _building.setdefault(host.folder, Lock())
    with lock:
        if host.build and host.folder not in _built:
            run(list(host.build), APPS / host.folder, more={"HOSTS_POLICY": POLICY})
            _built.add(host.folder)


@contextmanager
def _serving(host: Host, policy: str, logs: Path, workers: int) -> Iterator[Server]:
    more = {
        "DOORWARD_SECRET": SECRET,
        "HOSTS_POLICY": policy,
        "WEB_CONCURRENCY": str(workers),
        **host.environment,
    }
    folder = APPS / host.folder
    with Server(host.name, list(host.start), folder, logs=logs, more=more) as server:
        # what comes before `register` has run is judged without an address
        _ready(server)
        yield server


_PLAIN = TABLE[0]


def _ready(server: Server) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError):
            if wire.send(server.port, "127.79.0.1", _PLAIN).status == 200:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{server.name} does not answer\n{server.log()}")


def ask(host: Host, logs: Path) -> Seen:
    """Everything that the tests want to know of a host."""
    build(host)
    with _serving(host, POLICY, logs, workers=2) as server:
        requests = requests_to(host, _action(server) if host.action else "")
        expected = native(requests, host.hides)
        asked = _ask_all(server, requests)
        logged = _logged(server, asked.values())
        found = {
            name: _found(host, asked.get(name), logged, expected.get(name))
            for name in (request.name for request in TABLE)
        }
        trouble = [line for line in server.log().splitlines() if _is_trouble(line)]
    with _serving(host, LIMIT, logs, workers=1) as server:
        action = _action(server) if host.action else ""
        eight = [_forged(host, action, number) for number in range(8)]
        answers = [wire.send(server.port, "127.79.0.2", request) for request in eight]
        lines = list(_logged(server, answers).values())[-len(eight) :]
        limited = [line["rules"][0]["code"] for line in lines]
    return Seen(found, limited, answers, trouble)


def _is_trouble(line: str) -> bool:
    return any(word in line for word in ENGINE_TROUBLE)


def _action(server: Server) -> str:
    """The id of the server action in the page that calls it."""
    page = b"GET /action HTTP/1.1"
    asked = _PLAIN._replace(head=_PLAIN.head.replace(b"GET / HTTP/1.1", page))
    [found] = re.findall(
        rb"\$ACTION_ID_([0-9a-f]+)", wire.send(server.port, "127.79.0.3", asked).body
    )
    return str(found.decode())


def _forged(host: Host, action: str, number: int) -> wire.Request:
    lines = [
        f"{name}: {value(f'203.0.113.{number}')}"
        for name, value in FORGED.items()
        if name != host.edge_header
    ]
    head = _PLAIN.head.replace(b"Connection:", "\r\n".join([*lines, "Connection:"]).encode())
    request = _PLAIN._replace(head=head)
    return request.as_action(action) if host.action else request


def _ask_all(server: Server, requests: list[wire.Request | None]) -> dict[str, wire.Answer]:
    """Every answer by name; slow requests at the side of the others."""

    def one(numbered: tuple[int, wire.Request]) -> tuple[str, wire.Answer]:
        number, request = numbered
        return request.name, wire.send(server.port, client_of(number), request)

    rows = [(number, request) for number, request in enumerate(requests) if request is not None]
    rows.sort(key=lambda row: not row[1].slow)
    with ThreadPoolExecutor(4) as pool:
        return dict(pool.map(one, rows))


def _logged(server: Server, answers: Iterable[wire.Answer]) -> dict[str, dict[str, Any]]:
    """Log lines by decision id, as soon as all that answers name are there."""
    wanted = {found for answer in answers if (found := _decision(answer))}
    until = time.monotonic() + 5
    while True:
        lines = re.findall(r'\{"v":1,"type":"decision".*\}$', server.log(), re.MULTILINE)
        by_id = {line["id"]: line for line in map(json.loads, lines)}
        if wanted <= set(by_id) or time.monotonic() > until:
            return by_id
        time.sleep(0.05)


def _decision(answer: wire.Answer) -> str | None:
    """The decision's id, as the application or the adapter's refusal says it."""
    if "x-decision" in answer.headers:
        return answer.headers["x-decision"]
    found = re.search(rb"dw_[0-9a-z]{26}", answer.body)
    return found[0].decode() if found else None


def _found(
    host: Host,
    answer: wire.Answer | None,
    logged: Mapping[str, Mapping[str, Any]],
    expected: Mapping[str, Any] | None,
) -> str:
    if answer is None or expected is None:
        return "none"
    name = _decision(answer)
    line = logged.get(name or _unnamed(logged, expected))
    if line is None:
        return f"{answer.status}, not in the log" if name else str(answer.status or "closed")
    if host.action:
        # what an action refuses, it says in its value
        return difference(line, expected)
    refused = line["conclusion"] != "ALLOW"
    status = "" if refused == (answer.status in (403, 429)) else f", answered {answer.status}"
    return difference(line, expected) + status


def _unnamed(logged: Mapping[str, Mapping[str, Any]], expected: Mapping[str, Any]) -> str:
    """The decision behind an answer that names none: the one from its address, or on its method."""
    telling = ("who",) if expected["who"] else ("method",) if expected["method"] == "HEAD" else ()
    for line in logged.values():
        if telling and all(line[name] == expected[name] for name in telling):
            return str(line["id"])
    return ""
