"""Asks any endpoint that speaks OpenAI's protocol, at MODEL_URL. In your application: its SDK."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator
from typing import Any

import httpx
from demo import no_model

Pieces = AsyncGenerator[tuple[str, int], None]
"""What a model says next, and how many tokens it has used so far, the prompt's with them."""

_client = httpx.AsyncClient(timeout=60)


async def ask(model: str, prompt: str, max_tokens: Any) -> Pieces:
    url = os.environ.get("MODEL_URL")
    if url is None:
        return no_model(max_tokens)
    asked = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": max_tokens,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    headers = {"Authorization": f"Bearer {os.environ.get('MODEL_KEY')}"}
    request = _client.build_request("POST", f"{url}/chat/completions", json=asked, headers=headers)
    try:
        response = await _client.send(request, stream=True)
    except httpx.TransportError as error:
        raise ConnectionError(str(error)) from error
    if response.is_error:
        await response.aclose()
        raise ConnectionError(f"the model answers {response.status_code}")
    return _pieces(response, len(prompt))


async def _pieces(response: httpx.Response, characters: int) -> Pieces:
    try:
        async for line in response.aiter_lines():
            if not line.startswith("data: ") or line == "data: [DONE]":
                continue
            event = json.loads(line.removeprefix("data: "))
            said = "".join(choice["delta"].get("content") or "" for choice in event["choices"])
            characters += len(said)
            # the count comes last; until then about four characters are a token
            usage = event.get("usage") or {"total_tokens": -(-characters // 4)}
            yield said, usage["total_tokens"]
    finally:
        await response.aclose()
