"""Real servers: uvicorn and gunicorn on loopback, FastAPI, Starlette, Flask."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import flask
import httpx
import pytest
import uvicorn
from doorward import Decision, Doorward, fixed_window, shield
from doorward.asgi import DoorwardMiddleware
from doorward.fastapi import Protect
from doorward.flask import protect
from doorward.wsgi import DoorwardMiddleware as WsgiMiddleware
from fastapi import Body, Depends, FastAPI, Form, Request, WebSocket
from fastapi.responses import JSONResponse
from support import IP, environ, scope

HERE = Path(__file__).parent
ATTACK = "1' OR '1'='1' UNION SELECT password FROM users --"


@contextlib.contextmanager
def serving(app: Any) -> Iterator[httpx.Client]:
    """The application behind uvicorn in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
            assert thread.is_alive()
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def limited(maximum: int) -> Doorward:
    return Doorward(rules=[fixed_window(mode="LIVE", window="1h", max=maximum)])


def fields(headers: Any) -> tuple[str, str, str]:
    """What limits, what is left, and for how long."""
    left, _, seconds = headers["ratelimit"].partition(";t=")
    assert 0 < int(seconds) <= 3600
    return headers["ratelimit-policy"], left, seconds


def test_fastapi_dependency() -> None:
    app = FastAPI()
    ward = limited(2)

    async def who(request: Request) -> dict[str, Any]:
        return {"userId": request.headers.get("x-user")}

    @app.get("/")
    async def index(
        request: Request, decision: Annotated[Decision, Depends(Protect(ward, context=who))]
    ) -> dict[str, Any]:
        assert request.state.doorward is decision
        return {"ip": decision.ip, "left": decision.results[0].reason.remaining}

    with serving(app) as client:
        first = client.get("/")
        assert first.json() == {"ip": "127.0.0.1", "left": 1}
        assert fields(first.headers)[:2] == ('"fixedWindow";q=2;w=3600', '"fixedWindow";r=1')
        forged = client.get("/", headers={"X-Forwarded-For": "1.2.3.4"})
        assert forged.json() == {"ip": "127.0.0.1", "left": 0}
        denied = client.get("/", headers={"X-Forwarded-For": "5.6.7.8"})
        assert denied.status_code == 429
        assert int(denied.headers["retry-after"]) > 0
        assert denied.headers["cache-control"] == "no-store"
        assert denied.headers["content-type"] == "application/json"
        assert fields(denied.headers)[:2] == ('"fixedWindow";q=2;w=3600', '"fixedWindow";r=0')
        problem = denied.json()["detail"]
        assert (problem["title"], problem["status"]) == ("Too Many Requests", 429)
        assert problem["decision"].startswith("dw_")


def test_fastapi_handlers_get_their_bodies() -> None:
    app = FastAPI()
    ward = Doorward(rules=[shield(mode="LIVE")])
    guard = [Depends(Protect(ward))]

    @app.post("/json", dependencies=guard)
    async def as_json(value: Annotated[dict[str, Any], Body()]) -> Any:
        return value

    @app.post("/form", dependencies=guard)
    async def as_form(a: Annotated[str, Form()]) -> Any:
        return {"a": a}

    @app.post("/raw", dependencies=guard)
    async def raw(request: Request) -> Any:
        return {"length": len(await request.body())}

    @app.post("/inside")
    async def inside(request: Request) -> Any:
        decision = await ward.protect(request, {"userId": "u"})
        return {"denied": decision.is_denied(), "body": await request.json()}

    with serving(app) as client:
        assert client.post("/json", json={"a": 1}).json() == {"a": 1}
        assert client.post("/form", data={"a": "1"}).json() == {"a": "1"}
        big = b"x" * 3_000_000
        assert client.post("/raw", content=big).json() == {"length": len(big)}
        assert client.post("/inside", json={"a": 1}).json() == {"denied": False, "body": {"a": 1}}
        attack = {"a": ATTACK}
        assert client.post("/json", json=attack).status_code == 403
        assert client.post("/form", data=attack).status_code == 403
        assert client.post("/inside", json=attack).json() == {"denied": True, "body": attack}


def test_asgi_middleware() -> None:
    app = FastAPI()
    app.add_middleware(
        DoorwardMiddleware, ward=limited(2), context=lambda scope: {"path": scope["path"]}
    )

    @app.post("/")
    async def index(request: Request) -> Any:
        return {"decision": request.state.doorward.id, "length": len(await request.body())}

    @app.websocket("/ws")
    async def ws(websocket: WebSocket) -> None:
        await websocket.accept()

    with serving(app) as client:
        passed = client.post("/", content=b"abc")
        answer = passed.json()
        assert answer["length"] == 3
        assert answer["decision"].startswith("dw_")
        assert fields(passed.headers)[1] == '"fixedWindow";r=1'
        assert "retry-after" not in passed.headers
        client.post("/")
        denied = client.post("/")
        assert denied.status_code == 429
        assert fields(denied.headers)[1] == '"fixedWindow";r=0'
        assert denied.headers["vary"] == "Accept"
        assert denied.headers["content-type"] == "application/problem+json"
        assert denied.headers["cache-control"] == "no-store"
        assert int(denied.headers["retry-after"]) > 0
        assert set(denied.json()) == {"type", "title", "status", "decision"}
        assert denied.json()["type"] == "about:blank"
        accept = [("accept", "text/html"), ("accept", "application/json;q=0.5")]
        page = client.post("/", headers=accept)
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert '<html lang="en">' in page.text
        assert int(page.headers["content-length"]) == len(page.content)


def test_protect_inside_another_middleware() -> None:
    app = FastAPI()
    ward = Doorward(rules=[shield(mode="LIVE")])

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Any:
        if (await ward.protect(request)).is_denied():
            return JSONResponse({}, 403)
        return await call_next(request)

    @app.post("/")
    async def index(request: Request) -> Any:
        decision = await ward.protect(request)
        return {"length": len(await request.body()), "ip": decision.ip}

    with serving(app) as client:
        forged = {"X-Forwarded-For": "1.2.3.4"}
        for size in (0, 3, 70_000, 3_000_000):
            answer = client.post("/", content=b"x" * size, headers=forged)
            assert answer.json() == {"length": size, "ip": "127.0.0.1"}
        assert client.post("/", json={"a": ATTACK}).status_code == 403


def test_malformed_requests_are_never_a_server_error() -> None:
    app = FastAPI()
    app.add_middleware(DoorwardMiddleware, ward=Doorward(rules=[shield(mode="LIVE")]))

    @app.api_route("/{rest:path}", methods=["GET", "POST"])
    async def index(request: Request) -> Any:
        return {"length": len(await request.body())}

    requests = [
        b"GET /%ff%00%2e%2e/ HTTP/1.1\r\nHost: x\r\nCookie: \xff=\xfe; ;=\r\n",
        b"GET //\\..\\x?a=%zz&&&== HTTP/1.1\r\nHost: \xe9\r\nUser-Agent: \xff\xfe\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: 3\r\n\r\n{\xff\x00",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data\r\n"
        b"Content-Length: 2\r\n\r\n--",
        b"BREW / HTTP/1.1\r\nHost: x\r\n",
    ]
    with serving(app) as client:
        for request in requests:
            address = (client.base_url.host, client.base_url.port or 0)
            with socket.create_connection(address, timeout=30) as connection:
                end = b"" if b"\r\n\r\n" in request else b"\r\n"
                connection.sendall(request + end)
                status = connection.recv(4096).split(b" ", 2)[1]
                assert status[:1] != b"5", (request, status)


def test_wsgi_middleware() -> None:
    seen: list[Any] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.append((environ["doorward.decision"].conclusion, environ["wsgi.input"].read()))
        start_response("200 OK", [])
        return [b"ok"]

    answers: list[Any] = []
    guarded = WsgiMiddleware(app, limited(1))
    assert guarded(environ("POST", "/", b"abc"), lambda *a: answers.append(a)) == [b"ok"]
    body = b"".join(guarded(environ("POST", "/", b"abc"), lambda *a: answers.append(a)))
    assert seen == [("ALLOW", b"abc")]
    status, passed = answers[0]
    assert status == "200 OK"
    assert fields(httpx.Headers(passed))[1] == '"fixedWindow";r=0'
    status, given = answers[1]
    headers = httpx.Headers(given)
    assert status == "429 Too Many Requests"
    assert headers["content-type"] == "application/problem+json"
    assert int(headers["retry-after"]) > 0
    assert int(headers["content-length"]) == len(body)
    assert json.loads(body)["status"] == 429
    browser = environ("GET", "/", HTTP_ACCEPT="text/html,*/*;q=0.8")
    page = b"".join(guarded(browser, lambda *a: answers.append(a)))
    assert httpx.Headers(answers[2][1])["content-type"] == "text/html; charset=utf-8"
    assert b"<h1>Too Many Requests</h1>" in page


def test_flask() -> None:
    app = flask.Flask(__name__)
    app.before_request(protect(limited(1), context=lambda: {"userId": "u"}))

    @app.post("/")
    def index() -> Any:
        return {"decision": flask.g.doorward.id, "form": flask.request.form}

    client = app.test_client()
    passed = client.post("/", data={"a": "1"})
    assert passed.get_json()["form"] == {"a": "1"}
    assert fields(passed.headers)[:2] == ('"fixedWindow";q=1;w=3600', '"fixedWindow";r=0')
    denied = client.post("/", data={"a": "1"})
    assert (denied.status_code, denied.content_type) == (429, "application/problem+json")
    assert denied.headers["Retry-After"] == fields(denied.headers)[2]
    page = client.post("/", headers={"Accept": "text/html"})
    assert (page.status_code, page.content_type) == (429, "text/html; charset=utf-8")


@contextlib.contextmanager
def gunicorn(*options: str) -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    path = os.pathsep.join(filter(None, [str(HERE), *sys.path]))
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", *options]
    process = subprocess.Popen(  # noqa: S603 -- our own server
        [*command, "--log-level", "error", "served_app:app"],
        env={**os.environ, "PYTHONPATH": path},
    )
    try:
        for _ in range(500):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert process.poll() is None
            time.sleep(0.02)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_gunicorn_preload_neither_hangs_nor_repeats_an_id() -> None:
    requests, clients, per_request = int(os.environ.get("GUNICORN_REQUESTS", "10000")), 8, 10
    answers: list[dict[str, Any]] = []
    errors: list[Exception] = []

    def client(port: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            for number in range(requests // clients):
                connection.request("GET", "/")
                answers.append(json.loads(connection.getresponse().read()))
                if number % 25 == 24:
                    connection.close()  # and meet the other worker
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    with gunicorn("--preload", "--workers", "2", "--threads", "4") as port:
        threads = [threading.Thread(target=client, args=(port,)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not errors
    assert len({answer["pid"] for answer in answers}) == 2
    ids = [name for answer in answers for name in answer["ids"]]
    assert len(ids) == requests * per_request
    assert len(set(ids)) == len(ids)
    assert answers[0]["before"] not in ids


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_fork_amid_busy_threads_never_hangs() -> None:
    ward = limited(1_000_000_000)
    long = {"note": "x" * 100_000}
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            ward.protect_sync(scope(), long)
            ward.with_rule(fixed_window(mode="LIVE", window=1, max=1)).protect_sync(environ())

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    names = set()
    try:
        for _ in range(40):
            reader, writer = os.pipe()
            with warnings.catch_warnings():
                warnings.simplefilter(
                    "ignore", DeprecationWarning
                )  # forking with threads: the point
                child = os.fork()
            if child == 0:
                signal.alarm(20)
                request = {"method": "GET", "url": "/", "headers": [], "ip": IP}
                name = limited(1_000_000_000).protect_sync(request, long).id
                os.write(writer, name.encode())
                os._exit(0)
            os.close(writer)
            with open(reader, "rb") as pipe:  # noqa: PTH123 -- a descriptor
                names.add(pipe.read())
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert len(names) == 40
