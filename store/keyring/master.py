"""Master keys: what wraps every data key, and how bytes are sealed here.

One line per key, `<id> <base64 of 32 bytes>`; the first wraps, the others still unwrap, which is how it is rotated. Where the
lines come from: `store/keyring/master_sources.py`. Used by `store/keyring/keys.py`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
ID_DIGITS = 16


class KeyProblem(RuntimeError):
    """The keys can't be used: the master key is missing, unreadable or another one. Says where to look and what to do."""


class UnknownMaster(KeyProblem):
    """A key is wrapped by a master key that is not at hand; it may have come since these were read."""


@dataclass(frozen=True, slots=True)
class Master:
    """The master keys at hand by id; `current` wraps new data keys."""

    where: str
    """Where they come from, for people: a file, a variable, a command."""
    current: str
    keys: dict[str, bytes] = field(repr=False)

    def wrap(self, owner: str, key: bytes) -> bytes:
        """Wrap a data key for its owner: nonce and ciphertext."""
        return seal(self.keys[self.current], key, owner.encode())

    def unwrap(self, master_id: str, owner: str, wrapped: bytes) -> bytes:
        """Unwrap a data key; raises UnknownMaster, and KeyProblem where the row was changed."""
        key = self.keys.get(master_id)
        if key is None:
            raise UnknownMaster(f"{self.where} does not hold the master key {master_id}: put the right one back")
        try:
            return unseal(key, wrapped, owner.encode())
        except InvalidTag:
            raise KeyProblem(f"a wrapped key does not open under the master key {master_id}: the key store was changed") from None

    def beside(self, other: Master | None) -> Master:
        """These keys with the other ones behind them, which then only unwrap."""
        return self if other is None else Master(self.where, self.current, {**other.keys, **self.keys})


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front; `bound_to` is authenticated with it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """The plain bytes; raises cryptography's InvalidTag when key, bytes or `bound_to` are not those it was sealed with."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


def new_key() -> bytes:
    """A fresh key."""
    return secrets.token_bytes(KEY_BYTES)


def key_id(key: bytes) -> str:
    """The name of a master key, which says nothing about it."""
    return hashlib.sha256(b"jiefen master key" + key).hexdigest()[:ID_DIGITS]


def written(key: bytes) -> str:
    """A master key as a line."""
    return f"{key_id(key)} {base64.b64encode(key).decode()}"


def parsed(lines: Iterable[str], where: str) -> Master:
    """The master keys of these lines; raises KeyProblem, which never quotes them."""
    found = dict(_parsed(line, where) for line in lines if line.strip())
    if not found:
        raise KeyProblem(f"{where} is empty: put the right one back")
    return Master(where=where, current=next(iter(found)), keys=found)


def _parsed(line: str, where: str) -> tuple[str, bytes]:
    name, _, encoded = line.strip().partition(" ")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES or key_id(key) != name:
        raise KeyProblem(f"{where} is damaged: put the right one back")
    return name, key
