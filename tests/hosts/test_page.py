"""The programs of docs/hosts.md, as they stand there."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from serving import ROOT, Server, run

from .hosts import APPS, BUN, DENO, HOSTS, NODE
from .wire import unpacked

PAGE = (ROOT / "docs/hosts.md").read_text("utf-8")
BLOCKS = re.findall(r"^<!-- quickstart: (\S+) (\S+) -->\n```\w+\n(.*?)^```$", PAGE, re.M | re.S)
PROGRAMS = {host: text for host, name, text in BLOCKS if name in ("server.mjs", "worker.mjs")}
FILES = [(host, name, text) for host, name, text in BLOCKS if host not in PROGRAMS]
START = {"bun": BUN, "deno": DENO, "workers": (*NODE, "../js/workerd.js", "{page}/worker.mjs")}

ROOT_ROUTE = """
import { Outlet } from "react-router";
import { guard } from "./ward.server.js";

export const middleware = [guard];

export default () => <Outlet />;
"""

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "fr-FR,fr;q=0.8,en-US;q=0.5,en;q=0.3",
    "Accept-Encoding": "gzip, deflate",
    "Upgrade-Insecure-Requests": "1",
}
ATTACK = "/api/hello?id=-1+UNION+SELECT+username,password+FROM+users--"
MAXIMUM = 20


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the packages of this repository are found."""
    with tempfile.TemporaryDirectory(prefix="page-", dir=APPS) as made:
        yield Path(made)


def ask(server: Server, target: str, headers: Mapping[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request("GET", target, headers=dict(headers))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, unpacked(told, answer.read()).decode()
    finally:
        connection.close()


def holds(server: Server, hello: str | None = None) -> None:
    """It refuses an attack, answers twenty times and then has had enough."""
    edge = {"CF-Connecting-IP": "203.0.113.7"} if server.name == "workers" else {}
    browser = {**BROWSER, **edge}
    status, page = ask(server, ATTACK, browser)
    assert (status, "<html" in page) == (403, True)
    status, problem = ask(server, ATTACK, {**browser, "Accept": "application/json"})
    assert (status, json.loads(problem)["title"]) == (403, "Forbidden")
    for n in range(MAXIMUM):
        status, text = ask(server, "/api/hello", {**browser, "X-Forwarded-For": f"192.0.2.{n}"})
        assert status == 200, (n, text)
        assert json.loads(text).get("hello") == hello
    assert ask(server, "/api/hello", browser)[0] == 429


def test_every_block_is_run() -> None:
    assert len(BLOCKS) == PAGE.count("<!-- quickstart:")
    assert set(PROGRAMS) == {"node", "express", "fastify", "hono", "bun", "deno", "workers"}
    assert {host for host, _, _ in FILES} == {"sveltekit", "react-router", "next-proxy"}


@pytest.mark.parametrize("host", PROGRAMS)
def test_a_program_works_when_pasted(host: str, folder: Path) -> None:
    name = "worker.mjs" if host == "workers" else "server.mjs"
    (folder / name).write_text(PROGRAMS[host], "utf-8")
    command = [word.format(page=folder, port="{port}") for word in START.get(host, (*NODE, name))]
    if host in ("bun", "deno"):
        command.append(name)
    with Server(host, command, folder) as server:
        holds(server, "world")


@pytest.mark.parametrize("host", sorted({host for host, _, _ in FILES}))
def test_files_of_a_framework_work_when_pasted(host: str, folder: Path) -> None:
    made = next(one for one in HOSTS if one.folder == host)
    built = shutil.ignore_patterns("build", ".*", "hooks.*", "proxy.*", "instrumentation.*")
    shutil.copytree(APPS / host, folder, ignore=built, dirs_exist_ok=True)
    if host == "react-router":
        (folder / "app/root.jsx").write_text(ROOT_ROUTE, "utf-8")
    for _, name, text in (one for one in FILES if one[0] == host):
        (folder / name).write_text(text, "utf-8")
    run(list(made.build), folder)
    with Server(host, list(made.start), folder, more=made.environment) as server:
        holds(server)
