"""Requests that npm web-bot-auth signs, over HTTP: each that does not hold has a reason of its own.

pytest tests/signed
"""

from __future__ import annotations

import json
from typing import Any

from serving import Server, run

from .conftest import HERE

VERIFIED = "bot.verified"
# what is denied; what cannot be checked passes, unverified
CODES = {
    "fresh": VERIFIED,
    "replayed": "bot.signature.replayed",
    "signed anew": VERIFIED,
    "expired": "bot.signature.expired",
    "future": "bot.signature.future",
    "for long": "bot.signature.lifetime",
    "for another host": "bot.signature.mismatch",
    "to another host": "bot.signature.authority",
    "hmac": "bot.signature.algorithm",
    "printed key": "bot.signature.test_key",
    "its body": VERIFIED,
    "another body": "bot.signature.digest",
}
UNCHECKED = {
    "another's key": "bot.signature.unknown_key",
    "unknown key": "bot.signature.unknown_key",
    "unknown tag": "bot.signature.tag",
}


def test_an_independent_signer(server: Server, agent: dict[str, Any]) -> None:
    url = f"http://127.0.0.1:{server.port}/"
    told = json.loads(run(["node", "sign.mjs", url], HERE, 120, more={"KEY": json.dumps(agent)}))
    assert {name: said["codes"][0] for name, said in told.items()} == {**CODES, **UNCHECKED}
    for name, said in told.items():
        verified = said["codes"][0] == VERIFIED
        actor = said["actor"]
        assert (actor is not None) == verified, (name, said)
        assert not verified or actor["agent"] == "https://agent.example", (name, said)
        passes = verified or name in UNCHECKED
        assert said["conclusion"] == ("ALLOW" if passes else "DENY"), (name, said)
        assert said["status"] == (200 if passes else 403), (name, said)
