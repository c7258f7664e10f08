"""Signatures of webhooks, in the way of Standard Webhooks: HMAC-SHA256 over id, time and body, base64, `v1,` before it.

While a secret is being changed there are two, and the header carries a signature by each: receivers take whichever they know.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

ID, AT, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""The headers of a signed message, of ours and of those that others send."""

PREFIX = "whsec_"
"""What a written secret begins with; the rest is base64."""

MIN_BYTES, MAX_BYTES = 24, 64


def secret_bytes(written: str) -> bytes:
    """The key of a written secret. Raises ValueError where it is none, without saying it."""
    text = written.strip()
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise ValueError("a webhook secret is whsec_ and base64") from None
    if not text.startswith(PREFIX) or not MIN_BYTES <= len(key) <= MAX_BYTES:
        raise ValueError(f"a webhook secret is whsec_ and the base64 of {MIN_BYTES} to {MAX_BYTES} bytes")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, `v1,…`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(keys: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed message, with a signature by each key."""
    return {
        ID: message_id,
        AT: str(timestamp),
        SIGNATURE: " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }
