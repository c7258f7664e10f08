"""TLS for servers of the tests on this machine, under an authority that nobody else trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from tests.support.certificates import Authority


def serving(folder: Path) -> ssl.SSLContext:
    """Make an authority and a certificate in a folder; return what a server needs."""
    pair = Authority(folder, "ca").issue("here", "127.0.0.1", "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    return context


def trusting(folder: Path) -> ssl.SSLContext:
    """What a client needs to trust it."""
    return ssl.create_default_context(cafile=str(folder / "ca.crt"))
