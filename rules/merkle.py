"""One digest over the ends of all cases, and the way from one case up to it: who has the root can check one case without the others."""

from __future__ import annotations

from collections.abc import Sequence

from models.anchor import CaseEnd
from models.base import Model
from models.words import Algorithm
from rules.digests import digest


class Step(Model):
    """One step up: the digest beside, and on which side it stands."""

    left: bool
    beside: str


def leaf(end: CaseEnd, algorithm: Algorithm) -> str:
    """Return the digest of one case's end."""
    return digest(f"leaf\n{end.case_id} {end.seq} {end.head}", algorithm)


def node(left: str, right: str, algorithm: Algorithm) -> str:
    """Return the digest over two."""
    return digest(f"node\n{left}\n{right}", algorithm)


def ordered(ends: Sequence[CaseEnd], algorithm: Algorithm) -> list[str]:
    """Return the leaves of a tree, in the order of the cases' ids."""
    return [leaf(end, algorithm) for end in sorted(ends, key=lambda end: end.case_id)]


def rows(leaves: Sequence[str], algorithm: Algorithm) -> list[list[str]]:
    """Return the whole tree, row by row, from its leaves to its root; one left over at the end of a row goes up as it is."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        found.append(_above(found[-1], algorithm))
    return found


def root(leaves: Sequence[str], algorithm: Algorithm) -> str:
    """Return the digest over all leaves."""
    top = rows(leaves, algorithm)[-1]
    return top[0] if top else digest("empty", algorithm)


def way(tree: Sequence[Sequence[str]], index: int) -> tuple[Step, ...]:
    """Return the steps from one leaf up to the root of a tree, given by its rows."""
    steps: list[Step] = []
    for row in tree[:-1]:
        beside = index ^ 1
        if beside < len(row):
            steps.append(Step(left=beside < index, beside=row[beside]))
        index //= 2
    return tuple(steps)


def climbed(start: str, steps: Sequence[Step], algorithm: Algorithm) -> str:
    """Return where steps lead from a leaf."""
    for step in steps:
        start = node(step.beside, start, algorithm) if step.left else node(start, step.beside, algorithm)
    return start


def _above(row: Sequence[str], algorithm: Algorithm) -> list[str]:
    pairs = [node(row[at], row[at + 1], algorithm) for at in range(0, len(row) - 1, 2)]
    return [*pairs, row[-1]] if len(row) % 2 else pairs
