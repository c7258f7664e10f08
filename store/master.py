"""The master key: a file that wraps every data key, made at the first start and never overwritten.

One line per key, `<id> <base64 of 32 bytes>`; the first wraps, the others still unwrap, which is how it is rotated. Used
by `store/keys.py` alone.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
ID_DIGITS = 16


class KeyProblem(RuntimeError):
    """The keys can't be used: the master key is missing, unreadable or another one. Says which file and what to do."""


@dataclass(frozen=True, slots=True)
class Master:
    """The master keys of one file by id; `current` wraps new data keys."""

    path: Path
    current: str
    keys: dict[str, bytes] = field(repr=False)

    def wrap(self, owner: str, key: bytes) -> bytes:
        """Wrap a data key for its owner: nonce and ciphertext."""
        return seal(self.keys[self.current], key, owner.encode())

    def unwrap(self, master_id: str, owner: str, wrapped: bytes) -> bytes:
        """Unwrap a data key; raises KeyProblem when the master key is not in the file or the row was changed."""
        key = self.keys.get(master_id)
        if key is None:
            raise KeyProblem(f"{self.path} does not hold the master key {master_id}: put the right file back")
        try:
            return unseal(key, wrapped, owner.encode())
        except InvalidTag:
            raise KeyProblem(f"a wrapped key does not open under the master key {master_id}: the key store was changed") from None


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """AES-256-GCM with a random nonce in front; `bound_to` is authenticated with it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """The plain bytes; raises cryptography's InvalidTag when key, bytes or `bound_to` are not those it was sealed with."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to)


def read_master(path: Path) -> Master | None:
    """The master keys of a file, or None where there is no file; raises KeyProblem when it can't be read or understood."""
    try:
        lines = path.read_text("ascii").split("\n")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"{path} can't be read: {type(error).__name__}") from None
    found = dict(_parse(path, line) for line in lines if line.strip())
    if not found:
        raise KeyProblem(f"{path} is empty: put the right file back")
    return Master(path=path, current=next(iter(found)), keys=found)


def make_master(path: Path) -> Master:
    """Write a new master key, for the owner's eyes alone. When another process was faster, its key is the one."""
    key = secrets.token_bytes(KEY_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(f"{key_id(key)} {base64.b64encode(key).decode()}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, it fails where there is a file already
        _settle(path.parent)
    finally:
        draft.unlink()
    made = read_master(path)
    if made is None:
        raise KeyProblem(f"{path} vanished while it was made")
    return made


def key_id(key: bytes) -> str:
    """The name of a master key, which says nothing about it."""
    return hashlib.sha256(b"jiefen master key" + key).hexdigest()[:ID_DIGITS]


def _parse(path: Path, line: str) -> tuple[str, bytes]:
    name, _, encoded = line.strip().partition(" ")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES or key_id(key) != name:
        raise KeyProblem(f"{path} is damaged: put the right file back")
    return name, key


def _settle(folder: Path) -> None:
    """Have the folder's entry on the disk, too, before the first key is wrapped."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
