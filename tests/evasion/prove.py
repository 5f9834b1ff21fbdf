"""Attacks in disguise that still work: written here, proved here, checked in.

    python tests/evasion/prove.py [--check] [CLASS…]

For each class: payloads of our own, mutated by name; each mutant is given to a real engine
(see the module of the class) and lives only where it does what its payload does. It is then
carried in a request (`carry.py`), half of the mutants in the query, the others and many
payloads in every other carrier. What lives is written to `CLASS.jsonl`, one traffic line each,
tagged with class, carrier and mutation; the first line says what wrote it.
`tests/native/evasion.rs` measures how many of them the shield denies.

`--check` writes nothing and fails if a file does not hold what is found here.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

sys.path.insert(0, str(Path(__file__).parent))

from carry import CARRIERS, PLAIN, carry

CLASSES = ("sqli", "xss", "rce", "traversal", "ssti")
HERE = Path(__file__).parent
#: mutants and carriers that are tried in each class
MUTANTS = 420
CARRIED = 120

Case = tuple[str, str, str, str]


def _pick(cases: list[Case], most: int) -> list[Case]:
    """Some of them, the same whenever they are the same."""
    return sorted(cases, key=lambda case: crc32("\0".join(case).encode()))[:most]


def _mutants(module: Any) -> list[Case]:
    """Context, payload, name of the mutation, mutant."""
    found: list[Case] = []
    for context, payload in module.BASES:
        for mutant in module.mutants(context, payload):
            # a traversal's mutation says what kind of server it is for
            server = mutant[0] if len(mutant) == 3 else context
            found.append((server, payload, mutant[-2], mutant[-1]))
    if hasattr(module, "extra"):
        # as often as others are, the few that are of one payload
        found += [("filtered", *one) for one in module.extra()]
    texts = {payload for _, payload in module.BASES}
    one_each = {
        (context, text): (context, base, name, text)
        for context, base, name, text in reversed(found)
    }
    return [case for case in one_each.values() if case[3] not in texts]


def _lines(name: str) -> tuple[list[dict[str, Any]], list[str], dict[str, int]]:
    """What lives of a class, the engines that said so, and counts."""
    module = importlib.import_module(name)
    live = module.Live()
    try:
        tried = _pick(_mutants(module), MUTANTS)
        bases = [(context, payload, payload) for context, payload in module.BASES]
        alive = live.check(bases + [(context, base, text) for context, base, _, text in tried])
        engines = live.engines
    finally:
        live.close()
    works = dict(zip(module.BASES, alive, strict=False))
    dead = [payload for (_, payload), lives in works.items() if not lives]
    if dead:
        raise SystemExit(f"evasion: {name}: payloads that do nothing: {dead}")
    lines: list[dict[str, Any]] = []

    def add(carrier: str, mutation: str, text: str) -> None:
        line = carry(carrier, text)
        if line is not None:
            tags = [name, carrier, mutation] if mutation else [name, carrier]
            lines.append(
                {"id": f"{name}-{len(lines) + 1}", **line, "label": "attack", "tags": tags}
            )

    payloads = list(dict.fromkeys(payload for _, payload in module.BASES))
    for payload in payloads:
        for carrier in PLAIN:
            add(carrier, "", payload)
    unmutated = len(lines)
    survivors = [case for case, lives in zip(tried, alive[len(bases) :], strict=True) if lives]
    for case in survivors:
        # half of them as a browser writes a query, the others in any carrier
        number = crc32("\0".join(case).encode()) >> 8
        others = list(CARRIERS)
        add("query" if number % 2 else others[number // 2 % len(others)], case[2], case[3])
    carried = [
        (payload, carrier, "", "")
        for payload in payloads
        for carrier in CARRIERS
        if carrier not in PLAIN
    ]
    for payload, carrier, _, _ in _pick(carried, CARRIED):
        add(carrier, "", payload)
    counts = {
        "payloads": len(payloads),
        "tried": len(tried),
        "survived": len(survivors),
        "unmutated": unmutated,
        "mutated": len(lines) - unmutated,
    }
    return lines, engines, counts


def _written(name: str) -> tuple[str, list[str], dict[str, int]]:
    lines, engines, counts = _lines(name)
    return "".join(json.dumps(line) + "\n" for line in lines), engines, counts


def main() -> None:
    chosen = [name for name in sys.argv[1:] if name in CLASSES] or list(CLASSES)
    check = "--check" in sys.argv
    with ThreadPoolExecutor(2) as pool:
        found: Iterator[tuple[str, list[str], dict[str, int]]] = pool.map(_written, chosen)
        for name, (text, engines, counts) in zip(chosen, found, strict=True):
            told = ", ".join(f"{number} {what}" for what, number in counts.items())
            print(f"evasion {name}: {told}; {', '.join(engines)}")
            if counts["mutated"] < 300 or counts["payloads"] < 40:
                raise SystemExit(f"evasion: {name}: fewer than 40 payloads or 300 mutated")
            path = HERE / f"{name}.jsonl"
            head = {
                "generated": "python tests/evasion/prove.py",
                "date": date.today().isoformat(),
                "engines": engines,
                "counts": counts,
            }
            if not check:
                path.write_text(json.dumps(head) + "\n" + text, "utf-8")
            elif path.read_text("utf-8").partition("\n")[2] != text:
                raise SystemExit(f"{path.name} is old: python tests/evasion/prove.py")


if __name__ == "__main__":
    main()
