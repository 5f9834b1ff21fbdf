"""A browser that asks the assistant, from an address of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse

from serving import ROOT


def _browser() -> dict[str, str]:
    """The headers of a customer in the demo's recording."""
    lines = (ROOT / "examples/traffic.jsonl").read_text("utf-8").splitlines()
    asks = next(line for line in map(json.loads, lines) if line["what"] == "asks the assistant")
    left_out = {"host", "connection", "content-length", "cookie", "accept-encoding"}
    return {name: value for name, value in asks["headers"] if name.lower() not in left_out}


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class Client:
    def __init__(self, port: int) -> None:
        self._port = port
        self._headers = _browser()

    def begin(
        self, address: str, message: str, tokens: int = 50, user: str | None = None
    ) -> tuple[HTTPConnection, HTTPResponse]:
        """A question, and the answer as far as its headers."""
        connection = HTTPConnection(
            "127.0.0.1", self._port, timeout=60, source_address=(address, 0)
        )
        cookie = {} if user is None else {"Cookie": f"session={user}"}
        body = json.dumps({"message": message, "maxTokens": tokens})
        connection.request("POST", "/api/chat", body, {**self._headers, **cookie})
        return connection, connection.getresponse()

    def ask(self, address: str, message: str, tokens: int = 50, user: str | None = None) -> Answer:
        connection, response = self.begin(address, message, tokens, user)
        headers = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(response.status, headers, response.read().decode())
        connection.close()
        return answer
