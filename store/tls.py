"""PostgreSQL over TLS: what a database's address says about it in the words of PostgreSQL's own programs.

`?sslmode=verify-full&sslrootcert=FILE`, with `&sslcert=FILE&sslkey=FILE` where the server asks for a certificate. Used by
`store/connect.py` for every engine, the migrations' too, and by the settings to refuse an unsafe address.
"""

from __future__ import annotations

import ipaddress
import ssl
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

CHECKED = frozenset({"verify-full", "verify-ca"})
"""Modes that check who answers; in the others whoever stands between may read along."""

MODES = frozenset({*CHECKED, "require", "disable"})
NAMES = ("sslmode", "sslrootcert", "sslcert", "sslkey")


class BadAddress(ValueError):
    """A database's address can't be used. Its words repeat nothing of the address."""


def connection(url: str) -> tuple[URL, dict[str, Any]]:
    """Return the address without its TLS part, and what the driver has to be given for it. Raises BadAddress."""
    parsed = parse(url)
    if parsed.get_backend_name() != "postgresql" or not any(name in parsed.query for name in NAMES):
        return parsed, {}
    return parsed.difference_update_query(NAMES), {"ssl": _context(parsed)}


def parse(url: str) -> URL:
    """Read an address. Raises BadAddress."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        raise BadAddress("is not the address of a database") from None


def in_clear(url: str) -> tuple[str, ...]:
    """Return the hosts which this address reaches over a network without checking who answers. Raises BadAddress."""
    parsed = parse(url)
    if parsed.get_backend_name() != "postgresql":
        return ()
    mode = _option(parsed, "sslmode") or "disable"
    if mode not in MODES:
        raise BadAddress(f"sslmode has to be one of {', '.join(sorted(MODES))}")
    return () if mode in CHECKED else tuple(host for host in _hosts(parsed) if not is_local(host))


def is_local(host: str) -> bool:
    """Whether a host is this machine: a loopback address, its name, or a socket's folder."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _hosts(url: URL) -> list[str]:
    asked = url.query.get("host", ())
    given = [asked] if isinstance(asked, str) else list(asked)
    named = [part for entry in given for part in entry.split(",")]
    # `host:port` in the query; an IPv6 address there stands in brackets.
    return [(url.host or ""), *(part.rpartition(":")[0].strip("[]") if ":" in part and part[0] != "/" else part for part in named)]


def _option(url: URL, name: str) -> str:
    found = url.query.get(name, "")
    return found if isinstance(found, str) else found[-1]


def _context(url: URL) -> ssl.SSLContext | bool:
    mode, root = _option(url, "sslmode") or "verify-full", _option(url, "sslrootcert")
    if mode not in MODES:
        raise BadAddress(f"sslmode has to be one of {', '.join(sorted(MODES))}")
    if mode == "disable":
        return False
    try:
        context = ssl.create_default_context(cafile=root or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = mode == "verify-full"
        if mode not in CHECKED:
            context.verify_mode = ssl.CERT_NONE
        if _option(url, "sslcert"):
            context.load_cert_chain(_option(url, "sslcert"), _option(url, "sslkey") or None)
    except OSError as error:
        raise BadAddress(f"a certificate or key of it can't be used: {error.strerror or type(error).__name__}") from None
    return context
