"""Starts every host that a test asks for, a few at a time, and shows the table at the end."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .hosts import HOSTS, Host
from .running import Results, ask
from .table import plain

_AT_ONCE = 3
_results = Results()


@pytest.fixture(scope="session")
def seen(request: pytest.FixtureRequest) -> Iterator[Results]:
    """Every host that this run's tests ask for, started and asked everything."""
    wanted = _asked(request.session)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with tempfile.TemporaryDirectory(prefix="doorward-hosts-") as logs:

        def one(host: Host) -> None:
            began = time.monotonic()
            try:
                _results.seen[host.name] = ask(host, Path(logs))
            except Exception as error:
                _results.failed[host.name] = error
            failed = " FAILED" if host.name in _results.failed else ""
            print(f"{host.name}: {time.monotonic() - began:.0f} s{failed}", flush=True)

        with capture.global_and_fixture_disabled(), ThreadPoolExecutor(_AT_ONCE) as pool:
            print()
            for _ in pool.map(one, [host for host in HOSTS if host in wanted]):
                pass
        yield _results


def _asked(session: pytest.Session) -> list[Host]:
    """The hosts that are parameters of this run's tests; all where the page is one of them."""
    items = [item for item in session.items if "seen" in getattr(item, "fixturenames", ())]
    parameters = [getattr(item, "callspec", None) for item in items]
    return [host for call in parameters for host in ([call.params["host"]] if call else HOSTS)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _results.seen:
        return
    terminalreporter.section("hosts")
    shown = [host for host in HOSTS if host.name in _results.seen]
    for line in plain(shown, _results.seen):
        terminalreporter.write_line(line)
