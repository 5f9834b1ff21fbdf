"""Writes the address databases of the tests: the shapes of their vendors, and
addresses that are for documentation.

`python tests/mmdb/make.py` writes them beside this file, `--check` compares.
The format is MaxMind DB 2.0 (https://maxmind.github.io/MaxMind-DB/).
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]

CITY: dict[str, Record] = {
    "203.0.113.0/24": {
        "continent": {"code": "EU", "names": {"de": "Europa", "en": "Europe"}},
        "country": {"iso_code": "DE", "names": {"de": "Deutschland", "en": "Germany"}},
        "subdivisions": [{"iso_code": "BE", "names": {"en": "Land Berlin"}}],
        "city": {"names": {"en": "Berlin"}},
        "postal": {"code": "10115"},
        "location": {
            "latitude": 52.5244,
            "longitude": 13.4105,
            "accuracy_radius": 20,
            "time_zone": "Europe/Berlin",
        },
    },
    "2001:db8:1::/48": {"country": {"iso_code": "FR", "names": {"en": "France"}}},
}
ASN: dict[str, Record] = {
    "203.0.113.0/24": {
        "autonomous_system_number": 64500,
        "autonomous_system_organization": "Example Transit",
    },
    "2001:db8:1::/48": {
        "autonomous_system_number": 64501,
        "autonomous_system_organization": "Example Hosting",
    },
}
FLAT: dict[str, Record] = {
    "198.51.100.0/25": {
        "country": "United States",
        "country_code": "US",
        "continent": "North America",
        "continent_code": "NA",
        "asn": "AS64502",
        "as_name": "Example Cloud",
        "as_domain": "cloud.example",
        "hosting": "true",
        "vpn": "true",
        "proxy": "",
        "tor": "",
        "relay": "",
        "service": "Example VPN",
    },
    "198.51.100.128/25": {
        "country": "JP",
        "city": "Tokyo",
        "region": "Tokyo",
        "lat": "35.6895",
        "lng": "139.6917",
        "postal_code": "101-8656",
        "timezone": "Asia/Tokyo",
        "is_hosting": False,
        "is_mobile": True,
    },
}
FILES = {"city": CITY, "asn": ASN, "flat": FLAT}

_MAP, _TEXT, _DOUBLE, _ARRAY, _BOOL = 7, 2, 3, 11, 14
_UINT16, _UINT32, _UINT64 = 5, 6, 9
# readers insist on the width of these
_WIDTHS = {"build_epoch": _UINT64, "node_count": _UINT32}
_GAP = 16
_BITS = 24


def _control(kind: int, size: int) -> bytes:
    first, extended = (kind, b"") if kind < 8 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first << 5 | size]) + extended
    if size < 29 + 256:
        return bytes([first << 5 | 29]) + extended + bytes([size - 29])
    raise ValueError("longer than the tests need")


def _encoded(value: Any, kind: int = _UINT32) -> bytes:
    if isinstance(value, Mapping):
        members = b"".join(_encoded(name) + _encoded(item) for name, item in value.items())
        return _control(_MAP, len(value)) + members
    if isinstance(value, list):
        return _control(_ARRAY, len(value)) + b"".join(map(_encoded, value))
    if isinstance(value, bool):
        return _control(_BOOL, int(value))
    if isinstance(value, int):
        number = value.to_bytes((value.bit_length() + 7) // 8, "big")
        return _control(kind, len(number)) + number
    if isinstance(value, float):
        return _control(_DOUBLE, 8) + struct.pack(">d", value)
    text = str(value).encode()
    return _control(_TEXT, len(text)) + text


def _metadata(members: Record) -> bytes:
    made = b"".join(
        _encoded(name) + _encoded(item, _WIDTHS.get(name, _UINT16))
        for name, item in members.items()
    )
    return _control(_MAP, len(members)) + made


def _file(name: str, networks: Mapping[str, Record]) -> bytes:
    """A tree over 128 bits, IPv4 below `::/96`, and the records behind it."""
    nodes: list[list[int | None]] = [[None, None]]
    leaves: dict[tuple[int, int], int] = {}
    data = b""
    for text, record in networks.items():
        network = ip_network(text)
        bits = network.prefixlen + (96 if network.version == 4 else 0)
        address = int(network.network_address)
        node = 0
        for depth in range(bits):
            side = address >> (127 - depth) & 1
            if depth == bits - 1:
                leaves[node, side] = len(data)
                break
            below = nodes[node][side]
            if below is None:
                below = nodes[node][side] = len(nodes)
                nodes.append([None, None])
            node = below
        data += _encoded(record)
    count = len(nodes)

    def slot(node: int, side: int) -> bytes:
        below = nodes[node][side]
        if (node, side) in leaves:
            below = count + _GAP + leaves[node, side]
        return (count if below is None else below).to_bytes(_BITS // 8, "big")

    tree = b"".join(slot(node, side) for node in range(count) for side in (0, 1))
    metadata = {
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_700_000_000,
        "database_type": f"Doorward-Test-{name}",
        "description": {"en": "addresses for documentation"},
        "ip_version": 6,
        "languages": ["en"],
        "node_count": count,
        "record_size": _BITS,
    }
    return tree + bytes(_GAP) + data + b"\xab\xcd\xefMaxMind.com" + _metadata(metadata)


def main() -> int:
    check = sys.argv[1:] == ["--check"]
    wrong = 0
    for name, networks in FILES.items():
        path = Path(__file__).with_name(f"{name}.mmdb")
        made = _file(name, networks)
        if not check:
            path.write_bytes(made)
        elif path.read_bytes() != made:
            print(f"{path} is not what make.py writes")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main())
