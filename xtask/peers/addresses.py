"""What other validators say of the labelled addresses: email-validator, validator.js, mailchecker.

    python3 xtask/peers/addresses.py FOLDER

Installs them into target/peers (an environment of its own, a folder of its own), asks each
with its defaults, without the network, and prints what it says as JSON: for each peer the
syntax cases it accepts and the disposable and free domains it calls disposable. Exit code 2
where they cannot be installed. `cargo xtask eval email` runs it.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOM = Path(os.environ.get("CARGO_TARGET_DIR", "target")).resolve() / "peers" / "email"
PYTHON = "email-validator==2.4.0"
NODE = ["validator@13.15.35", "mailchecker@6.0.21"]
ABSENT = 2

ASK_PYTHON = """
import json, sys
from email_validator import validate_email, EmailNotValidError
def accepts(address):
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True
json.dump([accepts(address) for address in json.load(sys.stdin)], sys.stdout)
"""
ASK_NODE = """
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const isEmail = require("validator").isEmail;
const mailchecker = require("mailchecker");
process.stdout.write(JSON.stringify({
  validator: input.addresses.map((address) => isEmail(address)),
  mailchecker: input.addresses.map((address) => mailchecker.isValid(address)),
  listed: input.domains.map((domain) => !mailchecker.isValid(`ana@${domain}`)),
}));
"""


def main(folder: str) -> int:
    try:
        python, node = installed()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"the peers cannot be installed: {error}", file=sys.stderr)
        return ABSENT
    addresses = [row["address"] for row in rows(folder, "syntax")]
    domains = [
        row["domain"]
        for name in ("disposable-domains", "free-provider-domains")
        for row in rows(folder, name)
    ]
    accepted = json.loads(ask([str(python), "-c", ASK_PYTHON], json.dumps(addresses)))
    asked = json.dumps({"addresses": addresses, "domains": domains})
    said = json.loads(ask(["node", "-e", ASK_NODE], asked, cwd=node))
    answer: dict[str, Any] = {
        "email-validator": {"accepts": accepted},
        "validator.js": {"accepts": said["validator"]},
        "mailchecker": {
            "accepts": said["mailchecker"],
            "disposable": dict(zip(domains, said["listed"], strict=True)),
        },
    }
    json.dump(answer, sys.stdout)
    return 0


def installed() -> tuple[Path, Path]:
    """The interpreter and the folder in which the peers are."""
    python, node = ROOM / "python", ROOM / "node"
    node.mkdir(parents=True, exist_ok=True)
    quiet: dict[str, Any] = {
        "check": True,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    if not (python / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(python)], **quiet)
        subprocess.run([str(python / "bin" / "pip"), "install", "--quiet", PYTHON], **quiet)
        (python / "installed").touch()
    if not (node / "installed").exists():
        subprocess.run(["npm", "install", "--prefix", str(node), *NODE], **quiet)
        (node / "installed").touch()
    return python / "bin" / "python", node


def rows(folder: str, name: str) -> list[dict[str, Any]]:
    with gzip.open(f"{folder}/{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def ask(command: list[str], asked: str, cwd: Path | None = None) -> str:
    # lone surrogates are no UTF-8; JSON has them escaped
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, cwd=cwd)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
