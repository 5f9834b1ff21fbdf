"""What these tests share: the README, processes, and a client that says only what it is told."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import shlex
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from serving import ROOT, Server

T = TypeVar("T")

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
# What a script of a page asks for, rather than somebody who opens it.
SCRIPT = {
    **{
        name: value
        for name, value in CHROME.items()
        if name not in ("Sec-Fetch-User", "Upgrade-Insecure-Requests")
    },
    "Accept": "*/*",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
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


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes

    def json(self) -> Any:
        """The body, which must be JSON."""
        return json.loads(self.body)


asked: dict[str, int] = {}


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
