"""Which addresses belong to the public Internet.

Knowledge: the IANA registries of special-purpose addresses (RFC 6890), and RFC
6052 for IPv4 inside of IPv6.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

_SPECIAL = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
]
_GLOBAL = IPv6Network("2000::/3")
_SPECIAL_6 = [
    IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
]
_MAPPED = [IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")]


def is_public(text: str) -> bool:
    """Whether an address is a public one, to which anybody may connect."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL)
    if any(address in network for network in _MAPPED):
        return is_public(str(IPv4Address(int(address) & 0xFFFFFFFF)))
    return address in _GLOBAL and not any(address in network for network in _SPECIAL_6)
