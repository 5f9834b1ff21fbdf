"""Every vector in Python. The format is told in `tests/native/lib.rs`."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from doorward._doorward import Replay, __version__, explain, headers, respond

VECTORS = Path(__file__).parents[1] / "vectors"
FAILURES = VECTORS / "expected-failures.toml"
RUNNER = "python"


def _read(path: Path) -> dict[str, Any]:
    toml = importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    contents: dict[str, Any] = toml.loads(path.read_text("utf-8"))
    return contents


def _all(file: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Name of each vector and refusal, and what is wrong with it."""
    for kind, run in (("vector", _run), ("error", _refuse)):
        for entry in file.get(kind, []):
            policy = entry.get("policy", file.get("policy", ""))
            try:
                yield entry["name"], run(entry, policy)
            except ValueError as error:
                yield entry["name"], str(error)


def _run(vector: Mapping[str, Any], policy: str) -> str | None:
    secret = vector["secret"].encode() if "secret" in vector else None
    replay = Replay(policy, dry_run=vector.get("dry_run", False), log_secret=secret)
    texts = ("exact", "explain", "log", "headers", "respond")
    lists = {name: vector.get(name, []) for name in (*texts, "expect", "replies")}
    if any(expected and len(expected) != len(vector["traffic"]) for expected in lists.values()):
        return f"expected {len(vector['traffic'])} of each, as there are lines"
    if not lists["expect"] and not lists["exact"]:
        return "expects nothing"
    for index, line in enumerate(vector["traffic"]):
        place = f"traffic:{index + 1}"
        replies = lists["replies"][index] if lists["replies"] else None
        pushed = replay.push(place, line.encode(), replies)
        if pushed is None or pushed[0] != "D":
            return f"{place}: no decision"
        decision, _, log = pushed[1:].partition("\n")
        found = {
            "exact": decision.replace(f"doorward/{__version__} ", "doorward/VERSION "),
            "explain": json.loads(explain(decision))["summary"],
            "log": log.replace(f"doorward/{__version__} ", "doorward/VERSION "),
            "headers": headers(decision),
            "respond": respond(decision, vector.get("accept", "").encode()),
        }
        for name, text in found.items():
            if lists[name] and lists[name][index] != text:
                return f"{place}:\n   found {text}\nexpected {lists[name][index]}"
        if not lists["expect"]:
            continue
        for path, wanted in json.loads(lists["expect"][index]).items():
            value = _at(json.loads(decision), path)
            if not _equal(value, wanted):
                told = f"found {json.dumps(value)}\nexpected {json.dumps(wanted)}"
                return f"{place}: {path}\n   {told}"
    return None


def _refuse(refusal: Mapping[str, Any], policy: str) -> str | None:
    try:
        replay = Replay(policy)
        if "line" not in refusal:
            return "the policy compiled"
        replay.push("traffic:1", refusal["line"].encode())
    except ValueError as error:
        expected = refusal["message"]
        return None if str(error) == expected else f"\n   found {error}\nexpected {expected}"
    return "the line was read"


def _at(value: Any, path: str) -> Any:
    """What is at a path such as `results.0.reason`; None where nothing is."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def _equal(found: Any, wanted: Any) -> bool:
    """As JSON: `true` is not 1."""
    return json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def test_every_vector_holds(capsys: pytest.CaptureFixture[str]) -> None:
    failures = _read(FAILURES).get("failure", [])
    listed = {(f["file"], f["name"]) for f in failures if f.get("runner", RUNNER) == RUNNER}
    failing = len(listed)
    wrong: list[str] = []
    count = 0
    for path in sorted(set(VECTORS.glob("*.toml")) - {FAILURES}):
        for name, difference in _all(_read(path)):
            count += 1
            known = (path.stem, name) in listed
            listed.discard((path.stem, name))
            if difference is None and known:
                wrong.append(f"{path.stem}: {name}: listed as failing, passes")
            elif difference is not None and not known:
                wrong.append(f"{path.stem}: {name}: {difference}")
    wrong += [f"{file}: {name}: listed as failing, not found" for file, name in sorted(listed)]
    assert not wrong, f"{len(wrong)} of {count} vectors fail:\n\n" + "\n\n".join(wrong)
    assert count > 0, "no vectors"
    with capsys.disabled():
        print(f"\nvectors python: {count - failing} hold, {failing} expected failures")
