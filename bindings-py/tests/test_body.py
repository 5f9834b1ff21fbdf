"""Bodies are looked at within bounds, and the application still gets every byte."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from time import sleep
from typing import Any

import flask
import pytest
from doorward import Doorward, shield
from doorward._body import NONE, TAIL, UNSEEN, Body, Bounds, Replay, bounded, look_at_input
from doorward._request import source
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from support import Client, environ, run, scope

BOUNDS = Bounds(max_bytes=1024, spool_bytes=16 * 1024, deadline=0.1)


def body_of(size: int) -> bytes:
    return bytes(index * 7 % 251 for index in range(size))


def expected(data: bytes) -> Body:
    """Head and tail as the core's own `BodyBounds::split` cuts them."""
    head, rest = data[:1024], data[1024:]
    if not rest:
        return Body(head)
    return Body(head, b"" if len(data) > 16 * 1024 else rest[-TAIL:], truncated=True)


SIZES = [0, 1, 1023, 1024, 1025, 5000, 9216, 9217, 16_384, 16_385, 40_000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("piece", [130, 700, 4096, 100_000])
def test_an_asgi_body_is_replayed_exactly(size: int, piece: int) -> None:
    data = body_of(size)
    pieces = [data[at : at + piece] for at in range(0, size, piece)] or [b""]

    async def check() -> None:
        client = Client(*pieces)
        receive = Replay(client)
        assert await receive.look(BOUNDS) == expected(data)
        assert await receive.look(BOUNDS) == expected(data)
        if size > BOUNDS.spool_bytes:
            # what was not needed is not read
            read = sum(len(message["body"]) for message in client.messages[: client.sent])
            assert read <= BOUNDS.spool_bytes + piece
        assert [await receive() for _ in pieces] == client.messages
        client.gone.set()
        assert await receive() == {"type": "http.disconnect"}

    run(check())


def test_a_client_that_stalls_is_late_and_loses_nothing() -> None:
    async def check() -> None:
        client = Client(b"abc", stall=True)
        receive = Replay(client)
        assert await receive.look(BOUNDS) == Body(b"abc", late=True)
        assert (await receive())["body"] == b"abc"
        waiting = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        client.gone.set()
        assert await waiting == {"type": "http.disconnect"}

    run(check())


def test_a_slow_client_is_met_before_the_deadline() -> None:
    async def check() -> None:
        async def slowly() -> dict[str, Any]:
            await asyncio.sleep(0.01)
            sent.append(b"x")
            return {"type": "http.request", "body": b"x", "more_body": len(sent) < 3}

        sent: list[bytes] = []
        assert await Replay(slowly).look(BOUNDS) == Body(b"xxx")

    run(check())


def test_a_client_that_goes_away() -> None:
    async def check() -> None:
        client = Client(b"abc", stall=True)
        client.gone.set()
        receive = Replay(client)
        assert await receive.look(BOUNDS) == Body(b"abc", truncated=True)
        request = Request(scope("POST"), receive)
        with pytest.raises(ClientDisconnect):
            await request.body()

    run(check())


def test_a_receive_that_raises_is_met_by_the_application() -> None:
    async def check() -> None:
        async def broken() -> dict[str, Any]:
            raise OSError("reset")

        receive = Replay(broken)
        assert await receive.look(BOUNDS) == Body(truncated=True)
        with pytest.raises(OSError, match="reset"):
            await receive()

    run(check())


def test_protect_that_is_cancelled_cancels_its_receive() -> None:
    async def check() -> None:
        cancelled = asyncio.Event()

        async def never() -> dict[str, Any]:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cancelled.set()
                raise
            raise AssertionError

        task = asyncio.ensure_future(Replay(never).look(Bounds(1024, 16_384, 60.0)))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(cancelled.wait(), 1)

    run(check())


READERS: list[Callable[[Request], Awaitable[Any]]] = [
    lambda request: request.body(),
    lambda request: request.json(),
    lambda request: request.form(),
]


def bounds_of(ward: Doorward) -> Bounds:
    assert ward._core.bounds is not None
    return ward._core.bounds


@pytest.mark.parametrize("reader", READERS)
def test_starlette_reads_the_same_after_protect(
    reader: Callable[[Request], Awaitable[Any]],
) -> None:
    json_body, form_body = b'{"a": [1, 2]}', b"a=1&b=2"

    async def read(protected: bool) -> Any:
        data = form_body if reader is READERS[2] else json_body
        kind = b"application/x-www-form-urlencoded" if data is form_body else b"application/json"
        request = Request(
            scope("POST", headers=[(b"content-type", kind)]), Client(data[:3], data[3:])
        )
        if protected:
            ward = Doorward(rules=[shield(mode="LIVE")])
            assert (await ward.protect(request)).is_allowed()
            assert (await ward.protect(request)).is_allowed()
        return await reader(request)

    assert run(read(True)) == run(read(False))


def test_a_body_that_starlette_has_read_is_seen() -> None:
    async def check() -> None:
        request = Request(scope("POST"), Client(b"abc"))
        await request.body()
        assert await source(request).look(BOUNDS) == Body(b"abc")
        assert source(request).look_now(BOUNDS) == Body(b"abc")

    run(check())


def test_a_form_that_starlette_has_parsed_is_seen() -> None:
    multipart = (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1 OR 1=1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="e\xc3\xa9.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nhello\r\n--x--\r\n"
    )
    cases = [
        (b"application/x-www-form-urlencoded", b"a=1&b=%C3%A9"),
        (b"multipart/form-data; boundary=x", multipart),
    ]

    async def check(kind: bytes, data: bytes) -> None:
        request = Request(scope("POST", headers=[(b"content-type", kind)]), Client(data))
        form = await request.form()
        assert await source(request).look(BOUNDS) == Body(data)
        if "f" in form:
            assert await form["f"].read() == b"hello"  # type: ignore[union-attr]
        await request.close()

    for kind, data in cases:
        run(check(kind, data))


def test_a_stream_that_the_application_consumed_is_unseen(caplog: pytest.LogCaptureFixture) -> None:
    async def check() -> None:
        request = Request(scope("POST", headers=[(b"content-length", b"3")]), Client(b"abc"))
        async for _ in request.stream():
            pass
        assert await source(request).look(BOUNDS) == UNSEEN

    run(check())
    assert "not inspected" in caplog.text


def test_what_cannot_be_awaited_is_unseen() -> None:
    posted = scope("POST", headers=[(b"content-length", b"3")])
    assert source(posted).look_now(BOUNDS) == UNSEEN
    assert source(scope()).look_now(BOUNDS) == NONE

    async def check() -> None:
        with pytest.raises(TypeError, match=r"doorward\.asgi\.Replay"):
            await source((posted, Client(b"abc"))).look(BOUNDS)

    run(check())


@pytest.mark.parametrize("size", SIZES)
def test_a_wsgi_body_is_replayed_exactly(size: int) -> None:
    data = body_of(size)
    made = environ("POST", "/", data)
    assert look_at_input(made, BOUNDS) == expected(data)
    assert look_at_input(made, BOUNDS) == expected(data)
    assert made["wsgi.input"].read() == data
    assert look_at_input(made, BOUNDS) == expected(data)


class Blocking(io.BytesIO):
    """A server's stream that hangs when read past the body's length."""

    def read(self, size: int | None = -1) -> bytes:
        assert size is not None
        assert 0 <= size <= len(self.getvalue()) - self.tell(), "this read would hang"
        return super().read(size)


def test_a_wsgi_input_is_never_read_past_its_length() -> None:
    for size in SIZES:
        made = environ("POST", "/", body_of(size)) | {"wsgi.input": Blocking(body_of(size))}
        assert look_at_input(made, BOUNDS) == expected(body_of(size))
        if size <= BOUNDS.spool_bytes:
            assert made["wsgi.input"].read() == body_of(size)
    silent = environ() | {"wsgi.input": Blocking(b"xyz")}
    assert look_at_input(silent, BOUNDS) == NONE
    chunked = environ() | {"wsgi.input": io.BytesIO(b"xyz"), "wsgi.input_terminated": True}
    assert look_at_input(chunked, BOUNDS) == Body(b"xyz")
    short = environ("POST", "/", b"xyz", CONTENT_LENGTH="10")
    assert look_at_input(short, BOUNDS) == Body(b"xyz", truncated=True)


LINES = st.lists(st.binary(max_size=30).map(lambda line: line + b"\n"), max_size=40)
CALLS = st.lists(
    st.tuples(st.sampled_from(["read", "readline", "readlines", "next"]), st.integers(-1, 60)),
    max_size=30,
)


@given(lines=LINES, calls=CALLS, bound=st.integers(1, 100))
def test_a_replayed_input_behaves_as_a_file(
    lines: list[bytes], calls: list[tuple[str, int]], bound: int
) -> None:
    data = b"".join(lines)
    file = io.BytesIO(data)
    made = environ("POST", "/", data)
    look_at_input(made, Bounds(bound, bound, 1.0))
    replayed = made["wsgi.input"]
    for call, size in calls:
        if call == "next":
            assert next(iter(replayed), None) == next(iter(file), None)
        elif call == "readlines":
            assert replayed.readlines(size) == file.readlines(size)
        else:
            assert getattr(replayed, call)(size) == getattr(file, call)(size)
    assert replayed.read() == file.read()


def test_a_slow_wsgi_client_is_late() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            sleep(0.06)
            return super().read(min(size or 1, 1))

    made = environ("POST", "/", b"abcdef") | {"wsgi.input": Slow(b"abcdef")}
    body = look_at_input(made, BOUNDS)
    assert body.late
    assert body.head in (b"ab", b"abc")


def test_flask_reads_the_same_after_protect() -> None:
    app = flask.Flask(__name__)
    ward = Doorward(rules=[shield(mode="LIVE")])
    bounds = bounds_of(ward)

    @app.post("/<when>")
    def view(when: str) -> Any:
        request = flask.request
        if when == "data":
            request.get_data()
        elif when == "form":
            assert request.form["a"] == "1"
        elif when == "stream":
            assert request.stream is not None
        elif when == "consumed":
            request.stream.read()
        seen = source(request).look_now(bounds)
        return {"seen": seen.head.decode(), "form": request.form, "truncated": seen.truncated}

    client = app.test_client()
    for when in ("data", "form", "stream", "nothing"):
        answer = client.post(f"/{when}", data={"a": "1"}).get_json()
        assert answer == {"seen": "a=1", "form": {"a": "1"}, "truncated": False}, when
    assert client.post("/consumed", data={"a": "1"}).get_json()["truncated"] is True


@given(st.binary(max_size=40_000))
def test_a_whole_body_is_cut_as_the_core_cuts_it(data: bytes) -> None:
    assert bounded(data, BOUNDS) == expected(data)
