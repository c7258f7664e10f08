"""The secrets by which senders prove who they are: from the environment, and from a file for each that may change at any time."""

from __future__ import annotations

import base64
import secrets
from contextlib import suppress
from pathlib import Path

from models.arrival import Sender
from rules.arrivals.signing import LEAST
from rules.messages.signing import PREFIX
from service.settings import Settings

BYTES = 32


def secrets_of(settings: Settings, sender_id: str) -> tuple[str, ...]:
    """Return the secrets of a sender, none where none is set. Several count side by side, so that they can be changed."""
    given = settings.arrival_secrets.get(sender_id)
    found = given.get_secret_value().split(",") if given is not None else []
    with suppress(OSError, UnicodeDecodeError):
        found += _file(settings, sender_id).read_text(encoding="utf-8").splitlines()
    # A short one is a slip of the hand, and would be guessed.
    return tuple(text for line in found if len(text := line.strip()) >= LEAST)


def make_secret(settings: Settings, sender: Sender) -> str:
    """Make a secret, put it in front of the sender's others in its file, and return it."""
    raw = secrets.token_bytes(BYTES)
    made = PREFIX + base64.b64encode(raw).decode() if sender.proof == "signature" else secrets.token_urlsafe(BYTES)
    path = _file(settings, sender.id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.touch(mode=0o600)
    path.write_text(f"{made}\n{before}", encoding="utf-8")
    return made


def _file(settings: Settings, sender_id: str) -> Path:
    return (settings.arrival_secrets_dir or settings.home / "arrivals") / f"{sender_id}.secret"
