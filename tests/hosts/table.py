"""The table of hosts and requests, as the terminal and docs/hosts.md show it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from .hosts import Host
from .running import LIMITED, TABLE, Seen, native

_BLOCK = re.compile(r"(?<=<!-- hosts:start -->\n).*?(?=<!-- hosts:end -->)", re.DOTALL)

LEGEND = (
    "`·` the decision and every rule's result are those of native replay; "
    "`~` the decision is, a rule that looks at what this host cannot show says otherwise; "
    "`≠` the decision differs; a number is the host's own answer, `cut` a connection it closed: "
    "no handler ran; an empty cell, that the host has no such request. Of eight requests under a "
    "limit of five, five pass where the host shows who is connected; where it does not (`?`), the "
    "limit says that it cannot judge. Why, for each: "
    "[tests/hosts/differences.toml](../tests/hosts/differences.toml)."
)


def mark(found: str) -> str:
    """A cell: what a host found of a request, in a few characters."""
    if found in ("same", "none"):
        return "·" if found == "same" else ""
    if found == "closed":
        return "cut"
    if found.isdigit():
        return found
    return "≠" if re.match(r"(ALLOW|CHALLENGE|DENY) ", found) else "~"


def rows(hosts: Sequence[Host], seen: Mapping[str, Seen]) -> list[tuple[str, str, list[str]]]:
    """Name, native decision and a mark for each host, of every request."""
    expected = native(TABLE)
    return [
        (
            request.name,
            expected[request.name]["code"],
            [mark(seen[host.name].found[request.name]) for host in hosts],
        )
        for request in TABLE
    ]


def limit_row(hosts: Sequence[Host], seen: Mapping[str, Seen]) -> list[str]:
    """How many of eight requests of one client passed a limit of five."""
    return [
        str(seen[host.name].limited.count("rate_limit.ok")) if "ip" not in host.hides else "?"
        for host in hosts
    ]


def plain(hosts: Sequence[Host], seen: Mapping[str, Seen]) -> list[str]:
    """Lines for a terminal."""
    body = rows(hosts, seen)
    width = max(len(name) for name in (LIMITED, *(row[0] for row in body))) + 1
    codes = max(len(code) for _, code, _ in body) + 1
    lines = [f"{number:3} {host.name}" for number, host in enumerate(hosts, 1)]
    numbers = "".join(f"{number:>4}" for number in range(1, len(hosts) + 1))
    lines.append(f"{'':{width}}{'native':{codes}}{numbers}")
    lines += [
        f"{name:{width}}{code:{codes}}" + "".join(f"{cell:>4}" for cell in cells)
        for name, code, cells in body
    ]
    passed = "".join(f"{cell:>4}" for cell in limit_row(hosts, seen))
    lines.append(f"{LIMITED:{width}}{'5':{codes}}{passed}")
    return lines


def markdown(hosts: Sequence[Host], seen: Mapping[str, Seen]) -> str:
    """The page's block: the rows in which hosts differ, and the names of the others."""
    body = rows(hosts, seen)
    odd = [row for row in body if set(row[2]) - {"·", ""}]
    even = [name for name, _, cells in body if not set(cells) - {"·", ""}]
    lines = [
        "| request | native | " + " | ".join(host.name for host in hosts) + " |",
        "| --- | --- |" + " :-: |" * len(hosts),
        *(f"| {name} | `{code}` | " + " | ".join(cells) + " |" for name, code, cells in odd),
        f"| {LIMITED} | 5 | " + " | ".join(limit_row(hosts, seen)) + " |",
        "",
        LEGEND,
        "",
        f"The same on every host ({len(even)} of {len(body)} requests): {'; '.join(even)}.",
    ]
    return "\n".join(lines) + "\n"


def in_page(path: Path) -> str:
    """The block as the page has it."""
    found = _BLOCK.search(path.read_text("utf-8"))
    assert found, f"{path}: no <!-- hosts:start --> … <!-- hosts:end -->"
    return found[0]


def write_page(path: Path, block: str) -> None:
    """Puts the block into the page."""
    text = path.read_text("utf-8")
    path.write_text(_BLOCK.sub(lambda _: block, text), "utf-8")
