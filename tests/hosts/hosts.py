"""Every host: how it is built, how it is started, what it cannot show."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from platform import machine

from serving import ROOT

HERE = Path(__file__).parent
APPS = HERE / "apps"
MODULES = ROOT / "node_modules"

NODE = ("node",)
MACHINE = {"x86_64": ("x64", "x64"), "aarch64": ("aarch64", "arm64")}[machine()]
BUN = (str(MODULES / f"@oven/bun-linux-{MACHINE[0]}/bin/bun"),)
DENO = (
    *(str(MODULES / f"@deno/linux-{MACHINE[1]}-glibc/deno"), "run", "--no-lock"),
    *("--node-modules-dir=manual", "--allow-net", "--allow-env", "--allow-read"),
)
NEXT = ("node", str(MODULES / "next/dist/bin/next"))
NEXT_START = (*NEXT, "start", "--hostname", "127.0.0.1", "--port", "{port}")
UVICORN = (sys.executable, "-m", "uvicorn", "--port", "{port}", "--log-level", "warning")
GUNICORN = (
    sys.executable,
    "-m",
    "gunicorn",
    "--bind",
    "127.0.0.1:{port}",
    "--log-level",
    "warning",
)


@dataclass(frozen=True)
class Host:
    """One row of the table of hosts."""

    name: str
    folder: str
    start: tuple[str, ...]
    build: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    hides: frozenset[str] = frozenset()
    """What of a traffic line it cannot show at all: native replay is not told it either."""
    edge_header: str = ""
    """The header that the platform's edge, absent here, would overwrite."""
    action: bool = False
    """A server action: every request is a call of it, with the row's headers."""


NO_ADDRESS = frozenset({"ip"})

HOSTS = (
    Host("Next.js route", "next-route", NEXT_START, (*NEXT, "build")),
    Host(
        *("Next.js action", "next-route", NEXT_START, (*NEXT, "build")),
        hides=frozenset({"method", "url"}),
        action=True,
    ),
    Host("Next.js edge route", "next-edge", NEXT_START, (*NEXT, "build"), hides=NO_ADDRESS),
    Host("Next.js proxy", "next-proxy", NEXT_START, (*NEXT, "build")),
    Host(
        "SvelteKit",
        "sveltekit",
        (*NODE, "build/index.js"),
        (*NODE, str(MODULES / "vite/bin/vite.js"), "build"),
        {"HOST": "127.0.0.1"},
    ),
    Host(
        "React Router",
        "react-router",
        (*NODE, str(MODULES / "@react-router/serve/bin.js"), "build/server/index.js"),
        (*NODE, str(MODULES / "@react-router/dev/bin.js"), "build"),
        {"HOST": "127.0.0.1"},
    ),
    Host("Node", "js", (*NODE, "node.js")),
    Host("Express", "js", (*NODE, "express.js")),
    Host("Fastify", "js", (*NODE, "fastify.js")),
    Host("Hono on Node", "js", (*NODE, "hono-node.js")),
    Host("Hono on Bun", "js", (*BUN, "hono-bun.js")),
    Host("Bun", "js", (*BUN, "bun.js")),
    Host("Deno", "js", (*DENO, "deno.js")),
    Host("workerd", "js", (*NODE, "workerd.js"), edge_header="CF-Connecting-IP"),
    Host("FastAPI", "python", (*UVICORN, "fastapi_app:app")),
    Host("Starlette", "python", (*UVICORN, "starlette_app:app")),
    Host("Flask decorator", "python", (*GUNICORN, "flask_decorator:app")),
    Host("Flask before_request", "python", (*GUNICORN, "flask_before_request:app")),
    Host("Django WSGI", "python", (*GUNICORN, "django_app:wsgi")),
    Host("Django ASGI", "python", (*UVICORN, "django_app:asgi")),
)
