"""What other detectors of prompt injection say of the labelled texts: vard and llm_guardrail.

    python3 xtask/peers/prompt.py FOLDER

Both are asked as they come, offline: vard (npm) with its default configuration, and the risk
detector of llm_guardrail (PyPI) without a hosted classifier, denying for what its own gateway
calls critical. They are installed into target/peers/prompt the first time, from the registries;
where that fails, they are left out.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

KEPT = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "peers" / "prompt"
FILES = ("train", "train2", "dev", "dev2")
ABSENT = 2
VARD = "@andersmyrmel/vard@1.2.0"
GUARDRAIL = "llm-guardrail==4.0.1"

ASK_VARD = """
import vard from "@andersmyrmel/vard";
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  console.log(vard.safe(JSON.parse(line)).safe ? 0 : 1);
}
"""

ASK_GUARDRAIL = """
import asyncio, json, logging, sys
logging.disable(logging.CRITICAL)
from app.services.classifiers.risk_detector import RiskDetector
from app.services.evaluation_engine import CRITICAL_SIGNALS
detector = RiskDetector()
asyncio.run(detector.load())
for line in sys.stdin:
    said = detector.classify(json.loads(line))
    print(int(any(signal in CRITICAL_SIGNALS for signal in said["signals"])))
"""


def quietly(*command: str) -> bool:
    """Whether a command that installs something went well."""
    try:
        done = subprocess.run(  # noqa: S603 -- commands of this file
            command, capture_output=True, check=False, timeout=300
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def peers() -> dict[str, list[str]]:
    """The peers that are installed, and how each is asked."""
    KEPT.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[str]] = {}
    script = KEPT / "ask.mjs"
    script.write_text(ASK_VARD, "utf-8")
    installed = (KEPT / "node_modules" / "@andersmyrmel").exists()
    npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(KEPT))
    if installed or quietly(*npm, VARD):
        found["vard"] = ["node", str(script)]
    python = KEPT / "venv" / "bin" / "python"
    installed = python.exists() or quietly(sys.executable, "-m", "venv", str(KEPT / "venv"))
    has = [str(python), "-c", "import app.services.classifiers.risk_detector"]
    if installed and (quietly(*has) or quietly(str(python), "-m", "pip", "install", GUARDRAIL)):
        found["llm_guardrail"] = [str(python), "-c", ASK_GUARDRAIL]
    return found


def rows(folder: Path) -> list[dict[str, str]]:
    """Every labelled text, with the name of its file."""
    read: list[dict[str, str]] = []
    for name in FILES:
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            read.extend({**json.loads(line), "file": name} for line in lines)
    return read


def main() -> int:
    """Prints per file and label, and for the worst sources, what each peer denies."""
    found = peers()
    if not found:
        return ABSENT
    texts = rows(Path(sys.argv[1]))
    asked = "".join(json.dumps(row["text"]) + "\n" for row in texts).encode()
    for name, command in found.items():
        done = subprocess.run(  # noqa: S603 -- commands of this file
            command, input=asked, capture_output=True, check=False
        )
        answers = done.stdout.split()
        if len(answers) != len(texts):
            print(f"({name} left out: {done.stderr.decode(errors='replace').strip()[-200:]})")
            continue
        counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
        for row, answer in zip(texts, answers, strict=True):
            label = "attacks" if row["label"] == "injection" else "harmless"
            for source in (row["source"], ""):
                count = counts[label, row["file"], source]
                count[0] += 1
                count[1] += int(answer)
        print(f"\n{name}, % taken for injections")
        for (label, file, source), (number, denied) in sorted(counts.items()):
            rate = 100 * denied / number
            print(f"  {label:8} {file:7} {source or 'all':58} {number:6} {rate:7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
