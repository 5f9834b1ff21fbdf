"""The example applications have the same policies, rule for rule."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "examples"

NEXT = """
for (const route of ["signup", "login", "search", "chat", "orders", "posts", "step-up"]) {
  await import(`./app/api/${route}/route.ts`);
}
const { wards } = await import("./lib/demo.ts");
console.log(JSON.stringify(wards));
"""

FASTAPI = """
import json, demo, main
print(json.dumps([ward.to_dict() for ward in demo.wards]))
"""


def _policies(folder: str, *command: str) -> list[dict[str, Any]]:
    """What the application's wards say of themselves, in an order of its own."""
    run = subprocess.run(  # noqa: S603 -- both commands are written in this file
        command, cwd=EXAMPLES / folder, capture_output=True, check=True, text=True, timeout=60
    )
    policies: list[dict[str, Any]] = json.loads(run.stdout)
    return sorted(policies, key=json.dumps)


def test_both_examples_have_the_same_policies() -> None:
    node = shutil.which("node")
    assert node is not None
    of_next = _policies("nextjs", node, "--import", "tsx", "--input-type=module", "--eval", NEXT)
    of_fastapi = _policies("fastapi", sys.executable, "-c", FASTAPI)
    assert of_next == of_fastapi
    # Two for what routes share, and one for each route that adds rules.
    assert len(of_next) == 7
    modes = {rule["mode"] for policy in of_next for rule in policy["rules"]}
    assert modes == {"LIVE", "DRY_RUN"}
