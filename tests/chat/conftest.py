"""Both examples, as built, with the model beside them."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from serving import ROOT, Server, somebody

from .client import Client
from .model import Model

NEXT = [
    str(ROOT / "node_modules/.bin/next"),
    *("start", "--hostname", "127.0.0.1", "--port", "{port}"),
]
FASTAPI = [
    *(sys.executable, "-m", "uvicorn", "main:app", "--no-proxy-headers"),
    *("--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning"),
]
COMMANDS = {"nextjs": NEXT, "fastapi": FASTAPI}


@pytest.fixture(scope="session", params=sorted(COMMANDS))
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Client, Model]]:
    """One of the examples, started afresh."""
    name = str(request.param)
    model = Model()
    with tempfile.TemporaryDirectory(prefix="doorward-chat-") as logs:
        folder, more = ROOT / "examples" / name, {"MODEL_URL": model.url}
        with Server(name, COMMANDS[name], folder, logs=Path(logs), more=more) as server:
            client = Client(server.port)
            _ready(client, server)
            yield client, model
    model.close()


@pytest.fixture
def client(served: tuple[Client, Model]) -> Client:
    return served[0]


@pytest.fixture
def model(served: tuple[Client, Model]) -> Model:
    """The model, which nobody has asked anything."""
    served[1].asked.clear()
    served[1].go.clear()
    served[1].given_up.clear()
    return served[1]


def _ready(client: Client, server: Server) -> None:
    """What comes before `register` has run is judged without an address."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError):
            if "x-doorward-decision" in client.ask(somebody(), "Hello?").headers:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{server.name} does not decide\n{server.log()}")
