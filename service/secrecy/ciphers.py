"""The ciphers that payloads can be sealed with: authenticated ones alone, each a key made ready once.

AES-256-GCM is the default. SM4-GCM (GB/T 32907) is there where OpenSSL offers it; it costs about twenty times as much, for no
processor of today has instructions for it that OpenSSL uses.
"""

from __future__ import annotations

import os
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as Algorithm
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from store.keyring.keys import KeyProblem

NONCE = 12
TAG = 16


class Cipher(Protocol):
    """A key made ready. What is sealed begins with a nonce of its own and ends with the tag."""

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Seal; `bound_to` is authenticated with it."""

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Open; raises cryptography's InvalidTag where key, bytes or `bound_to` are others."""


class AesGcm:
    """AES-256-GCM."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """See `Cipher`."""
        nonce = os.urandom(NONCE)
        return nonce + self._aead.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """See `Cipher`."""
        return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], bound_to)


class Sm4Gcm:
    """SM4-GCM, under a key of 128 bits made of the one of 256. Raises KeyProblem where OpenSSL has no SM4."""

    def __init__(self, key: bytes) -> None:
        self._key = HKDFExpand(hashes.SHA256(), 16, b"jiefen sm4-gcm").derive(key)
        try:
            Algorithm(algorithms.SM4(self._key), modes.GCM(bytes(NONCE))).encryptor()
        except UnsupportedAlgorithm:
            raise KeyProblem("the OpenSSL of this installation offers no SM4-GCM: set JIEFEN_PAYLOAD_CIPHER to aes-256-gcm") from None

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """See `Cipher`."""
        nonce = os.urandom(NONCE)
        sealer = Algorithm(algorithms.SM4(self._key), modes.GCM(nonce)).encryptor()
        sealer.authenticate_additional_data(bound_to)
        return nonce + sealer.update(plain) + sealer.finalize() + sealer.tag

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """See `Cipher`."""
        nonce, body, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
        opener = Algorithm(algorithms.SM4(self._key), modes.GCM(nonce, tag)).decryptor()
        opener.authenticate_additional_data(bound_to)
        return opener.update(body) + opener.finalize()


CIPHERS: dict[str, type[AesGcm | Sm4Gcm]] = {"aes-256-gcm": AesGcm, "sm4-gcm": Sm4Gcm}
"""By the name that stands in a payload; all of them open, the setting `payload_cipher` says which one seals."""
