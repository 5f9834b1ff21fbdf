"""The `doorward` command: a thin shell over the core, which does the work.

Results go to stdout, words to stderr; progress only to a terminal. Bad input is
`FILE:LINE: what is wrong and what was expected`, exit 2.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import re
import sys
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import IO

from ._doorward import Calibrate, Engine, Fault, Replay, Scan, __version__
from ._engine import dry_run
from ._files import BadInput, Progress, lines, why, writer
from ._replay_store import ReplayStore, is_redis_url
from ._ward import Doorward, process_secret

_MODULE = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_OBEYED = re.compile(
    "[\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]"
)
_LONGEST_NANOS = 2**32 - 1


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
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
    calibrate = commands.add_parser(
        "calibrate",
        help="fit refine to a decision log and its outcomes",
        description="Fits refine to the application's own decision log (JSON Lines, gzip or not) "
        "with the outcomes that were reported, joined by id. Writes a small JSON file, for the "
        'policy\'s "refine": {"calibration": ...}: a table from margin to probability, and the '
        "least margin from which anybody is stopped, such that of the requests that turned out "
        "well at most the share P is. Exit code 1 where the log is too short for that, with how "
        "many requests are lacking.",
    )
    add = calibrate.add_argument
    add("log", metavar="LOG", nargs="+", help="decision logs")
    add(
        "--max-false-positives",
        metavar="P",
        dest="asked",
        required=True,
        help="the share asked for, from 0 to 1",
    )
    add("--out", metavar="FILE", help="where the file goes instead of stdout")
    scan = commands.add_parser(
        "scan",
        help="look at lines of text with one detector",
        description="Looks at a field of text in every line of JSON Lines (gzip or not) and writes "
        'a line for each: {"id", "score", "verdict", ...}. KIND sensitive: e-mail addresses, card '
        "numbers, keys and their like, with their places in code points. KIND email: addresses "
        "that are invalid, disposable, free, of a task or mistyped, without asking the network. "
        "KIND prompt: prompt injection, with the window that weighs most.",
    )
    add = scan.add_argument
    add("kind", metavar="KIND", help="sensitive, email or prompt")
    add("files", metavar="FILE", nargs="+", help="files of lines")
    add("--field", metavar="NAME", help="the field to look at (text; email: email)")
    add("--out", metavar="FILE", help="where lines go instead of stdout")
    return parser


def _calibrate(options: argparse.Namespace) -> int:
    try:
        calibrate = Calibrate(options.asked)
    except ValueError as error:
        raise BadInput(f"doorward calibrate: {error}") from None
    progress = Progress()
    with contextlib.ExitStack() as stack:
        stack.callback(progress.clear)
        for name in options.log:
            for place, line in lines(name):
                try:
                    calibrate.push(place, line)
                except ValueError as error:
                    raise BadInput(str(error)) from None
                except Fault as fault:
                    raise BadInput(f"{place}: a fault of ours, please report it: {fault}") from None
                progress.count()
    words, _, found = calibrate.finish().partition("\n")
    print(words, file=sys.stderr)
    if not found:
        return 1
    with contextlib.ExitStack() as stack:
        out: IO[bytes] = sys.stdout.buffer
        if options.out is not None:
            out = stack.enter_context(writer(options.out))
        out.write(found.encode() + b"\n")
        out.flush()
    return 0


def _scan(options: argparse.Namespace) -> int:
    try:
        scan = Scan(options.kind, options.field)
    except ValueError as error:
        raise BadInput(f"doorward scan: {error}") from None
    progress = Progress()
    with contextlib.ExitStack() as stack:
        out: IO[bytes] = sys.stdout.buffer
        if options.out is not None:
            out = stack.enter_context(writer(options.out))
        stack.callback(progress.clear)
        for name in options.files:
            for place, line in lines(name):
                try:
                    answer = scan.push(place, line)
                except ValueError as error:
                    out.flush()
                    raise BadInput(str(error)) from None
                except Fault as fault:
                    raise BadInput(f"{place}: a fault of ours, please report it: {fault}") from None
                if answer is not None:
                    out.write(answer.encode() + b"\n")
                    progress.count()
        out.flush()
    return 0


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
    progress = Progress()
    with contextlib.ExitStack() as stack:
        out: IO[bytes] = sys.stdout.buffer
        if options.out is not None:
            out = stack.enter_context(writer(options.out))
        log = stack.enter_context(writer(options.log)) if options.log is not None else None
        stack.callback(progress.clear)
        for name in options.traffic:
            for place, line in lines(name):
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
        raise BadInput(f"{name}:1: {why(error)}, expected a readable policy file") from None
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


def _printable(text: str) -> str:
    """Text from outside with what a terminal would obey written out."""
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_COMMANDS = {"calibrate": _calibrate, "replay": _replay, "scan": _scan}

if __name__ == "__main__":
    sys.exit(main())
