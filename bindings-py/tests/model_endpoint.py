"""A model's endpoint on loopback that speaks OpenAI's protocol and answers as it was told to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS = 30
"""What every answer uses, the prompt's with them."""
USAGE = {"prompt_tokens": 20, "completion_tokens": TOKENS - 20, "total_tokens": TOKENS}


class Endpoint:
    """`answers` are given one after the other: a text, a call of a tool as (name, arguments), or
    the status of a failure."""

    def __init__(self, *answers: str | tuple[str, str] | int) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answers = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805 -- self is the endpoint
                self._answer(handler)

            def log_message(handler, *_: object) -> None:  # noqa: N805
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append(asked)
        answer = self._answers.pop(0)
        if isinstance(answer, int):
            handler.send_error(answer)
            return
        said: dict[str, Any] = {"role": "assistant", "content": None}
        if isinstance(answer, str):
            said["content"] = answer
        else:
            name, arguments = answer
            function = {"name": name, "arguments": arguments}
            said["tool_calls"] = [
                {"index": 0, "id": f"call_{len(self.asked)}", "type": "function"}
                | {"function": function}
            ]
        base = {"id": "1", "created": 1, "model": "fake"}
        end = "stop" if isinstance(answer, str) else "tool_calls"
        handler.send_response(200)
        if not asked.get("stream"):
            handler.send_header("Content-Type", "application/json")
            handler.end_headers()
            choices = [{"index": 0, "message": said, "finish_reason": end}]
            whole = {**base, "object": "chat.completion", "choices": choices, "usage": USAGE}
            handler.wfile.write(json.dumps(whole).encode())
            return
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        base["object"] = "chat.completion.chunk"
        for delta, reason in ((said, None), ({}, end)):
            choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
            handler.wfile.write(f"data: {json.dumps({**base, 'choices': choices})}\n\n".encode())
        last = json.dumps({**base, "choices": [], "usage": USAGE})
        handler.wfile.write(f"data: {last}\n\ndata: [DONE]\n\n".encode())
