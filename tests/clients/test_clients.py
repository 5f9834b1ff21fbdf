"""Who is let pass and who is not, asked by the clients themselves.

    pytest tests/clients

Each client asks in a folder of its own, and the application tells afterwards what it decided.
"""

from __future__ import annotations

import http.client
import json
import os
import platform
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from serving import ROOT, Server

HERE = Path(__file__).parent
MODULES = ROOT / "node_modules"
MACHINE = {"x86_64": "x64", "aarch64": "aarch64"}[platform.machine()]
BUN = str(MODULES / f"@oven/bun-linux-{MACHINE}/bin/bun")
DENO = [str(MODULES / ".bin/deno"), "run", "--allow-net", "--unsafely-ignore-certificate-errors"]
LIBRARIES = [sys.executable, str(HERE / "libraries.py")]
FETCH = str(HERE / "fetch.mjs")
DRIVE = ["node", str(HERE / "drive.mjs")]
CHROMIUM = [
    *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors"),
    *("--virtual-time-budget=3000", "--dump-dom"),
]

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/131.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)

# `{url}` is the address, `{agent}` a User-Agent that is not theirs; without one they send their own
TOOLS = {
    "curl": (["curl", "-sk", "{url}"], ["-A", "{agent}"]),
    "wget": (
        ["wget", "-q", "-O", "/dev/null", "--no-check-certificate", "{url}"],
        ["-U", "{agent}"],
    ),
    "requests": ([*LIBRARIES, "requests", "{url}"], ["{agent}"]),
    "httpx": ([*LIBRARIES, "httpx", "{url}"], ["{agent}"]),
    "aiohttp": ([*LIBRARIES, "aiohttp", "{url}"], ["{agent}"]),
    "undici": (["node", FETCH, "{url}"], ["{agent}"]),
    "bun": ([BUN, FETCH, "{url}"], ["{agent}"]),
    "deno": ([*DENO, FETCH, "{url}"], ["{agent}"]),
}
BROWSERS = {
    "chromium": ([*CHROMIUM, "{url}"], ["--user-agent={agent}"]),
    "playwright": ([*DRIVE, "playwright", "{url}"], ["{agent}"]),
    "puppeteer": ([*DRIVE, "puppeteer", "{url}"], ["{agent}"]),
}

PAGE = {
    "Upgrade-Insecure-Requests": "1",
    "Sec-Fetch-Site": "none",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-User": "?1",
    "Sec-Fetch-Dest": "document",
    "Accept-Encoding": "gzip, deflate, br, zstd",
}
PEOPLE = {
    "chrome": {
        "sec-ch-ua": '"Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24"',
        "sec-ch-ua-mobile": "?0",
        "sec-ch-ua-platform": '"Windows"',
        "User-Agent": CHROME,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
        "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
        **PAGE,
        "Accept-Language": "en-GB,en;q=0.9,de;q=0.8",
    },
    "firefox": {
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language": "fr-FR,fr;q=0.8,en-US;q=0.5,en;q=0.3",
        **PAGE,
        "Priority": "u=0, i",
    },
    "safari": {
        "Sec-Fetch-Dest": "document",
        "User-Agent": IPHONE,
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Sec-Fetch-Site": "none",
        "Sec-Fetch-Mode": "navigate",
        "Accept-Language": "en-GB,en;q=0.9",
        "Priority": "u=0, i",
        "Accept-Encoding": "gzip, deflate, br",
    },
}


def ask(server: Server, folder: str, command: list[str], agent: str | None = None) -> None:
    """Runs a client on the application's page of that folder."""
    url = f"https://127.0.0.1:{server.port}/{folder}/"
    words = [word.format(url=url, agent=agent) for word in command]
    with tempfile.TemporaryDirectory(prefix="doorward-home-") as home:
        done = subprocess.run(  # noqa: S603 -- commands of the table above
            words,
            cwd=HERE,
            env={**os.environ, "HOME": home, "NODE_TLS_REJECT_UNAUTHORIZED": "0"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"


def send(server: Server, path: str, headers: dict[str, str]) -> bytes:
    """Exactly these headers."""
    trust = ssl.create_default_context()
    trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, timeout=30, context=trust)
    try:
        connection.putrequest("GET", path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse().read()
    finally:
        connection.close()


def decided(server: Server, folder: str) -> list[dict[str, Any]]:
    """What the application decided of the requests in a folder."""
    told: list[dict[str, Any]] = json.loads(send(server, f"/decided/{folder}", {}))
    assert told, f"nothing was asked\n{server.log()}"
    return told


@pytest.mark.parametrize("name", sorted({**TOOLS, **BROWSERS}))
def test_says_who_it_is(server: Server, name: str) -> None:
    command, _ = {**TOOLS, **BROWSERS}[name]
    ask(server, name, command)
    for told in decided(server, name):
        assert told["code"] == "bot.denied", told
        assert (told["conclusion"], told["spoofed"]) == ("DENY", False), told


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_says_it_is_chrome(server: Server, name: str) -> None:
    command, more = TOOLS[name]
    ask(server, f"{name}-chrome", [*command, *more], CHROME)
    for told in decided(server, f"{name}-chrome"):
        assert (told["conclusion"], told["spoofed"]) == ("DENY", True), told
        assert told["contradictions"], told


@pytest.mark.parametrize("agent", [CHROME, IPHONE], ids=["chrome", "iphone"])
@pytest.mark.parametrize("name", sorted(BROWSERS))
def test_is_driven_and_says_it_is_another(server: Server, name: str, agent: str) -> None:
    command, more = BROWSERS[name]
    folder = f"{name}-{'iphone' if agent == IPHONE else 'chrome'}"
    # the address comes last where options come before
    words = [*command[:-1], *more, command[-1]] if name == "chromium" else [*command, *more]
    ask(server, folder, words, agent)
    requests = decided(server, folder)
    page = [told for told in requests if told["path"] == f"/{folder}/"]
    assert page, requests
    assert all(told["conclusion"] == "DENY" and told["spoofed"] for told in page), page
    # what a script posts may be asked for without a sign, see core/.../disguise/signs.rs
    missed = [told for told in requests if told["conclusion"] != "DENY"]
    assert all(told["path"] == f"/{folder}/post" for told in missed), missed


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_a_person(server: Server, name: str) -> None:
    send(server, f"/{name}-person/", PEOPLE[name])
    [told] = decided(server, f"{name}-person")
    assert (told["conclusion"], told["code"]) == ("ALLOW", "bot.none"), told
