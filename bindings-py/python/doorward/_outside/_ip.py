"""What databases of the application know of an address.

Their vendors write the same facts in shapes of their own: GeoLite2 and GeoIP2
(and DB-IP, which follows them) nest, IPinfo is flat. Here they become the one
shape that policies and decisions speak of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, Protocol

from ._failure import Failure


class Reader(Protocol):
    """A reader of an MMDB file, such as `maxminddb.open_database(file)`."""

    def get(self, ip: str, /) -> Any: ...


IpDatabase = Reader | Callable[[str], Any]
"""A reader, or a function that returns at once what it knows of an address."""

_MAX_TEXT = 256


def ip_facts(ip: str, databases: Sequence[IpDatabase]) -> Mapping[str, Any]:
    """What they say; several are read one after the other, and the first word counts."""
    if not databases:
        raise Failure("no_database")
    facts: dict[str, Any] = {}
    for database in databases:
        record = database.get(ip) if hasattr(database, "get") else database(ip)
        if isinstance(record, Mapping):
            for name, value in facts_of(record).items():
                if value is not None:
                    facts.setdefault(name, value)
    return facts


def facts_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """One record in our words; what it does not say is None."""
    country, continent = record.get("country"), record.get("continent")
    place, part = _node(record.get("location")), _node(record.get("traits"))
    anonymous, divisions = _node(record.get("anonymous")), record.get("subdivisions")
    where = _node(divisions[0]) if isinstance(divisions, list) and divisions else {}
    short = country if isinstance(country, str) and len(country) == 2 else None
    long = country if isinstance(country, str) and short is None else None

    def said(name: str) -> bool | None:
        return _flag(
            _first(record.get(name), record.get(f"is_{name}"), anonymous.get(f"is_{name}"))
        )

    def trait(name: str) -> bool | None:
        return _flag(_first(record.get(name), part.get(name)))

    number, organization = "autonomous_system_number", "autonomous_system_organization"
    proxies = (trait("is_public_proxy"), trait("is_residential_proxy"))
    return {
        "country": _text(record.get("country_code"), _node(country).get("iso_code"), short),
        "countryName": _text(_english(country), long, record.get("country_name")),
        "continent": _text(record.get("continent_code"), _node(continent).get("code")),
        "continentName": _text(_english(continent), continent),
        "region": _text(_english(where), record.get("region")),
        "city": _text(_english(record.get("city")), record.get("city")),
        "postalCode": _text(
            _node(record.get("postal")).get("code"), record.get("postal_code"), record.get("postal")
        ),
        "timezone": _text(place.get("time_zone"), record.get("timezone")),
        "latitude": _number(place.get("latitude"), record.get("latitude"), record.get("lat")),
        "longitude": _number(place.get("longitude"), record.get("longitude"), record.get("lng")),
        "accuracyRadius": _number(place.get("accuracy_radius"), record.get("radius")),
        "asnum": _number(record.get(number), part.get(number), _system(record.get("asn"))),
        "asname": _text(record.get(organization), part.get(organization), record.get("as_name")),
        "asdomain": _text(record.get("as_domain")),
        "astype": _text(record.get("as_type"), part.get("user_type")),
        "hosting": _first(trait("is_hosting_provider"), said("hosting")),
        "vpn": _first(trait("is_anonymous_vpn"), said("vpn")),
        "proxy": True if True in proxies else _first(*proxies, said("proxy")),
        "tor": _first(trait("is_tor_exit_node"), said("tor")),
        "relay": said("relay"),
        "mobile": said("mobile"),
        "service": _text(record.get("service"), anonymous.get("name")),
    }


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _node(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(*values: object) -> str | None:
    texts = (value[:_MAX_TEXT] for value in values if isinstance(value, str) and value)
    return next(texts, None)


def _english(value: object) -> object:
    return _node(_node(value).get("names")).get("en")


def _number(*values: object) -> float | None:
    for value in values:
        try:
            read = float(value) if isinstance(value, str) else value
        except ValueError:
            continue
        if isinstance(read, int | float) and not isinstance(read, bool) and isfinite(read):
            return int(read) if read == int(read) else read
    return None


def _system(value: object) -> object:
    """`64500`, `"64500"` or `"AS64500"`."""
    return value[2:] if isinstance(value, str) and value[:2].upper() == "AS" else value


def _flag(value: object) -> bool | None:
    """IPinfo's files have `"true"` and nothing."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False, "": False}.get(value) if isinstance(value, str) else None
