"""What tests that start applications share: processes on loopback, and clients of them."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import shlex
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def environment() -> dict[str, str]:
    """This process's, without what would change how an application decides or is found."""
    ours = re.compile(
        r"DOORWARD_|VERCEL|FLY_|RENDER|NODE_|NEXT_|PYTHON|VIRTUAL_ENV|UVICORN_|FORWARDED_"
    )
    kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
    return {**kept, "NEXT_TELEMETRY_DISABLED": "1", "CI": "1"}


def run(
    command: list[str],
    folder: Path,
    seconds: float = 600,
    *,
    more: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a command that must succeed, with `more` in its environment."""
    done = subprocess.run(  # noqa: S603 -- commands of these tests and of the README
        command,
        cwd=folder,
        env={**environment(), **(more or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    told = f"{shlex.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == 0, told
    return done.stdout


# Runs a command until standard input ends, which it does however these tests end, then kills
# everything the command started.
GUARD = '"$@" </dev/null & cat >/dev/null; kill -KILL 0'


def free_port() -> int:
    """A port nobody listens on, below those that the system hands to clients.

    A port of that range may be a connection's of somebody else by the time the application starts.
    """
    while True:
        port = secrets.choice(range(10_000, 32_000))
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Server:
    """A running application on a free port of loopback; ends with the `with` block.

    The port stands for `{port}` in the command, and is in PORT.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        folder: Path,
        *,
        logs: Path | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        self.port: int = free_port()
        self.name = name
        self._log = (logs or folder) / f"server-{self.port}.log"
        port = str(self.port)
        with self._log.open("wb") as log:
            self._guard = subprocess.Popen(  # noqa: S603 -- as above
                ["/bin/sh", "-c", GUARD, "sh", *(word.replace("{port}", port) for word in command)],
                cwd=folder,
                env={**environment(), "PORT": port, **(more or {})},
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Server:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise TimeoutError(f"{self.name} does not answer\n{self.log()}")

    def __exit__(self, *_: object) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.close()
        self._guard.wait(timeout=10)

    def log(self) -> str:
        """What it printed so far."""
        return self._log.read_text("utf-8", "replace")


_addresses = itertools.count(1)


def somebody() -> str:
    """A client nobody has met: every address of 127.0.0.0/8 is this machine's."""
    number = next(_addresses)
    return f"127.77.{number >> 8}.{number & 255}"
