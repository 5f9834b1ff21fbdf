"""What else the README shows: the snippet, what it prints, and the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

from serving import ROOT, run

from .support import README, pasted

SECTION = README.partition("## What your handler can tell it\n")[2].partition("\n## ")[0]

PROGRAM = """
import doorward, { tokenBucket } from "doorward";

const ward = doorward({
  rules: [
    tokenBucket({
      id: "chat-tokens",
      mode: "LIVE",
      refillRate: 500,
      interval: "1h",
      capacity: 2000,
      characteristics: ["userId"],
    }),
  ],
});

async function handler(request: Request, userId: string) {
SNIPPET
}

const request = new Request("http://localhost/api/chat");
await ward.protect(request, { userId: "ana", requested: 1500 });
await handler(request, "ana");
"""


def _blocks(text: str, *languages: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for language, block in found if language in languages]


def test_every_program_of_the_readme_is_tested() -> None:
    tested = [*pasted("next").values(), *pasted("fastapi").values(), *_blocks(SECTION, "ts")]
    assert sorted(_blocks(README, "ts", "tsx", "js", "python", "py")) == sorted(tested)


def test_the_snippet_compiles_and_prints_what_the_readme_says(next_app: Path) -> None:
    [snippet] = _blocks(SECTION, "ts")
    [printed] = _blocks(SECTION, "")
    folder = next_app / "snippet"
    folder.mkdir()
    (folder / "handler.mts").write_text(PROGRAM.replace("SNIPPET", snippet), "utf-8")
    strict = ["--ignoreConfig", "--strict", "--target", "es2022", "--module", "nodenext"]
    run(["node_modules/.bin/tsc", *strict, "--types", "node", "snippet/handler.mts"], next_app)
    assert run(["node", "snippet/handler.mjs"], next_app) == printed


def test_both_packages_have_the_command(next_app: Path, fastapi_app: Path, folder: Path) -> None:
    [shown] = [block for block in _blocks(README, "sh") if "doorward replay" in block]
    commands = [line.partition("#")[0].split() for line in shown.splitlines()]
    assert len(commands) == 2
    python = str(fastapi_app / ".venv/bin/python")
    policy = run([python, "-c", "import main; print(main.ward.to_json())"], fastapi_app)
    for name in ("policy", "new"):
        (folder / f"{name}.json").write_text(policy, "utf-8")
    less = json.loads(policy)
    del less["rules"][0]
    (folder / "old.json").write_text(json.dumps(less), "utf-8")
    traffic = (ROOT / "examples/traffic.jsonl").read_bytes()
    (folder / "traffic.jsonl").write_bytes(traffic)
    for program, *arguments in commands:
        of_node, of_python = (
            run([str(binary / program), *arguments], folder)
            for binary in (next_app / "node_modules/.bin", fastapi_app / ".venv/bin")
        )
        assert of_node == of_python
        assert len(of_node.splitlines()) >= len(traffic.splitlines())
