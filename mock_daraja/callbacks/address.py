"""What an IP address is: loopback, private, public, or of a kind that no callback goes to."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from mock_daraja.model.failure import AddressKind

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE: Final = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
_METADATA: Final = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, GCP and most others
        "169.254.170.2",  # AWS ECS credentials
        "100.100.100.200",  # Alibaba Cloud
        "fd00:ec2::254",  # AWS, a unique local address
        "fd20:ce::254",  # GCP, likewise
    )
)
_NUMERIC: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)(?:\.(?:[0-9]+|0x[0-9a-f]*)){0,3}\Z", re.IGNORECASE)


def literal(host: str) -> Address | None:
    """The address that `host` spells, without brackets: also 2130706433, 0x7f.1 and 0177.0.0.1, as the C library
    reads them, and ::ffff:10.0.0.1, which is 10.0.0.1. None for a name.
    """
    try:
        address = ip_address(host)
    except ValueError:
        if _NUMERIC.match(host) is None:
            return None
        try:
            return IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def kind(address: Address) -> AddressKind:
    if address in _METADATA:
        return "cloud metadata"
    if address.is_loopback:
        return "loopback"
    if any(address in network for network in PRIVATE if network.version == address.version):
        return "private"
    if address.is_link_local:
        return "link-local"
    if address.is_unspecified:
        return "unspecified"
    if address.is_multicast:
        return "multicast"
    return "reserved" if address.is_reserved else "public"
