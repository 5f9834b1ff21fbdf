"""Django for real: its WSGI application under gunicorn, its ASGI application under uvicorn."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent
SERVERS = {
    "wsgi": ["gunicorn", "--threads", "2", "--log-level", "error", "--bind", "127.0.0.1:{port}"],
    "asgi": ["uvicorn", "--log-level", "warning", "--port", "{port}"],
}
ATTACK = "1' UNION SELECT password FROM users--"


@pytest.fixture(params=SERVERS)
def client(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    words = [word.format(port=port) for word in SERVERS[request.param]]
    path = os.pathsep.join(filter(None, [str(HERE), *sys.path]))
    process = subprocess.Popen(  # noqa: S603 -- our own server
        [sys.executable, "-m", *words, f"served_django:{request.param}"],
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        for _ in range(1000):
            assert process.poll() is None
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as made:
            yield made
    finally:
        process.terminate()
        process.wait(30)


@pytest.mark.parametrize("where", ["/", "/async/"])
def test_views_get_their_bodies_and_attacks_are_refused(client: httpx.Client, where: str) -> None:
    user = {"x-user": f"bodies{where}"}

    def ask(how: str, **more: object) -> httpx.Response:
        return client.post(where + how, headers=user, **more)  # type: ignore[arg-type]

    assert ask("post", data={"a": "1"}).json()["got"] == {"a": "1"}
    upload = ask("post", data={"a": "1"}, files={"f": b"x" * 100_000}).json()
    assert upload["got"] == {"a": "1", "f": 100_000}
    assert upload["shield"][1] == upload["shield"][0]
    assert ask("stream", content=b"x" * 3_000_000).json()["got"] == 3_000_000
    for how in ("post", "body", "stream"):
        refused = ask(how, data={"a": ATTACK})
        assert refused.status_code == 403, how
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["cache-control"] == "no-store"


def test_the_address_is_the_peers_and_limits_hold(client: httpx.Client) -> None:
    statuses = []
    for n in range(6):
        forged = {"x-user": "limits", "X-Forwarded-For": f"192.0.2.{n}:1{n}"}
        answer = client.get("/", headers=forged)
        statuses.append(answer.status_code)
        if answer.status_code == 200:
            assert not answer.json()["ip"].startswith("192.0.2.")
            assert answer.headers["ratelimit"]
    # each view asks twice more
    assert statuses == [200, 200, 200, 429, 429, 429]
    assert int(answer.headers["retry-after"]) > 0
