"""What names and addresses lead to, asked of the DNS by dnspython (`doorward[dns]`).

Mail: RFC 5321, section 5; RFC 7505 for none. Names of an address count only
where they lead back to it: whoever holds an address writes its reverse name as
he likes, only whoever holds the name can make it lead to the address. They are
a fact only where every step was answered, so a look-up that failed is never
taken for a mismatch.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, NamedTuple, Protocol

from ._cache import Looked
from ._failure import Failure

_QUERY = 0.4
"""Seconds for one query to one server."""
_TRIES = 3
_JOB = 3.0
"""Seconds for all queries of one look-up."""

_HELD = 3600.0
_NO_MAIL_HELD = 300.0
_NO_NAMES_HELD = 600.0
_MAX_HOSTS = 16
_MAX_NAMES = 4

_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")


class Answer(NamedTuple):
    """What a name has of one type; names without their last dot, exchanges by preference."""

    exists: bool
    """False where the name does not exist at all."""
    records: Sequence[str]


class Resolver(Protocol):
    """Asks for the records of a name. Raises `Failure` where there is no answer."""

    def __call__(self, name: str, kind: str, until: float, /) -> Answer: ...


def resolver(servers: str | Sequence[str] | None) -> Resolver:
    """`servers`: nothing for the system's, addresses, or a DNS-over-HTTPS URL."""
    made: list[Any] = []

    def resolve(name: str, kind: str, until: float) -> Answer:
        try:
            import dns.exception
            import dns.name
            import dns.resolver
        except ImportError:
            raise Failure("no_resolver", "needs dnspython: pip install 'doorward[dns]'") from None
        if not made:
            made.append(_made(servers))
        left = min(_QUERY * _TRIES, until - time.monotonic())
        if left <= 0:
            raise Failure("timeout")
        try:
            absolute = dns.name.from_text(name)
            found = made[0].resolve(absolute, kind, raise_on_no_answer=False, lifetime=left)
        except dns.resolver.NXDOMAIN:
            return Answer(False, ())
        except dns.exception.Timeout:
            raise Failure("timeout") from None
        except dns.exception.DNSException as error:
            raise Failure("failed", repr(error)) from error
        return Answer(True, _records(found.rrset or (), kind))

    return resolve


def _made(servers: str | Sequence[str] | None) -> Any:
    import dns.nameserver
    import dns.resolver

    try:
        made = dns.resolver.Resolver(configure=servers is None)
    except dns.resolver.NoResolverConfiguration:
        raise Failure("no_resolver") from None
    made.timeout = _QUERY
    if isinstance(servers, str):
        made.nameservers = [dns.nameserver.DoHNameserver(servers)]
    elif servers is not None:
        made.nameservers = [dns.nameserver.Do53Nameserver(*_place(server)) for server in servers]
    return made


def _place(server: str) -> tuple[str, int]:
    """`192.0.2.53`, `192.0.2.53:53`, `2001:db8::1` or `[2001:db8::1]:53`."""
    host, colon, port = server.rpartition(":")
    if colon and port.isdigit() and (":" not in host or host.startswith("[")):
        return host.strip("[]"), int(port)
    return server.strip("[]"), 53


def _records(found: Any, kind: str) -> list[str]:
    if kind == "MX":
        ranked = sorted(found, key=lambda record: int(record.preference))
        return [_bare(record.exchange.to_text()) for record in ranked]
    if kind == "PTR":
        return [_bare(record.target.to_text()) for record in found]
    return [str(record.address) for record in found]


def _bare(name: str) -> str:
    return name.lower().removesuffix(".")


def checked(name: object) -> str:
    """A name that can be asked for: at least two labels, lower case, A-labels."""
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise Failure("bad_name")


def mx(domain: object, resolve: Resolver) -> Looked:
    """Where the mail of a domain goes: at most three queries."""
    name, until = checked(domain), time.monotonic() + _JOB
    found = resolve(name, "MX", until)
    hosts = list(found.records[:_MAX_HOSTS])
    if hosts:
        return Looked({"exists": True, "hosts": hosts, "address": False}, _HELD)
    # without one, mail goes to the domain's own address
    own = [resolve(name, kind, until) for kind in ("A", "AAAA")]
    address = any(answer.records for answer in own)
    exists = found.exists or any(answer.exists for answer in own)
    fact = {"exists": exists, "hosts": hosts, "address": address}
    return Looked(fact, _HELD if address else _NO_MAIL_HELD)


def names(ip: object, resolve: Resolver) -> Looked:
    """The names of an address that lead back to it: at most five queries."""
    try:
        address = ip_address(str(ip))
    except ValueError:
        raise Failure("bad_name") from None
    until = time.monotonic() + _JOB
    kind = "A" if address.version == 4 else "AAAA"
    said = resolve(address.reverse_pointer, "PTR", until).records
    usable = [name for name in said if _NAME.fullmatch(name)]
    confirmed = [
        name
        for name in usable[:_MAX_NAMES]
        if any(ip_address(found) == address for found in resolve(name, kind, until).records)
    ]
    if not confirmed and len(usable) > _MAX_NAMES:
        raise Failure("too_large")
    return Looked({"names": confirmed}, _HELD if confirmed else _NO_NAMES_HELD)
