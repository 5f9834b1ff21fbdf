"""The README's quick starts, installed from `dist/` in empty folders, built and served."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import ROOT, Server, run, somebody

from .support import ask, asked, install_command, pasted, serve_command

HERE = Path(__file__).parent
_notes: list[str] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.section("quick starts")
    for name, count in sorted(asked.items()):
        terminalreporter.write_line(f"{name}: {count:,} requests answered")
    for note in _notes:
        terminalreporter.write_line(note)


@pytest.fixture(scope="session")
def note() -> list[str]:
    """Figures for the end of the run."""
    return _notes


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="doorward-quickstart-") as name:
        yield Path(name)


def _artefact(pattern: str) -> Path:
    found = sorted((ROOT / "dist").glob(pattern))
    assert len(found) == 1, f"dist/{pattern}: found {len(found)}, expected one: run `make build`"
    return found[0]


def _paste(host: str, folder: Path) -> None:
    files = pasted(host)
    assert files, f"the README has no block marked `quickstart: {host}`"
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


@pytest.fixture(scope="session")
def next_app(folder: Path) -> Path:
    """What `create-next-app` leaves, the README's files, and the probes of these tests."""
    began = time.monotonic()
    app = folder / "my-app"
    shutil.copytree(HERE / "next", app)
    example = json.loads((ROOT / "examples/nextjs/package.json").read_text("utf-8"))
    del example["dependencies"]["doorward"]
    package = {
        "name": "my-app",
        "version": "0.1.0",
        "private": True,
        "scripts": {"dev": "next dev", "build": "next build", "start": "next start"},
        "dependencies": example["dependencies"],
        "devDependencies": example["devDependencies"],
    }
    (app / "package.json").write_text(json.dumps(package), "utf-8")
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    run(["npm", "install", *quietly], app)
    run([*install_command("npm", _artefact("*.tgz"), {}), *quietly], app)
    _paste("next", app)
    installed = time.monotonic()
    run(["npm", "run", "build"], app)
    built = time.monotonic()
    _notes.append(
        f"next: installed in {installed - began:.0f} s, built in {built - installed:.0f} s"
    )
    return app


@pytest.fixture(scope="session")
def next_server(next_app: Path) -> Iterator[Server]:
    command = [
        *("node_modules/.bin/next", "start", "--hostname", "127.0.0.1"),
        *("--port", "{port}"),
    ]
    with Server("next", command, next_app) as server:
        # what comes before `register` has run is judged without an address
        assert ask(server, somebody(), "/").status == 200
        yield server


def _python_pins() -> dict[str, str]:
    """Names and versions as this repository's own tests use them."""
    lines = (ROOT / "bindings-py/requirements-dev.txt").read_text("utf-8")
    newer = sys.version_info >= (3, 11)
    pins = {}
    for name, version, marker in re.findall(r"^([\w.-]+)==(\S+)(.*)$", lines, re.MULTILINE):
        if ("python_full_version <" in marker) != newer or "python_full_version" not in marker:
            pins[name] = f"{name}=={version}"
    return pins


@pytest.fixture(scope="session")
def fastapi_app(folder: Path) -> Path:
    """An empty folder with a fresh virtual environment, the README's file, and the probes."""
    began = time.monotonic()
    app = folder / "fastapi"
    shutil.copytree(HERE / "fastapi", app, ignore=shutil.ignore_patterns("__pycache__"))
    run([sys.executable, "-m", "venv", ".venv"], app)
    pip, *install = install_command("pip", _artefact("*.whl"), _python_pins())
    run([str(app / ".venv/bin" / pip), *install, "--quiet"], app)
    _paste("fastapi", app)
    _notes.append(f"fastapi: installed in {time.monotonic() - began:.0f} s")
    return app


def _uvicorn(app: Path, name: str, module: str = "main:app", *more: str) -> Server:
    program, *rest = serve_command()
    rest = [module if word == "main:app" else word for word in rest]
    rest += ["--port", "{port}", *more]
    return Server(name, [str(app / ".venv/bin" / program), *rest], app)


@pytest.fixture(scope="session")
def fastapi_server(fastapi_app: Path) -> Iterator[Server]:
    with _uvicorn(fastapi_app, "fastapi") as server:
        yield server


@pytest.fixture(scope="session")
def fastapi_probe(fastapi_app: Path) -> Iterator[Server]:
    with _uvicorn(fastapi_app, "fastapi probe", "probe:app") as server:
        yield server


@pytest.fixture
def credulous_uvicorn(fastapi_app: Path) -> Iterator[Server]:
    """Believes everybody's X-Forwarded-For, and its leftmost address first."""
    believing = "--forwarded-allow-ips=*"
    with _uvicorn(fastapi_app, "credulous uvicorn", "main:app", believing) as server:
        yield server


@pytest.fixture(params=["next", "fastapi"])
def server(request: pytest.FixtureRequest) -> Server:
    """Either quick start."""
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture(params=["next", "fastapi"])
def probe(request: pytest.FixtureRequest) -> Server:
    """Either application with the probes: Next serves them beside the quick start."""
    names = {"next": "next_server", "fastapi": "fastapi_probe"}
    found: Server = request.getfixturevalue(names[request.param])
    return found
