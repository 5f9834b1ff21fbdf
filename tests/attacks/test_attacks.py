"""Exploits that were published are refused by both examples; the same requests without them pass.

The bytes go over a socket as they are written, each from an address nobody has met, so that no
limit is in the way: what refuses is `shield`, and what lets pass is every rule.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from serving import Server, somebody

from .wire import Attack, asked, read_table, send

TABLE = read_table(Path(__file__).with_name("requests.toml"))

each_attack = pytest.mark.parametrize("attack", TABLE, ids=lambda attack: attack.cve)


def test_there_are_as_many_as_promised() -> None:
    assert len({attack.cve for attack in TABLE}) == len(TABLE) >= 30


@each_attack
def test_is_refused(server: Server, attack: Attack) -> None:
    answer = send(server.port, somebody(), attack.attack)
    if server.name not in attack.hosts:
        assert answer.status != 200, answer
        return
    assert answer.status == 403, answer
    assert answer.code.startswith("shield."), answer
    asked[f"{server.name}, refused"] += 1


@each_attack
def test_its_harmless_twin_passes(server: Server, attack: Attack) -> None:
    answer = send(server.port, somebody(), attack.twin)
    assert answer.status in (200, 201, 404), answer
    assert answer.code == "allow", answer
    asked[f"{server.name}, let through"] += 1
