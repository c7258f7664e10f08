"""What is hashed of an anchor, and whether one holds in itself. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from models.anchor import Anchor, CaseEnd, KeptAnchor
from models.words import Algorithm
from rules.chain import follows, link
from rules.digests import digest, fits
from rules.library import canonical


def listed(changed: Sequence[CaseEnd]) -> str:
    """Return the one text of a list of cases: a row of case, number and hash for each."""
    return json.dumps([[end.case_id, end.seq, end.head] for end in changed], separators=(",", ":"))


def listed_sum(changed: Sequence[CaseEnd], algorithm: Algorithm) -> str:
    """Return the digest of such a list."""
    return digest(listed(changed), algorithm)


def read_list(text: str) -> tuple[CaseEnd, ...]:
    """Return what a list says. Raises ValueError for a text that is none."""
    rows = json.loads(text)
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == 3 for row in rows):
        raise ValueError("not a list of cases")
    return tuple(CaseEnd(case_id=case_id, seq=seq, head=head) for case_id, seq, head in rows)


def kept(anchor: Anchor, changed: Sequence[CaseEnd]) -> KeptAnchor:
    """Return an anchor with its hash."""
    return KeptAnchor(anchor=anchor, hash=link(anchor.previous, canonical(anchor), anchor.algorithm), changed=tuple(changed))


def faults(one: KeptAnchor) -> Iterator[str]:
    """Yield what does not hold in an anchor taken by itself, in words of ours. Raises NoAlgorithm."""
    if not follows(one.anchor.previous, canonical(one.anchor), one.hash):
        yield "the hash is not that of its fields"
    if not fits(listed(one.changed), one.anchor.changed_sum) or len(one.changed) != one.anchor.changed:
        yield "the list of cases is not the one it was made with"
