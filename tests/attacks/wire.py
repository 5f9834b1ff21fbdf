"""The table of published exploits, and requests as bytes."""

from __future__ import annotations

import http.client
import importlib
import json
import socket
import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 20
HOSTS = ["fastapi", "nextjs"]
FIELDS = {"cve", "product", "class", "source", "line", "value", "innocent"}
OPTIONAL = {"headers", "body", "hosts", "why"}

asked: Counter[str] = Counter()
"""Requests answered as they should be, by host and kind."""


class Answer(NamedTuple):
    """What came back: status 0 is a connection that was closed without an answer."""

    status: int
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """The reason of the decision, as the examples show it."""
        shown = self.headers.get("x-doorward-decision", "{}")
        return str(json.loads(shown).get("code", ""))


class Attack(NamedTuple):
    """One row of the table."""

    cve: str
    attack: bytes
    twin: bytes
    """The same request with an innocent value."""
    hosts: list[str]
    """Where the application gets to see the value."""


def read_table(path: Path) -> list[Attack]:
    """The rows, in order."""
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    table: dict[str, Any] = toml.loads(path.read_text("utf-8"))
    return [_attack(row, table["browser"]) for row in table["attack"]]


def _attack(row: dict[str, Any], browser: list[str]) -> Attack:
    names = set(row)
    assert names >= FIELDS, f"{row.get('cve')}: {FIELDS - names} missing"
    assert not names - FIELDS - OPTIONAL, f"{row['cve']}: {names - FIELDS - OPTIONAL}"
    assert row["source"].startswith("https://"), row["cve"]
    assert ("hosts" in row) == ("why" in row), f"{row['cve']}: hosts and why come together"
    return Attack(
        cve=row["cve"],
        attack=_bytes(row, browser, row["value"]),
        twin=_bytes(row, browser, row["innocent"]),
        hosts=row.get("hosts", HOSTS),
    )


def _bytes(row: dict[str, Any], browser: list[str], value: str) -> bytes:
    def filled(text: str) -> str:
        return text.replace("{value}", value)

    own = [filled(line) for line in row.get("headers", [])]
    replaced = {line.partition(":")[0].lower() for line in own}
    lines = [line for line in browser if line.partition(":")[0].lower() not in replaced]
    body = filled(row.get("body", "")).encode()
    if "body" in row:
        own.append(f"Content-Length: {len(body)}")
    head = [filled(row["line"]), *lines, *own, "Connection: close", "", ""]
    return "\r\n".join(head).encode("latin-1") + body


def send(port: int, client: str, request: bytes) -> Answer:
    """The answer to these bytes, sent from the client's address."""
    address = ("127.0.0.1", port)
    with socket.create_connection(address, PATIENCE, source_address=(client, 0)) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection)
        try:
            response.begin()
            response.read()
        except (http.client.HTTPException, ConnectionError):
            return Answer(0, {})
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers)
