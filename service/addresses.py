"""Web addresses: over which of them a sign-in may go, and where on our own pages somebody may be sent afterwards."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

LONGEST = 300
"""Longest address of a page that is kept while somebody signs in."""

LOCAL = re.compile(r"/(?!/)[\x21-\x5b\x5d-\x7e]*")
"""A path on this site. Browsers read `//host` as another site, and a backslash as a slash."""


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


def local_path(wanted: str) -> str:
    """Return where to go on after signing in: the page wanted, or the first page where that is not one of ours."""
    return wanted if len(wanted) <= LONGEST and LOCAL.fullmatch(wanted) else "/"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
