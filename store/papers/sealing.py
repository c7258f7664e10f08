"""The key of a paper: made from the keys of its case and of every person named in it.

So a paper is destroyed with any of them, as its words would be: nothing of a person who was erased can be read out of a paper that
named them. The paper's row, number and digest stay.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store.engine import Store
from store.keyring.keys import Erased
from store.keyring.master import seal, unseal

KEY_BYTES = 32
PART_BYTES = 256 * 1024
"""How much is sealed at once: what a process holds in memory of a paper."""

WORDS = -1
"""Where a paper's words stand, as the seal names it; its content is 0 and on."""


async def paper_key(store: Store, paper_id: str, owners: Sequence[str]) -> bytes:
    """The key of a paper. Raises Erased where one of its owners was erased, KeyProblem, StoreAway."""
    found = await store.keys.existing(list(owners))
    for owner in owners:
        if owner not in found:
            raise Erased(owner)
    together = b"".join(found[owner] for owner in sorted(owners))
    return HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=f"paper {paper_id}".encode()).derive(together)


def closed(key: bytes, paper_id: str, n: int, plain: bytes, *, last: bool = True) -> bytes:
    """One part sealed, bound to its paper, its place, and whether another follows."""
    return seal(key, plain, _bound(paper_id, n, last=last))


def opened(key: bytes, paper_id: str, n: int, sealed: bytes, *, last: bool = True) -> bytes:
    """One part as it was; raises cryptography's InvalidTag when it was tampered with, moved or cut off."""
    return unseal(key, sealed, _bound(paper_id, n, last=last))


def _bound(paper_id: str, n: int, *, last: bool) -> bytes:
    return f"{paper_id} {n} {'end' if last else 'more'}".encode()
