"""What other detectors say of the labelled texts: Presidio, and Arcjet's local engine.

    python3 xtask/peers/sensitive.py FOLDER OUT

Asks both for the dev texts of FOLDER, for texts of another distribution that `texts.py` makes
(written to OUT too, for the caller to measure itself by), and for a sample of prose, and prints
strict span F1 over the types that either side knows, false alarms and cost. Presidio is asked in
English, with what its demonstration takes for found (0.35) and its pattern recognizers: the
registry has no model of spaCy's, so the tokenizer is blank and a lemma is the word in small.
Arcjet knows four types. Both are installed into target/peers/sensitive the first time, from the
registries; where that fails, they are left out with exit code 2.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

KEPT = Path(os.environ.get("CARGO_TARGET_DIR", "target")).resolve() / "peers" / "sensitive"
HERE = Path(__file__).resolve().parent
PYTHON = ["presidio-analyzer==2.2.366", "faker==40.54.0", "phonenumbers==9.0.43"]
NODE = "@arcjet/analyze-wasm@1.13.0"
ABSENT = 2
SEED, COUNT = "7", "4000"
PROSE = "../prompt-injection/train.jsonl.gz"
EACH = 10
"""Of the prose every tenth text."""

NAMES = {
    "CREDIT_CARD": "CREDIT_CARD_NUMBER",
    "PHONE": "PHONE_NUMBER",
    "CRYPTO": "CRYPTO_ADDRESS",
    "IBAN_CODE": "IBAN",
    "EMAIL_ADDRESS": "EMAIL",
}
"""Other names of the types."""
CORE = {
    *("EMAIL", "PHONE_NUMBER", "IP_ADDRESS", "CREDIT_CARD_NUMBER", "IBAN", "US_SSN", "UK_NHS"),
    *("CRYPTO_ADDRESS", "API_KEY", "JWT", "MAC_ADDRESS", "US_PASSPORT"),
}

ASK_PRESIDIO = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
import spacy
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language

@Language.component("small")
def small(doc):
    for token in doc:
        token.lemma_ = token.lower_
    return doc

nlp = spacy.blank("en")
nlp.add_pipe("small")
engine = SpacyNlpEngine()
engine.nlp = {"en": nlp}
analyzer = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
spent = 0
for line in sys.stdin:
    text = json.loads(line)
    start = time.process_time_ns()
    found = analyzer.analyze(text, language="en", score_threshold=0.35)
    spent += time.process_time_ns() - start
    print(json.dumps([[one.start, one.end, one.entity_type] for one in found]))
print(spent)
"""

ASK_ARCJET = """
import { createInterface } from "node:readline";
import { initializeWasm } from "@arcjet/analyze-wasm";
const kept = await initializeWasm({
  "arcjet:js-req/bot-identifier": { detect: () => [] },
  "arcjet:js-req/email-validator-overrides": {
    isFreeEmail: () => "unknown", isDisposableEmail: () => "unknown",
    hasMxRecords: () => "unknown", hasGravatar: () => "unknown",
  },
  "arcjet:js-req/filter-overrides": { ipLookup() {} },
  "arcjet:js-req/sensitive-information-identifier": { detect: () => [] },
  "arcjet:js-req/verify-bot": { verify: () => "unverifiable" },
});
const types = {
  email: "EMAIL", "phone-number": "PHONE_NUMBER", "ip-address": "IP_ADDRESS",
  "credit-card-number": "CREDIT_CARD_NUMBER",
};
const entities = { tag: "allow", val: [] };
const points = (bytes, end) => [...bytes.subarray(0, end).toString()].length;
let spent = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const text = JSON.parse(line);
  const start = process.cpuUsage();
  const { denied } = kept.detectSensitiveInfo(text, {
    entities, contextWindowSize: undefined, skipCustomDetect: true,
  });
  const used = process.cpuUsage(start);
  spent += (used.user + used.system) * 1000;
  const bytes = Buffer.from(text);
  const spans = denied.map(({ start, end, identifiedType }) =>
    [points(bytes, start), points(bytes, end), types[identifiedType.tag] ?? ""]);
  console.log(JSON.stringify(spans));
}
console.log(spent);
"""


def installed() -> tuple[str, Path]:
    """The interpreter that has Presidio and Faker, and the folder that has Arcjet."""
    python = KEPT / "venv" / "bin" / "python"
    node = KEPT / "node"
    node.mkdir(parents=True, exist_ok=True)
    quiet: dict[str, Any] = {"check": True, "capture_output": True, "timeout": 600}
    if not (KEPT / "venv" / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(KEPT / "venv")], **quiet)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PYTHON], **quiet)
        (KEPT / "venv" / "installed").touch()
    if not (node / "installed").exists():
        install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*install, "--prefix", str(node), NODE], **quiet)
        (node / "installed").touch()
    (node / "ask.mjs").write_text(ASK_ARCJET, "utf-8")
    return str(python), node


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def asked(command: list[str], texts: list[str]) -> tuple[list[set[tuple[Any, ...]]], float]:
    """What a peer finds in each text, and nanoseconds for all of them."""
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    *found, spent = done.stdout.splitlines()
    return [set(_core(json.loads(line))) for line in found], float(spent)


def _core(spans: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    for start, end, name in spans:
        if NAMES.get(name, name) in CORE:
            yield start, end, NAMES.get(name, name)


def tell(name: str, made: list[dict[str, Any]], found: list[set[tuple[Any, ...]]]) -> None:
    right = wrong = missed = clean = alarms = 0
    for row, spans in zip(made, found, strict=True):
        labelled = [[span["start"], span["end"], span["type"]] for span in row.get("spans", [])]
        expected = set(_core(labelled))
        right += len(spans & expected)
        wrong += len(spans - expected)
        missed += len(expected - spans)
        clean += not expected
        alarms += bool(spans and not expected)
    f1 = 2 * right / max(1, 2 * right + wrong + missed)
    said = f"strict span F1 {f1:.4f}, " if right + missed else ""
    rate = 1000 * alarms / max(1, clean)
    print(f"  {name:34} {said}false alarms {rate:.2f} per 1,000 of {clean} clean texts")


def main(folder: Path, out: Path) -> int:
    try:
        python, node = installed()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"the peers cannot be installed: {error}", file=sys.stderr)
        return ABSENT
    made = subprocess.run(
        [python, str(HERE / "texts.py"), SEED, COUNT], capture_output=True, text=True, check=True
    )
    out.parent.mkdir(exist_ok=True)
    with gzip.open(out, "wt", encoding="utf-8", compresslevel=5) as packed:
        packed.write(made.stdout)
    parts: dict[str, list[dict[str, Any]]] = {}
    for row in rows(folder / "dev.jsonl.gz"):
        parts.setdefault(f"dev, {row['source']}", []).append(row)
    for row in rows(out):
        parts.setdefault(f"unseen, {row['source']}", []).append(row)
    if (folder / PROSE).exists():
        parts["prose, not labelled"] = [
            {"text": row["text"]} for row in rows(folder / PROSE)[::EACH]
        ]
    peers = {
        "Presidio": [python, "-c", ASK_PRESIDIO],
        "Arcjet": ["node", str(node / "ask.mjs")],
    }
    texts = [row["text"] for part in parts.values() for row in part]
    kilobytes = sum(len(text.encode()) for text in texts) / 1024
    for peer, command in peers.items():
        found, spent = asked(command, texts)
        print(f"{peer}: {spent / 1000 / kilobytes:.0f} µs per KB")
        at = 0
        for name, part in parts.items():
            tell(name, part, found[at : at + len(part)])
            at += len(part)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
