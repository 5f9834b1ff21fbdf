"""Who answers what the engine needs to know: the store its quota, the outside its facts.

The engine asks in batches, at most `ROUNDS` for one request; every need of a
batch is answered, with an error where nobody can.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ._store import OnError, Store, takes, takes_now

ROUNDS = 3
"""Batches of needs for one request, at most."""


async def answers(store: Store | None, needs: str, on_error: OnError) -> str:
    """The replies to a batch. Never raises."""
    asked = json.loads(needs)
    quota, facts = _split(asked["needs"])
    replies = _facts(facts)
    if quota and store is not None:
        replies += await takes(store, quota, asked.get("now"), on_error)
    return json.dumps({"replies": replies})


def answers_now(store: Store | None, needs: str, on_error: OnError) -> str:
    """The same where nothing can be awaited.

    Raises `TypeError` for a store that has to be awaited.
    """
    asked = json.loads(needs)
    quota, facts = _split(asked["needs"])
    replies = _facts(facts)
    if quota and store is not None:
        replies += takes_now(store, quota, asked.get("now"), on_error)
    return json.dumps({"replies": replies})


async def settle(store: Store, wanted: str, on_error: OnError) -> None:
    """Has the store change what was taken in advance. Never raises."""
    await takes(store, json.loads(wanted), None, on_error, settle=True)


def settle_now(store: Store, wanted: str, on_error: OnError) -> None:
    """The same where nothing can be awaited."""
    takes_now(store, json.loads(wanted), None, on_error, settle=True)


Needs = Sequence[Mapping[str, Any]]


def _split(needs: Needs) -> tuple[Needs, Needs]:
    quota = [need for need in needs if need["kind"] == "take"]
    return quota, [need for need in needs if need["kind"] != "take"]


def _facts(needs: Needs) -> list[Mapping[str, Any]]:
    return [{"id": need["id"], "error": "unsupported"} for need in needs]
