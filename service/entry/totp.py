"""The second factor: time-based one-time passwords (RFC 6238) and recovery codes for a lost device."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp

ISSUER = "Jiefen 解纷"
STEP = 30
"""Seconds a code is valid."""

AROUND = (0, -1, 1)
"""Steps beside the present one that are taken, for clocks that are not quite right."""

CODES = 10
CODE_LETTERS = 16
"""Letters of a recovery code: 80 bits, more than anybody tries."""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def new_secret() -> str:
    """Return a new shared secret, 160 bits in base32."""
    return pyotp.random_base32()


def uri(secret: str, login: str) -> str:
    """Return the address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the number of the step this code belongs to, or None where it is none of now."""
    digits = code.replace(" ", "")
    totp, here, found = pyotp.TOTP(secret), int(now.timestamp()) // STEP, None
    for beside in AROUND:
        if hmac.compare_digest(totp.generate_otp(here + beside).encode(), digits.encode()):
            found = here + beside
    return found


def looks_like_recovery(code: str) -> bool:
    """Return whether this is written like a recovery code rather than like six digits."""
    return len(_plain(code)) == CODE_LETTERS


def new_codes() -> tuple[str, ...]:
    """Return fresh recovery codes, to be shown once."""
    made = ("".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS)) for _ in range(CODES))
    return tuple("-".join(code[at : at + 4] for at in range(0, CODE_LETTERS, 4)) for code in made)


def digest(account_id: str, code: str) -> str:
    """Return what is stored of a recovery code."""
    return hashlib.sha256(f"recovery:{account_id}:{_plain(code)}".encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter.isalnum())
