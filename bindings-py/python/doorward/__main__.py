"""The `doorward` command: a thin shell over the core, which does the work.

Results go to stdout, words to stderr; progress only to a terminal. Bad input is
`FILE:LINE: what is wrong and what was expected`, exit 2.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib
import json
import os
import re
import sys
import zlib
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic, perf_counter_ns
from typing import IO, cast

from ._doorward import Engine, Fault, Replay, __version__, har_lines
from ._engine import dry_run
from ._replay_store import ReplayStore, is_redis_url
from ._ward import Doorward, process_secret

_MODULE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_HAR = re.compile(rb'(\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{')
_OBEYED = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]"
)
_GZIP = b"\x1f\x8b"
_LONGEST_NANOS = 2**32 - 1


class BadInput(Exception):  # noqa: N818 -- said to a person, never caught by code
    """What is wrong with the input, and where."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return _replay(options)
    except BadInput as bad:
        print(_printable(str(bad)), file=sys.stderr)
        return 2
    except BrokenPipeError:
        # a reader such as `head` that has seen enough is no failure
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="doorward", description="Protects applications from inside: bots, abuse, attacks."
    )
    parser.add_argument("--version", action="version", version=f"doorward {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    replay = commands.add_parser(
        "replay",
        help="run recorded traffic through a policy",
        description="Runs recorded traffic (JSON Lines or HAR, gzip or not) through a policy, in "
        "file order, on the recording's clock. Decision lines go to stdout, a summary to stderr.",
    )
    add = replay.add_argument
    add("traffic", metavar="TRAFFIC", nargs="+", help="files of recorded requests")
    add("--policy", metavar="FILE", required=True, help="canonical JSON, or module:name of a ward")
    add("--against", metavar="FILE", help="a second policy to compare with")
    add("--out", metavar="FILE", help="where decision lines go instead of stdout")
    add(
        "--log",
        metavar="FILE",
        help="write the decision log there, with identities under DOORWARD_SECRET",
    )
    add(
        "--store",
        metavar="STORE",
        default="memory",
        help="where limits are kept: memory, or redis://HOST:PORT (with redis installed), "
        "where a run counts under keys of its own",
    )
    return parser


def _replay(options: argparse.Namespace) -> int:
    if options.store != "memory" and not is_redis_url(options.store):
        expected = "expected memory or redis://HOST:PORT"
        raise BadInput(f"doorward replay: found --store {options.store}, {expected}")
    policy = _policy(options.policy)
    against = None if options.against is None else _policy(options.against)
    secret = None if options.log is None else _log_secret()
    store = _store(options.store)
    store_secret = None if store is None else store.secret
    replay = Replay(
        policy, against, dry_run=dry_run(), log_secret=secret, store_secret=store_secret
    )
    nanos = array("I")
    progress = _Progress()
    with contextlib.ExitStack() as stack:
        out: IO[bytes] = sys.stdout.buffer
        if options.out is not None:
            out = stack.enter_context(_writer(options.out))
        log = stack.enter_context(_writer(options.log)) if options.log is not None else None
        stack.callback(progress.clear)
        for name in options.traffic:
            for place, line in _lines(name):
                began = perf_counter_ns()
                try:
                    pushed = replay.push(place, line)
                    if store is not None and pushed is not None and pushed[0] == "N":
                        pushed = replay.push(place, line, store.answer(pushed[1:]))
                except ValueError as error:
                    out.flush()
                    raise BadInput(str(error)) from None
                except Fault as fault:
                    raise BadInput(f"{place}: a fault of ours, please report it: {fault}") from None
                if pushed is None:
                    continue
                nanos.append(min(perf_counter_ns() - began, _LONGEST_NANOS))
                decision, _, entry = pushed[1:].partition("\n")
                out.write(decision.encode() + b"\n")
                if log is not None:
                    log.write(entry.encode() + b"\n")
                progress.count()
        out.flush()
    if store is not None:
        sys.stderr.write(store.end())
    sys.stderr.write(replay.summary(list(nanos)))
    return 0


def _store(name: str) -> ReplayStore | None:
    if name == "memory":
        return None
    try:
        return ReplayStore(name)
    except ValueError as error:
        raise BadInput(f"doorward replay: {error}") from None


def _log_secret() -> bytes:
    secret = os.environ.get("DOORWARD_SECRET", "").encode()
    if not secret:
        said = "DOORWARD_SECRET is not set, so identities in this log match no other log"
        print(f"doorward replay: {said}", file=sys.stderr)
    return secret or process_secret()


def _policy(name: str) -> str:
    """The canonical policy that a file or an object of a module holds."""
    path = Path(name)
    if not path.exists() and _MODULE.fullmatch(name):
        return _policy_of_module(name)
    if path.suffix in (".js", ".mjs", ".ts"):
        raise BadInput(
            f"{name}:1: found a JavaScript module, expected canonical JSON or module:name "
            "(the npm package's doorward reads JavaScript)"
        )
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise BadInput(f"{name}:1: {_why(error)}, expected a readable policy file") from None
    try:
        json.loads(text)
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise BadInput(f"{name}:{line}: found text that is not JSON ({error})") from None
    except RecursionError:
        pass
    return _checked(name, text)


def _policy_of_module(name: str) -> str:
    module, _, attribute = name.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        value: object = importlib.import_module(module)
        for part in attribute.split("."):
            value = getattr(value, part)
    except Exception as error:
        raise BadInput(f"{name}:1: {error!r}, expected a module that exports the ward") from None
    if isinstance(value, Doorward):
        return value.to_json()
    if isinstance(value, Mapping):
        return _checked(name, json.dumps(value))
    raise BadInput(f"{name}:1: found {type(value).__name__}, expected a ward")


def _checked(name: str, policy: str) -> str:
    try:
        Engine(policy)
    except ValueError as error:
        raise BadInput(f"{name}:1: {error}") from None
    return policy


def _writer(name: str) -> IO[bytes]:
    try:
        return Path(name).open("wb")
    except OSError as error:
        raise BadInput(f"{name}:1: {_why(error)}, expected a file to write to") from None


def _lines(name: str) -> Iterator[tuple[str, bytes]]:
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
        raise BadInput(f"{name}:{number + 1}: {_why(error)}, expected a readable file") from None
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


def _printable(text: str) -> str:
    """Text from outside with what a terminal would obey written out."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class _Progress:
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


if __name__ == "__main__":
    sys.exit(main())
