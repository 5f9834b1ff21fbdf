"""Every host decides as native replay does, and says so where it cannot."""

from __future__ import annotations

import os
from typing import Any

import pytest
from serving import ROOT

from .hosts import HERE, HOSTS, Host
from .running import TABLE, Results
from .table import in_page, markdown, write_page
from .wire import read_toml

PAGE = ROOT / "docs" / "hosts.md"

each_host = pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)


def _listed(host: Host) -> dict[str, str]:
    """What `differences.toml` says of a host, by request."""
    entries: list[dict[str, Any]] = read_toml(HERE / "differences.toml")["difference"]
    found: dict[str, str] = {}
    for entry in entries:
        if host.name in entry["hosts"]:
            for request in entry["requests"]:
                assert request not in found, f"{host.name}, {request}: listed twice"
                found[request] = entry["found"]
    return found


@each_host
def test_decides_as_native(host: Host, seen: Results) -> None:
    found, listed = seen[host.name].found, _listed(host)
    no_action = {row.name for row in TABLE if host.action and not row.about_headers}
    wrong = [
        f"{name}: found {what}, listed {listed.get(name, 'same')}"
        for name, what in found.items()
        if what != listed.get(name, "none" if name in no_action else "same")
    ]
    assert not wrong, "\n".join(wrong)


@each_host
def test_forged_addresses_lift_no_limit(host: Host, seen: Results) -> None:
    passing = ["rate_limit.ok"] * 5 + ["rate_limit.exceeded"] * 3
    unknown = ["rate_limit.key_unknown"] * 8
    assert seen[host.name].limited == (unknown if "ip" in host.hides else passing)


@each_host
def test_answers_with_its_limits(host: Host, seen: Results) -> None:
    """The fields that adapters set: what is left, and when to come back."""
    if host.action or "ip" in host.hides:
        return
    *passed, refused = seen[host.name].answers
    assert [answer.status for answer in [*passed, refused]] == [200] * 5 + [429] * 3
    assert refused.headers["retry-after"].isdigit()
    assert refused.headers["cache-control"] == "no-store"
    assert "ratelimit" in passed[0].headers
    assert "ratelimit-policy" in passed[0].headers


@each_host
def test_nothing_was_reported_as_our_fault(host: Host, seen: Results) -> None:
    assert seen[host.name].trouble == []


def test_differences_name_hosts_and_requests() -> None:
    hosts, requests = {host.name for host in HOSTS}, {request.name for request in TABLE}
    for entry in read_toml(HERE / "differences.toml")["difference"]:
        assert entry["why"]
        assert set(entry["hosts"]) <= hosts
        assert set(entry["requests"]) <= requests


def test_the_page_has_this_table(seen: Results) -> None:
    table = markdown(HOSTS, {host.name: seen[host.name] for host in HOSTS})
    if os.environ.get("HOSTS_UPDATE") == "1":
        write_page(PAGE, table)
    assert in_page(PAGE) == table
