"""The vectors of look-alikes are what their texts say."""

import subprocess
import sys
from pathlib import Path

MAKE = Path(__file__).parents[1] / "lookalikes" / "make.py"


def test_vectors_are_what_their_texts_say() -> None:
    subprocess.run([sys.executable, MAKE, "--check"], check=True)  # noqa: S603
