"""What these tests share: the README, processes, and a client that says only what it is told."""

from __future__ import annotations

import gzip
import http.client
import itertools
import json
import os
import re
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")

MINUTE = 60
DAY = 86_400

CHROME = {
    "sec-ch-ua": '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "image/apng,*/*;q=0.8",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Dest": "document",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en-GB,en;q=0.9,de;q=0.8",
    "Cookie": "theme=dark; _ga=GA1.1.1210417434.1763700000",
}
FIREFOX = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "fr-FR,fr;q=0.8,en-US;q=0.5,en;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "DNT": "1",
    "Sec-GPC": "1",
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-User": "?1",
    "Priority": "u=0, i",
}
SAFARI = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    "Accept-Language": "en-US,en;q=0.9",
    "Accept-Encoding": "gzip, deflate, br",
    "Referer": "https://shop.example/",
}


def pasted(host: str) -> dict[str, str]:
    """The README's files for a host, by name."""
    block = rf"<!-- quickstart: {host} (\S+) -->\n```\w+\n(.*?)^```$"
    return dict(re.findall(block, README, re.DOTALL | re.MULTILINE))


def install_command(tool: str, artefact: Path, pins: Mapping[str, str]) -> list[str]:
    """The README's `TOOL install doorward ...`, with the local artefact and pinned versions."""
    [line] = re.findall(rf"^{tool} install doorward.*$", README, re.MULTILINE)
    return [
        str(artefact) if word == "doorward" else pins.get(word, word) for word in shlex.split(line)
    ]


def serve_command() -> list[str]:
    """The README's way to start the FastAPI application."""
    [line] = re.findall(r"Run it with `([^`]+)`", README)
    return shlex.split(line)


def environment() -> dict[str, str]:
    """This process's, without what would change how an application decides or is found."""
    ours = re.compile(
        r"DOORWARD_|VERCEL|FLY_|RENDER|NODE_|NEXT_|PYTHON|VIRTUAL_ENV|UVICORN_|FORWARDED_"
    )
    kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return {**kept, "NEXT_TELEMETRY_DISABLED": "1", "CI": "1"}


def run(command: list[str], folder: Path, seconds: float = 600) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run(  # noqa: S603 -- commands of these tests and of the README
        command,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    told = f"{shlex.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, told
    return done.stdout


# Runs a command until standard input ends, which it does however these tests end, then kills
# everything the command started.
GUARD = '"$@" </dev/null & cat >/dev/null; kill -KILL 0'


class Server:
    """A running application on a free port of loopback; ends with the `with` block."""

    def __init__(self, name: str, command: list[str], folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.name = name
        self._log = folder / f"server-{self.port}.log"
        with self._log.open("wb") as log:
            self._guard = subprocess.Popen(  # noqa: S603 -- as above
                ["/bin/sh", "-c", GUARD, "sh", *command, "--port", str(self.port)],
                cwd=folder,
                env=environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Server:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise TimeoutError(f"{self.name} does not answer\n{self.log()}")

    def __exit__(self, *_: object) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait(timeout=10)

    def log(self) -> str:
        """What it printed so far."""
        return self._log.read_text("utf-8", "replace")


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)


_addresses = itertools.count(1)
asked: dict[str, int] = {}


def somebody() -> str:
    """A client nobody has met: every address of 127.0.0.0/8 is this machine's."""
    number = next(_addresses)
    return f"127.77.{number >> 8}.{number & 255}"


def connect(server: Server, client: str) -> http.client.HTTPConnection:
    """A connection from the client's address."""
    return http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=60, source_address=(client, 0)
    )


def send(
    server: Server,
    connection: http.client.HTTPConnection,
    target: str = "/api/hello",
    headers: Mapping[str, str] = CHROME,
    body: bytes | None = None,
) -> Answer:
    """One request on an open connection, with these headers and no others."""
    connection.putrequest("GET" if body is None else "POST", target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    asked[server.name] = asked.get(server.name, 0) + 1
    answer = response.read()
    if response.getheader("Content-Encoding") == "gzip":
        answer = gzip.decompress(answer)
    return Answer(response.status, answer)


def ask(
    server: Server,
    client: str,
    target: str = "/api/hello",
    headers: Mapping[str, str] = CHROME,
    body: bytes | None = None,
) -> Answer:
    """One request on a connection of its own."""
    connection = connect(server, client)
    try:
        return send(server, connection, target, headers, body)
    finally:
        connection.close()


def within(window: int, burst: Callable[[], T]) -> T:
    """What the burst returns when all of it lies in one window of so many seconds.

    Windows are aligned to the clock; after a boundary a sliding window counts
    the one before by its share, and some of a limit is free again.
    """
    for _ in range(5):
        left = window - time.time() % window
        if left < 10:
            time.sleep(left + 0.05)
        before = time.time() // window
        got = burst()
        if time.time() // window == before:
            return got
    raise TimeoutError(f"no burst ended within a window of {window} s")
