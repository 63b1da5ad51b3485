"""Which machines the product may call when a user says where: public ones, and those that a setting names."""

from __future__ import annotations

import ipaddress
from typing import Final

from django.conf import settings

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

LEAST_FREE_PORT = 1_024
WEB_PORTS: Final = frozenset({80, 443})
REFUSED_PORTS: Final = frozenset(
    {
        1433, 1521, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 4369, 5432, 5672, 5900, 5984, 5985, 5986, 6000,
        6379, 6443, 6667, 7001, 8500, 9042, 9092, 9200, 9300, 10250, 11211, 15672, 25565, 26257, 27017, 50070,
    }
)  # fmt: skip
"""Ports of databases, queues, remote desktops and the control of machines: nobody receives a call of ours there."""
NOT_PUBLIC: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""The special-purpose registries of IANA; 2002::/16 (6to4) and 2001::/23 (Teredo among others) hide other addresses."""
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address that a name was resolved to belongs to the public internet.

    >>> [is_public(each) for each in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2606:4700::1")]
    [True, False, False, False, True]
    """
    ip = _embedded(ipaddress.ip_address(address.partition("%")[0]))
    return ip.is_global and not any(ip in network for network in NOT_PUBLIC if network.version == ip.version)


def may_call(host: str, address: str) -> bool:
    """Whether a host may be called at an address that its name was resolved to."""
    return host in settings.WEBHOOK_HOSTS or is_public(address)


def may_use(port: int) -> bool:
    """Whether something that receives calls may listen on a port."""
    return port in WEB_PORTS or (port >= LEAST_FREE_PORT and port not in REFUSED_PORTS)


def is_odd_number(host: str) -> bool:
    """Whether a host is an address in a spelling that programs read in different ways: 2130706433, 0177.1, 0x7f.1."""
    last = host.rpartition(".")[2]
    if ":" in host or not (last.isdigit() or last.startswith("0x")):
        return False
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return True
    return False


def _embedded(ip: Ip) -> Ip:
    """The address that a translating one stands for."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip
