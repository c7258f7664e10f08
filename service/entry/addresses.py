"""Addresses: over which a sign-in may go, where on our own pages somebody may be sent on to, and what counts as one browser's."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

V6_NETWORK = 64
"""One subscriber of IPv6 has as many addresses as they like below this prefix."""


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what goes over this address: https, or http within this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or parts.fragment or not re.fullmatch(r"[\x21-\x7e]+", address):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def inside(path: str) -> str:
    """Return an address if it lies within these pages, else nothing: nobody is sent on to another site."""
    plain = path.startswith("/") and not path.startswith("//") and path.isprintable() and "\\" not in path
    return path if plain else ""


def network(address: str) -> str:
    """Return what counts as one address of a browser: itself, or its subscriber's network where it is IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, V6_NETWORK), strict=False))
    return str(found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else str(found)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
