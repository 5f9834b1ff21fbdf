"""Presets: the rules that a route of its kind wants, with defaults.

A preset is a composition and nothing more: what it returns are canonical rules,
and the policy knows only those. Every part can be set, or left out with
`False`. Counted are the client's address, the mailbox however it is written
(`email.canonical`), its domain (known providers are not counted), the network
around the address, the device and the means of payment. A count of what clients
claim or share only challenges (law 8): whoever hammers somebody's mailbox does
not lock its owner out. Mailbox and address together deny.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypedDict

from ._decision import Mode
from ._rules import Duration, Rule


class Rate(TypedDict):
    """So many in so much time."""

    interval: Duration
    max: int


class Velocity(TypedDict, total=False):
    """How often one of them may come; `False` does not count it."""

    mailbox: Rate | Literal[False]
    """The mailbox, wherever the requests come from: a CHALLENGE beyond."""
    pair: Rate | Literal[False]
    """The mailbox from one address: a DENY beyond."""
    domain: Rate | Literal[False]
    """The mailbox's domain, known providers aside: a CHALLENGE beyond."""
    network: Rate | Literal[False]
    """The network around the address, IPv4 by /24, IPv6 by /64: a CHALLENGE beyond."""
    device: Rate | Literal[False]
    """`context["device"]["id"]`, where the application knows it: a DENY beyond."""
    payment: Rate | Literal[False]
    """`context["payment"]["fingerprint"]`, where the application knows it: a DENY beyond."""


Part = Mapping[str, Any] | Literal[False] | None
"""A rule as its constructor makes it, `False` for none, or nothing for the default."""

_KEYS: Mapping[str, list[str]] = {
    "mailbox": ["email.canonical"],
    "pair": ["email.canonical", "ip.src"],
    "domain": ["email.domain"],
    "network": ["ip.src.network"],
    "device": ["device.id"],
    "payment": ["payment.fingerprint"],
}

_Rates = Mapping[str, tuple[int, str]]


def _made(
    name: str,
    defaults: tuple[list[str] | None, tuple[int, str], _Rates],
    mode: Mode | None,
    parts: tuple[Part, Part, Part],
    velocity: Velocity | Literal[False] | None,
) -> list[Rule]:
    deny, address, rates = defaults
    usual: tuple[Rule, Rule | None, Rule] = (
        {"rule": "detectBot", "allow": []},
        None if deny is None else {"rule": "validateEmail", "deny": deny},
        {"rule": "slidingWindow", "interval": address[1], "max": address[0]},
    )
    rules: list[Rule] = []
    for part, given, default in zip(("bots", "email", "address"), parts, usual, strict=True):
        made = default if given is None else given
        if made is not None and made is not False:
            rules.append(_named(f"{name}-{part}", mode, made))
    for part, characteristics in _KEYS.items():
        own = False if velocity is False else (velocity or {}).get(part)
        if own is None and part in rates:
            most, interval = rates[part]
            own = {"interval": interval, "max": most}
        if isinstance(own, Mapping):
            limit = {
                "rule": "slidingWindow",
                "interval": own["interval"],
                "max": own["max"],
                "characteristics": characteristics,
                "fallback": False,
            }
            rules.append(_named(f"{name}-{part}", mode, limit))
    return rules


def _named(name: str, mode: Mode | None, made: Mapping[str, Any]) -> Rule:
    common: Rule = {"id": name} if mode is None else {"id": name, "mode": mode}
    return {**common, **made}


def protect_signup(
    *,
    mode: Mode | None = None,
    bots: Part = None,
    email: Part = None,
    rate_limit: Part = None,
    velocity: Velocity | Literal[False] | None = None,
) -> list[Rule]:
    """For sign-up forms.

    Bots, addresses that nobody keeps or that take no mail, and how many accounts come
    from one address, mailbox, domain, network, device and means of payment.

    mode: Of every rule that does not set its own.
    bots: What `detect_bot` returned; default: every detected bot is denied.
    email: What `validate_email` returned; default denies INVALID, DISPOSABLE and NO_MX_RECORDS.
    rate_limit: What `sliding_window` returned; default: 10 in 10 minutes from one address.
    velocity: What else is counted; `False`: nothing.
    """
    rates = {
        "mailbox": (5, "1h"),
        "domain": (20, "1h"),
        "network": (30, "10m"),
        "device": (5, "24h"),
        "payment": (5, "24h"),
    }
    defaults = (["INVALID", "DISPOSABLE", "NO_MX_RECORDS"], (10, "10m"), rates)
    return _made("signup", defaults, mode, (bots, email, rate_limit), velocity)


def protect_login(
    *,
    mode: Mode | None = None,
    bots: Part = None,
    email: Part = None,
    rate_limit: Part = None,
    velocity: Velocity | Literal[False] | None = None,
) -> list[Rule]:
    """For login forms: bots, many attempts at one account, many accounts from one place.

    An account is known by the `email` that the client claims; pass no user id that was
    only looked up by it as a fact. Options as of `protect_signup`.
    """
    rates = {
        "mailbox": (20, "15m"),
        "pair": (10, "15m"),
        "network": (100, "10m"),
        "device": (20, "15m"),
    }
    parts = (bots, email, rate_limit)
    return _made("login", (None, (30, "10m"), rates), mode, parts, velocity)


def protect_password_reset(
    *,
    mode: Mode | None = None,
    bots: Part = None,
    email: Part = None,
    rate_limit: Part = None,
    velocity: Velocity | Literal[False] | None = None,
) -> list[Rule]:
    """For forms that send a link to a mailbox: it is not flooded, and its owner still gets one.

    Options as of `protect_signup`.
    """
    rates = {
        "mailbox": (5, "1h"),
        "pair": (3, "1h"),
        "domain": (30, "1h"),
        "network": (30, "1h"),
        "device": (5, "1h"),
    }
    parts = (bots, email, rate_limit)
    return _made("password-reset", (["INVALID"], (10, "1h"), rates), mode, parts, velocity)


def protect_checkout(
    *,
    mode: Mode | None = None,
    bots: Part = None,
    email: Part = None,
    rate_limit: Part = None,
    velocity: Velocity | Literal[False] | None = None,
) -> list[Rule]:
    """For checkouts: bots, and cards that are tried out one after the other.

    Options as of `protect_signup`.
    """
    rates = {
        "mailbox": (20, "1h"),
        "network": (100, "1h"),
        "device": (20, "1h"),
        "payment": (10, "1h"),
    }
    parts = (bots, email, rate_limit)
    return _made("checkout", (None, (20, "10m"), rates), mode, parts, velocity)
