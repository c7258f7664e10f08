"""Digests that say what they were made with (摘要算法): `sha256:…` or `sm3:…`; one without a mark is SHA-256, as the first ones were.

For every chain, seal, anchor and commitment. So a chain may go on with another algorithm at any record, and the older ones verify.
Pure: the text in, the digest out.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode

from models.words import Algorithm

COMMITMENT = 32
"""Characters of a commitment, with its mark."""

MARK, SHORT_MARK = ":", "."
"""What stands behind the name of the algorithm: in a digest, and in a commitment, which stands in references made of colons."""


class NoAlgorithm(ValueError):
    """This installation can't reckon with an algorithm; its argument is the name."""


def offered(algorithm: Algorithm) -> bool:
    """Whether the OpenSSL of this installation has it: SM3 may be missing."""
    return algorithm in hashlib.algorithms_available


def digest(text: str, algorithm: Algorithm | None) -> str:
    """Return the digest of a text, with its mark; None = in the first form: SHA-256 as bare hex. Raises NoAlgorithm."""
    if algorithm is None:
        return hashlib.sha256(text.encode()).hexdigest()
    return f"{algorithm}{MARK}{_letters(_raw(text.encode(), algorithm))}"


def algorithm_of(found: str) -> Algorithm | None:
    """Return what a digest says it was made with; None for the first form. Raises NoAlgorithm for a mark that nobody makes."""
    name, mark, _ = found.partition(MARK)
    return _named(name) if mark else None


def fits(text: str, found: str) -> bool:
    """Return whether a digest is that of a text; one with an unknown mark is none. Raises NoAlgorithm where SM3 is missing here."""
    try:
        algorithm = algorithm_of(found)
    except NoAlgorithm:
        return False
    return digest(text, algorithm) == found


def commitment(salted: bytes, algorithm: Algorithm | None) -> str:
    """Return the commitment to salt and text; None = in the first form. Raises NoAlgorithm."""
    if algorithm is None:
        return hashlib.sha256(salted).hexdigest()[:COMMITMENT]
    return f"{algorithm}{SHORT_MARK}{_letters(_raw(salted, algorithm))}"[:COMMITMENT]


def commits(salted: bytes, found: str) -> bool:
    """Return whether a commitment is that to salt and text. Raises NoAlgorithm where SM3 is missing here."""
    name, mark, _ = found.partition(SHORT_MARK)
    try:
        algorithm = _named(name) if mark else None
    except NoAlgorithm:
        return False
    return commitment(salted, algorithm) == found


def _named(name: str) -> Algorithm:
    try:
        return Algorithm(name)
    except ValueError:
        raise NoAlgorithm(name[:24]) from None


def _raw(data: bytes, algorithm: Algorithm) -> bytes:
    try:
        return hashlib.new(algorithm, data).digest()
    except ValueError:
        raise NoAlgorithm(str(algorithm)) from None


def _letters(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")
