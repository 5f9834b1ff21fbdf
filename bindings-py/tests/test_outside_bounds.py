"""However many domains and agents clients name, this many look-ups follow (law 9)."""

from __future__ import annotations

import asyncio
import json
import math
import threading
import time
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from doorward import Keys, Outside
from doorward._outside import Facts, Turn
from outside_world import certificate, directory_host, failing, name_server

REQUESTS = 10_000
WAVE = 1000
# as docs/outside.md states them
BURST, PER_SECOND, PER_CLIENT, CONCURRENT = 100, 50, 20, 32


def _records(name: str, kind: str) -> Sequence[str] | None:
    if kind == "MX":
        return [f"10 mail.{name}."]
    return ["127.0.0.1"] if kind == "A" and name.startswith("agent") else None


class _Empty(BaseHTTPRequestHandler):
    now = most = 0
    lock = threading.Lock()

    def do_GET(self) -> None:
        with _Empty.lock:
            _Empty.now += 1
            _Empty.most = max(_Empty.most, _Empty.now)
        body = b'{"keys":[]}'
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        with _Empty.lock:
            _Empty.now -= 1

    def log_message(self, *args: Any) -> None:
        """Quiet."""


def test_10000_requests_with_fresh_domains_and_agents(tmp_path: Path) -> None:
    ca, chain = certificate(tmp_path, "*.agents.example")
    counts: Counter[str] = Counter()

    async def ask(facts: Facts, index: int, port: int) -> None:
        domain, url = f"domain{index}.example", f"https://agent{index}.agents.example:{port}/keys"
        needs = [
            {"id": f"mx:{domain}", "kind": "mx", "domain": domain},
            {"id": f"key:{url}", "kind": "key", "url": url},
        ]
        # a thousand clients
        client = f"198.51.{index % 4}.{index // 4 % 250}"
        text = json.dumps({"needs": needs, "client": client})
        said = await Turn(None, facts, failing).answer(text)
        counts.update(reply.get("error", "answered") for reply in json.loads(said)["replies"])

    async def waves(facts: Facts, port: int) -> None:
        for first in range(0, REQUESTS, WAVE):
            await asyncio.gather(*(ask(facts, first + at, port) for at in range(WAVE)))

    with name_server({}, _records) as names, directory_host(chain, _Empty) as host:
        hosts = [f"agent{index}.agents.example:{host.port}" for index in range(REQUESTS)]
        facts = Facts(Outside(dns=[names.place], keys=Keys(hosts=hosts, ca=ca)))
        begun = time.monotonic()
        asyncio.run(waves(facts, host.port))
        allowed = BURST + math.ceil(PER_SECOND * (time.monotonic() - begun))
        told = f"{counts}, {len(names.asked)} queries, {host.connections} connections, {allowed}"
        # one query for a domain with MX records, one for an agent; each may be repeated
        assert len(names.asked) <= 2 * allowed, told
        assert host.connections <= allowed, told
        assert _Empty.most <= CONCURRENT, told
        assert counts["answered"] > 0, told
        assert counts.total() == 2 * REQUESTS
        assert counts["overloaded"] >= counts.total() - allowed, told


def test_one_client_has_its_own_bound_and_others_are_answered() -> None:
    with name_server({}, _records) as names:
        facts = Facts(Outside(dns=[names.place], deadline=5.0))

        def ask(domain: str, client: str) -> str:
            need = {"id": f"mx:{domain}", "kind": "mx", "domain": domain}
            text = json.dumps({"needs": [need], "client": client})
            said = json.loads(Turn(None, facts, failing).answer_now(text))
            return str(said["replies"][0].get("error", "answered"))

        begun = time.monotonic()
        words = Counter(ask(f"a{index}.example", "2001:db8::") for index in range(500))
        minutes = (time.monotonic() - begun) / 60
        assert PER_CLIENT <= words["answered"] <= PER_CLIENT * (1 + minutes) + 1
        assert len(names.asked) == words["answered"]
        assert ask("b.example", "192.0.2.9") == "answered"
        # what is known costs nobody anything
        assert ask("b.example", "2001:db8::") == "answered"
