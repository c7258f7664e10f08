"""How a sender proves who it is: a signature over each request, made as ours are (`rules/messages/signing.py`), or a bearer token. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime

from rules.messages.signing import AT, ID, PREFIX, SIGNATURE, signature

LEAST = 16
"""Characters that a secret has to have."""


def key(secret: str) -> bytes:
    """Return the key that a secret is: behind `whsec_` base64, else the text itself."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            return secret.encode()
    return secret.encode()


def is_signed(secrets: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime, tolerance: int) -> bool:
    """Whether a request was signed with one of these secrets, at most `tolerance` seconds ago or ahead."""
    message_id, timestamp = headers.get(ID, ""), headers.get(AT, "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > tolerance:
        return False
    offered = [one.encode() for one in headers.get(SIGNATURE, "").split()]
    right = [signature(key(secret), message_id, int(timestamp), body).encode() for secret in secrets]
    return any(hmac.compare_digest(one, wanted) for one in offered for wanted in right)


def has_token(secrets: Iterable[str], headers: Mapping[str, str]) -> bool:
    """Whether a request brings one of these tokens along."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    offered = hashlib.sha256(token.strip().encode()).digest()
    right = [hmac.compare_digest(offered, hashlib.sha256(secret.encode()).digest()) for secret in secrets]
    return scheme.lower() == "bearer" and any(right)
