"""Files that commands read and write: lines in, gzip or not, and how far it is."""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import IO, cast

from ._doorward import har_lines

_HAR = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
_GZIP = b"\x1f\x8b"


class BadInput(Exception):  # noqa: N818 -- said to a person, never caught by code
    """What is wrong with the input, and where."""


def writer(name: str) -> IO[bytes]:
    try:
        return Path(name).open("wb")
    except OSError as error:
        raise BadInput(f"{name}:1: {why(error)}, expected a file to write to") from None


def lines(name: str) -> Iterator[tuple[str, bytes]]:
    """Place and text of every line; a HAR file's entries count as its lines."""
    number = 0
    try:
        with _opened(name) as file:
            first = file.readline()
            if name.endswith((".har", ".har.gz")) or _HAR.match(first + _rest_of_head(file, first)):
                file.seek(0)
                for number, text in enumerate(
                    har_lines(file.read().removeprefix(b"\xef\xbb\xbf")), 1
                ):
                    yield f"{name}:{number}", text.encode()
                return
            file.seek(0)
            for number, line in enumerate(file, 1):
                yield f"{name}:{number}", line
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{name}:{number + 1}: {why(error)}, expected a readable file") from None
    except ValueError as error:
        raise BadInput(f"{name}:{number + 1}: {error}") from None


def _rest_of_head(file: IO[bytes], first: bytes) -> bytes:
    """A HAR file may break its line before the name that tells it apart."""
    return file.read(256) if len(first) < 64 else b""


def _opened(name: str) -> IO[bytes]:
    path = Path(name)
    with path.open("rb") as file:
        zipped = file.read(2) == _GZIP
    return cast("IO[bytes]", gzip.open(path)) if zipped else path.open("rb")


def why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class Progress:
    """A count on the terminal, if stderr is one."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._lines = 0
        self._next = monotonic() + 0.5

    def count(self) -> None:
        self._lines += 1
        if self._shown and self._lines % 256 == 0 and monotonic() >= self._next:
            self._next = monotonic() + 0.1
            print(f"\r{self._lines:,} lines", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
