"""A model's endpoint on loopback that speaks OpenAI's protocol: it says what it was told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS = 30
"""What every answer uses, the prompt's with them."""


class Model:
    """What was asked of it, and when it goes on.

    A prompt with "wait" is begun and never finished, one with "hold" is answered when `go` is set,
    one with "fail" is not answered at all.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.go = threading.Event()
        self.given_up = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805 -- self is the model
                self._answer(handler)

            def log_message(handler, *_: object) -> None:  # noqa: N805
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            # so many may ask at once
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"])
        asked = json.loads(handler.rfile.read(length))
        self.asked.append(asked)
        prompt = asked["messages"][-1]["content"]
        if "fail" in prompt:
            handler.send_error(500)
            return
        if "hold" in prompt:
            assert self.go.wait(60)
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for event in _events(prompt):
            handler.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            if "wait" in prompt:
                self._until_given_up(handler)
                return
        handler.wfile.write(b"data: [DONE]\n\n")

    def _until_given_up(self, handler: BaseHTTPRequestHandler) -> None:
        """What nobody reads any more cannot be written."""
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                handler.wfile.write(b": still here\n\n")
            except OSError:
                self.given_up.set()
                return
            time.sleep(0.02)


def _events(prompt: str) -> Iterator[dict[str, Any]]:
    """The prompt in pieces of three, so that what stands for a value is cut, and the usage last."""
    base = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
    for at in range(0, len(prompt), 3):
        delta = {"role": "assistant", "content": prompt[at : at + 3]}
        yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 10, "completion_tokens": TOKENS - 10, "total_tokens": TOKENS}
    yield {**base, "choices": [], "usage": usage}
