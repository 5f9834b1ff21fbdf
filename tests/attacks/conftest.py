"""Both examples, as built, and a count of what was asked of them."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from serving import ROOT, Server, somebody

from .wire import Answer, asked, send

NEXT = [
    str(ROOT / "node_modules/.bin/next"),
    *("start", "--hostname", "127.0.0.1", "--port", "{port}"),
]
FASTAPI = [
    *(sys.executable, "-m", "uvicorn", "main:app", "--no-proxy-headers"),
    *("--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning"),
]
COMMANDS = {"nextjs": NEXT, "fastapi": FASTAPI}
_PLAIN = b"GET /api/search?q=shoes HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="session", params=sorted(COMMANDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One of the examples."""
    name = str(request.param)
    with tempfile.TemporaryDirectory(prefix="doorward-attacks-") as logs:
        folder = ROOT / "examples" / name
        with Server(name, COMMANDS[name], folder, logs=Path(logs)) as server:
            _ready(server)
            yield server


def _ready(server: Server) -> None:
    """What comes before `register` has run is judged without an address."""
    until = time.monotonic() + 30
    answer = Answer(0, {})
    while time.monotonic() < until:
        with suppress(OSError):
            answer = send(server.port, somebody(), _PLAIN)
            if "x-doorward-decision" in answer.headers:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{server.name} does not decide: {answer}\n{server.log()}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if asked:
        terminalreporter.section("attacks")
    for name, count in sorted(asked.items()):
        terminalreporter.write_line(f"{name}: {count}")
