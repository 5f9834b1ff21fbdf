"""Issuers over TLS with a certificate of the moment, and both applications that believe them."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey
from serving import ROOT, Server

# who answers for the outside in the Python package's own tests
sys.path.insert(0, str(ROOT / "bindings-py/tests"))
from outside_world import certificate, name_server

HERE = Path(__file__).parent
ISSUERS = {"jose": ["node", "issuer.mjs"], "joserfc": [sys.executable, "issuer.py"]}
APPLICATIONS = {
    "express": ["node", "express.mjs"],
    "fastapi": [
        *(sys.executable, "-m", "uvicorn", "fastapi_app:app", "--no-proxy-headers"),
        *("--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning"),
    ],
}
ALGORITHMS = ["EdDSA", "ES256", "RS256"]
AUDIENCE = "https://shop.example"
PRINTED = "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"


@dataclass(frozen=True)
class World:
    """Who issues tokens, and where."""

    ports: dict[str, int]
    ca: str
    dns: str

    def issuer(self, library: str, algorithm: str) -> str:
        return f"https://issuer.example:{self.ports[library]}/{algorithm}"


@pytest.fixture(scope="session")
def agent() -> dict[str, Any]:
    """A signing agent's private key."""
    return dict(OKPKey.generate_key("Ed25519").as_dict(private=True))


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """Issuers of both libraries, and a name server that knows them."""
    with ExitStack() as running:
        made = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="doorward-agents-")))
        ca, chain = certificate(made, "issuer.example")
        names = running.enter_context(name_server({"issuer.example A": ["127.0.0.1"]}))
        ports = {
            name: running.enter_context(
                Server(name, command, HERE, logs=made, more={"CHAIN": str(chain)})
            ).port
            for name, command in ISSUERS.items()
        }
        yield World(ports, ca, names.place)


def policy(world: World, agent: dict[str, Any]) -> dict[str, Any]:
    """Both rules; which comes first is what an application tells of."""
    issuers = [world.issuer(library, name) for library in ISSUERS for name in ALGORITHMS]
    return {
        "rules": [
            {
                "rule": "detectBot",
                "mode": "LIVE",
                "deny": [],
                "webBotAuth": {
                    "authorities": ["127.0.0.1:{port}"],
                    "keys": [
                        {"agent": "https://agent.example", "x": agent["x"]},
                        {"agent": "https://tests.example", "x": PRINTED},
                    ],
                },
            },
            {
                "rule": "verifyAgent",
                "mode": "LIVE",
                "audience": [AUDIENCE],
                "issuers": [
                    {"issuer": name, "algorithm": name.rsplit("/")[-1], "jwks": f"{name}/jwks.json"}
                    for name in issuers
                ],
                "scopes": [{"path": "/orders*", "scopes": "orders:read"}],
            },
        ]
    }


@pytest.fixture(scope="session", params=sorted(APPLICATIONS))
def server(request: pytest.FixtureRequest, world: World, agent: dict[str, Any]) -> Iterator[Server]:
    """One of the applications."""
    name = str(request.param)
    hosts = [f"issuer.example:{port}" for port in world.ports.values()]
    outside = {"dns": [world.dns], "keys": {"hosts": hosts, "ca": world.ca}}
    told = {"POLICY": json.dumps(policy(world, agent)), "OUTSIDE": json.dumps(outside)}
    with (
        tempfile.TemporaryDirectory(prefix="doorward-agents-") as logs,
        Server(name, APPLICATIONS[name], HERE, logs=Path(logs), more=told) as server,
    ):
        yield server
