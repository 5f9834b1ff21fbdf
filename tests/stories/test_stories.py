"""Five stories through both examples: customers whom rules alone would refuse, and abuse.

Over HTTP, from addresses that the applications' reverse proxy would tell. `STORIES_UPDATE=1` writes
the explanation in the README again, which is the one that the applications print.
"""

from __future__ import annotations

import http.client
import importlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from attacks.conftest import COMMANDS
from hosts.wire import unpacked
from serving import ROOT, Server

_toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
TABLE: dict[str, Any] = _toml.loads(Path(__file__).with_name("stories.toml").read_text("utf-8"))
STORIES: list[dict[str, Any]] = TABLE["story"]
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- story: stolen cookie -->\n```\n)(.*?)(?=^```$)", re.M | re.S)
KEYS = {"do", "as", "with", "from", "on", "json", "times", "keep", "proof", "answer"}
TOLD = {"by", "conclusion", "explained"}


@pytest.fixture(scope="module", params=sorted(COMMANDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One of the examples, which has met nobody."""
    name = str(request.param)
    with tempfile.TemporaryDirectory(prefix="doorward-stories-") as logs:
        folder = ROOT / "examples" / name
        with Server(name, COMMANDS[name], folder, logs=Path(logs)) as server:
            _ready(server)
            yield server


def _ready(server: Server) -> None:
    """What comes before `register` has run is judged without an address."""
    first = {"do": "GET /api/search?q=shoes", "from": "198.51.100.1", "on": "firefox"}
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError):
            if ask(server, first, "").decision:
                return
        time.sleep(0.1)
    raise TimeoutError(f"{server.name} does not decide\n{server.log()}")


def mailed(server: Server, user: str) -> str:
    """The code that was last mailed to somebody."""
    codes = re.findall(rf"mail to {user}: your code is (\d+)", server.log())
    return str(codes[-1])


class Answer(NamedTuple):
    status: int
    decision: dict[str, Any]
    """As the examples show it; empty where there was none."""
    body: bytes


def ask(server: Server, step: dict[str, Any], proof: str) -> Answer:
    method, target = step["do"].split(" ", 1)
    headers = dict(line.split(": ", 1) for line in TABLE["clients"][step["on"]])
    headers["X-Forwarded-For"] = step["from"]
    if "as" in step:
        headers["Cookie"] = f"session={step['as']}"
    if "with" in step:
        headers["Authorization"] = f"Bearer {step['with']}"
    if step.get("proof"):
        headers["X-Step-Up"] = proof if step["proof"] is True else step["proof"]
    body = step.get("json")
    if body is not None:
        headers["Content-Type"] = "application/json"
        if "{code}" in body:
            body = body.replace("{code}", mailed(server, step["as"]))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        decision = json.loads(told.get("x-doorward-decision", "{}"))
        return Answer(answer.status, decision, unpacked(told, answer.read()))
    finally:
        connection.close()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_is_told_as_it_is_written(server: Server, story: dict[str, Any]) -> None:
    proof = ""
    for number, step in enumerate(story["steps"]):
        assert not set(step) - KEYS - TOLD, step
        for _ in range(step.get("times", 1)):
            answer = ask(server, step, proof)
            shown = answer.decision
            where = f"{server.name}, step {number}: {step}\n{shown}\n{server.log()[-3000:]}"
            assert answer.status == step["answer"], where
            assert step.get("by", shown["code"]) == shown["code"], where
            assert step.get("conclusion", shown["conclusion"]) == shown["conclusion"], where
            if step.get("keep"):
                proof = json.loads(answer.body)["token"]
            if step.get("explained"):
                _explained(server)


def _explained(server: Server) -> None:
    """The README has what the application printed last of a decision."""
    lines = re.findall(r"^(dw_\w+) (-?\d+ \S+: .*)$", server.log(), re.M)
    printed = "".join(f"{why}\n" for decision, why in lines if decision == lines[-1][0])
    text = README.read_text("utf-8")
    found = BLOCK.search(text)
    assert found, "README.md has no explanation"
    if os.environ.get("STORIES_UPDATE") == "1":
        README.write_text(text[: found.start()] + printed + text[found.end() :], "utf-8")
        return
    assert found[0] == printed
