"""CPU that each guard adds to a request, in this process: no server, no socket.

FastAPI is called as an ASGI application and Flask as a WSGI application; the
applications take turns. Three requests in four GET a page, the fourth POSTs
1 KB of JSON; all carry the headers of a browser. One row of JSON a line.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from doorward import Doorward, sliding_window
from doorward.fastapi import Protect
from doorward.flask import protect
from fastapi import Depends, FastAPI, Request
from flask import Flask, jsonify
from flask import request as flask_request
from flask_limiter import Limiter as FlaskLimiter
from slowapi import Limiter as SlowLimiter

ROUNDS = 15
ROUND_SECONDS = 0.15
MAX = 1_000_000_000
UNLIMITED = f"{MAX}/minute"

WORKLOAD = json.loads((Path(__file__).parent.parent / "workload.json").read_text())
REQUEST = WORKLOAD["request"]
BODY = REQUEST["body"].encode()
WARDS = {
    "full protection": Doorward.from_policy(WORKLOAD["policy"]),
    "one rate limit": Doorward(rules=[sliding_window(mode="LIVE", interval="60s", max=MAX)]),
}

Work = Callable[[int], Awaitable[None]]


def known(*_: object) -> dict[str, Any]:
    """What an application knows of a signed-in customer."""
    return dict(REQUEST["context"])


def of_client(*_: object) -> str:
    return str(REQUEST["ip"])


def fastapi_app(guard: str) -> FastAPI:
    app = FastAPI()
    limit: Callable[[Any], Any] = lambda view: view  # noqa: E731
    dependencies = []
    if guard == "slowapi":
        limiter = SlowLimiter(key_func=of_client)
        app.state.limiter = limiter
        limit = limiter.limit(UNLIMITED)
    elif guard in WARDS:
        dependencies = [Depends(Protect(WARDS[guard], context=known))]

    @app.get("/products/{product}", dependencies=dependencies)
    @limit
    async def page(request: Request, product: int) -> dict[str, int]:  # noqa: ARG001 - slowapi's
        return {"product": product, "stock": 12}

    @app.post("/api/reviews", dependencies=dependencies)
    @limit
    async def review(request: Request) -> dict[str, Any]:
        return {"product": (await request.json())["product"], "saved": True}

    return app


def flask_app(guard: str) -> Flask:
    app = Flask(__name__)
    limit: Callable[[Any], Any] = lambda view: view  # noqa: E731
    if guard == "Flask-Limiter":
        limit = FlaskLimiter(of_client, app=app, storage_uri="memory://").limit(UNLIMITED)
    elif guard in WARDS:
        app.before_request(protect(WARDS[guard], context=known))

    @app.get("/products/<int:product>")
    @limit
    def page(product: int) -> Any:
        return jsonify(product=product, stock=12)

    @app.post("/api/reviews")
    @limit
    def review() -> Any:
        return jsonify(product=flask_request.get_json()["product"], saved=True)

    return app


def target(index: int) -> tuple[str, str, str, bytes]:
    if index % 4 == 3:
        return "POST", "/api/reviews", "product=48213&sort=newest", BODY
    return "GET", "/products/48213", "", b""


def asgi(app: FastAPI) -> Work:
    shown = [(name.lower().encode(), value.encode()) for name, value in REQUEST["headers"]]
    page = [pair for pair in shown if pair[0] != b"content-type"]
    post = [*shown, (b"content-length", str(len(BODY)).encode())]

    async def call(index: int) -> None:
        method, path, query, body = target(index)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": post if body else page,
            "client": (REQUEST["ip"], 40000),
            "server": ("127.0.0.1", 8000),
        }
        status = 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)

        await app(scope, receive, send)
        if status != 200:
            raise SystemExit(f"{method} {path} was answered with {status}")

    async def work(times: int) -> None:
        for index in range(times):
            await call(index)

    return work


def wsgi(app: Flask) -> Work:
    names = {name: f"HTTP_{name.upper().replace('-', '_')}" for name, _ in REQUEST["headers"]}
    headers = {names[name]: value for name, value in REQUEST["headers"] if name != "Content-Type"}

    def call(index: int) -> None:
        method, path, query, body = target(index)
        environ = {
            **headers,
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_URI": f"{path}?{query}" if query else path,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": REQUEST["ip"],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": None,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if body:
            environ["CONTENT_TYPE"] = "application/json"
            environ["CONTENT_LENGTH"] = str(len(body))
        status = ""

        def start_response(said: str, *_: object) -> Callable[[bytes], object]:
            nonlocal status
            status = said
            return lambda _: None

        answer: Any = app(environ, start_response)
        for _ in answer:
            pass
        if hasattr(answer, "close"):
            answer.close()
        if status != "200 OK":
            raise SystemExit(f"{method} {path} was answered with {status}")

    async def work(times: int) -> None:
        for index in range(times):
            call(index)

    return work


async def cpu_of(work: Work, times: int) -> float:
    before = time.process_time_ns()
    await work(times)
    return time.process_time_ns() - before


async def cpu_times(works: dict[str, Work]) -> dict[str, float]:
    """Nanoseconds of CPU a request, the medians of rounds in turn."""
    found: dict[str, list[float]] = {name: [] for name in works}
    counts = {}
    for name, work in works.items():
        await work(200)
        counts[name] = int(ROUND_SECONDS * 1e9 / (await cpu_of(work, 400) / 400) / 4) * 4
    for _ in range(ROUNDS):
        for name, work in works.items():
            found[name].append(await cpu_of(work, counts[name]) / counts[name])
    return {name: median(times) for name, times in found.items()}


async def report(host: str, peer: str, works: dict[str, Work]) -> None:
    times = await cpu_times(works)
    added = {name: (took - times["none"]) / 1000 for name, took in times.items()}
    for row, guard in ((host, "full protection"), (f"{host}-limit", "one rate limit")):
        said = {
            "row": row,
            "value": added[guard] / added[peer],
            "ours": f"{added[guard]:.1f} µs on {times['none'] / 1000:.0f} µs",
            "peers": f"{peer} {added[peer]:.1f} µs",
        }
        print(json.dumps(said, ensure_ascii=False), flush=True)


async def main() -> None:
    def guards(peer: str) -> Iterable[str]:
        return ("none", *WARDS, peer)

    fast = {guard: asgi(fastapi_app(guard)) for guard in guards("slowapi")}
    await report("fastapi", "slowapi", fast)
    flask = {guard: wsgi(flask_app(guard)) for guard in guards("Flask-Limiter")}
    await report("flask", "Flask-Limiter", flask)


if __name__ == "__main__":
    asyncio.run(main())
