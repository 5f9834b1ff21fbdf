"""Both applications over TLS, with a certificate of the moment."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import Server

HERE = Path(__file__).parent
COMMANDS = {
    "express": ["node", "express.mjs"],
    "fastapi": [
        *(sys.executable, "-m", "uvicorn", "fastapi_app:app", "--no-proxy-headers"),
        *("--host", "127.0.0.1", "--port", "{port}", "--log-level", "warning"),
        *("--ssl-keyfile", "{key}", "--ssl-certfile", "{cert}"),
    ],
}


@pytest.fixture(scope="session", params=sorted(COMMANDS))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One of the applications."""
    name = str(request.param)
    with tempfile.TemporaryDirectory(prefix="doorward-clients-") as made:
        key, cert = Path(made) / "key.pem", Path(made) / "cert.pem"
        subprocess.run(  # noqa: S603 -- a fixed command
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=localhost", "-keyout", key, "-out", cert),
            ],
            check=True,
            capture_output=True,
        )
        files = {"KEY": str(key), "CERT": str(cert)}
        command = [
            word.replace("{key}", str(key)).replace("{cert}", str(cert)) for word in COMMANDS[name]
        ]
        with Server(name, command, HERE, logs=Path(made), more=files) as server:
            yield server
