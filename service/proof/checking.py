"""Checking all that is chained beside the cases: the logs, the anchors, and whether everything is still what the anchors saw.

A chain that was cut off at its end, or written anew with all its hashes, holds in itself. Anchors show it: those in the store, and
surely their copies from elsewhere (`jiefen verify --anchors`). Read only, and only the store.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from models.anchor import AFFAIR, CaseEnd, KeptAnchor
from models.base import Model
from rules import merkle
from rules.anchoring import faults
from rules.chain import GENESIS
from service.office import Office
from store.chained import Wrong
from store.files import BadFile
from store.proof import logs
from store.proof.anchors import Anchors, BadAnchor

ANCHORS = "anchors"

GAP = "there is none of this number, and there are later ones"
UNLIKE = "it does not follow from the one before"


class ChainFinding(Model):
    """One thing that does not hold: in which record of which chain, and what."""

    chain: str
    """`access_log`, `account_log`, `erasure_register`, `anchors`, `events` of a case or `affair_events` of an affair."""
    record: int
    """Number of the line, the anchor or the event."""
    what: Wrong
    detail: str
    case: str | None = None
    """Code of the case or affair, where it is about one."""


class ChainReport(Model):
    """One chain gone through."""

    chain: str
    """`access_log`, `account_log`, `erasure_register`; `anchors` for the anchors and all they hold."""
    records: int
    head: str
    findings: tuple[ChainFinding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


async def check_logs(office: Office) -> AsyncIterator[ChainReport]:
    """Recompute each log."""
    for name in logs.LOGS:
        found = await logs.check(office.store, name)
        broken = found.broken_at, found.what
        bad = () if broken[0] is None or broken[1] is None else (_of_log(name, broken[0], broken[1]),)
        yield ChainReport(chain=name, records=found.lines, head=found.head, findings=bad)


def _of_log(name: str, number: int, what: Wrong) -> ChainFinding:
    return ChainFinding(
        chain=name, record=number, what=what, detail=GAP if what is Wrong.MISSING else "it does not follow from the line before"
    )


async def check_anchors(office: Office, copies: Sequence[KeptAnchor] = ()) -> ChainReport:
    """Check the anchors in the store, copies of them that were kept elsewhere, and all chains against both."""
    anchors = Anchors(office.store)
    here = [one async for one in anchors.all()]
    good = [one for one in here if isinstance(one, KeptAnchor)]
    findings = [*_unreadable(here), *_chain(good), *_copied(good, copies)]
    # Where the two differ, the copy is the witness.
    seen = {one.anchor.number: one for one in good} | {one.anchor.number: one for one in copies if not any(faults(one))}
    witnesses = [seen[number] for number in sorted(seen)]
    findings += [found async for found in _logs_then(anchors, witnesses)]
    findings += [found async for found in _cases_then(anchors, witnesses)]
    if not findings:
        findings += _tree(good, await anchors.ends())
    head = good[-1].hash if good else GENESIS
    return ChainReport(chain=ANCHORS, records=len(here), head=head, findings=tuple(findings))


def read_copies(folder: Path) -> list[KeptAnchor]:
    """Read the files of anchors in a folder, in the order of their numbers. Raises BadFile."""
    found: list[KeptAnchor] = []
    paths = sorted(folder.glob("*.json"))
    for path in paths:
        try:
            found.append(read_copy(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, ValidationError):
            raise BadFile(str(path), "", "this is no anchor") from None
    if not paths:
        raise BadFile(str(folder), "", "there is no anchor in this folder")
    return sorted(found, key=lambda one: one.anchor.number)


def read_copy(text: str) -> KeptAnchor:
    """Read one file. Raises ValueError, ValidationError."""
    read = json.loads(text)
    if not isinstance(read, dict):
        raise ValueError("not an anchor")  # noqa: TRY004 - a file's mistake, not one of types
    rows = read.pop("changed", [])
    ends = [CaseEnd(case_id=case_id, seq=seq, head=head) for case_id, seq, head in rows]
    return KeptAnchor.model_validate({**read, "changed": ends})


def _unreadable(here: Iterable[KeptAnchor | BadAnchor]) -> Iterator[ChainFinding]:
    for one in here:
        if isinstance(one, BadAnchor):
            yield ChainFinding(chain=ANCHORS, record=one.number, what=Wrong.CHANGED, detail=one.why)


def _chain(anchors: Sequence[KeptAnchor]) -> Iterator[ChainFinding]:
    """Yield anchors that do not hold in themselves, or do not follow from the one before."""
    before, last = GENESIS, 0
    for one in anchors:
        number = one.anchor.number
        yield from (ChainFinding(chain=ANCHORS, record=number, what=Wrong.CHANGED, detail=fault) for fault in faults(one))
        if number != last + 1:
            yield ChainFinding(chain=ANCHORS, record=last + 1, what=Wrong.MISSING, detail=GAP)
        elif one.anchor.previous != before:
            yield ChainFinding(chain=ANCHORS, record=number, what=Wrong.CHANGED, detail=UNLIKE)
        before, last = one.hash, number


def _copied(here: Sequence[KeptAnchor], copies: Sequence[KeptAnchor]) -> Iterator[ChainFinding]:
    """Yield copies that do not hold in themselves, and anchors that are not what their copies say."""
    known = {one.anchor.number: one for one in here}
    for copy in copies:
        number = copy.anchor.number
        wrong = list(faults(copy))
        yield from (
            ChainFinding(chain=ANCHORS, record=number, what=Wrong.CHANGED, detail=f"the copy in {copy.name}: {fault}") for fault in wrong
        )
        if wrong:
            continue
        if number not in known:
            yield ChainFinding(
                chain=ANCHORS, record=number, what=Wrong.MISSING, detail=f"the copy in {copy.name} is of an anchor that is not here"
            )
        elif known[number].hash != copy.hash:
            yield ChainFinding(chain=ANCHORS, record=number, what=Wrong.CHANGED, detail=f"the copy in {copy.name} is of another anchor")


async def _logs_then(anchors: Anchors, witnesses: Sequence[KeptAnchor]) -> AsyncIterator[ChainFinding]:
    """Yield logs that no longer hold what an anchor saw: cut off, or written anew."""
    for name in logs.LOGS:
        ends = [(one.anchor.number, one.anchor.logs.get(name)) for one in witnesses]
        points = [(number, end) for number, end in ends if end is not None and end.lines]
        hashes = await anchors.log_hashes(name, sorted({end.lines for _, end in points}))
        held = 0
        for number, end in points:
            found = hashes.get(end.lines)
            if found == end.head:
                held = end.lines
                continue
            yield _parted(number, name, None, (held, end.lines), gone=found is None)
            break


async def _cases_then(anchors: Anchors, witnesses: Sequence[KeptAnchor]) -> AsyncIterator[ChainFinding]:
    """Yield cases and affairs that no longer hold what an anchor saw."""
    broken: dict[str, tuple[int, int, int, bool]] = {}
    held: dict[str, int] = {}
    for one in witnesses:
        hashes = await anchors.hashes([(end.case_id, end.seq) for end in one.changed])
        for end in one.changed:
            found = hashes.get((end.case_id, end.seq))
            if found == end.head:
                held[end.case_id] = end.seq
            elif end.case_id not in broken:
                broken[end.case_id] = one.anchor.number, held.get(end.case_id, 0), end.seq, found is None
    codes = await anchors.codes(sorted(broken))
    for case_id, (number, good, seq, gone) in broken.items():
        chain = "affair_events" if case_id.startswith(AFFAIR) else "events"
        yield _parted(number, chain, codes.get(case_id, case_id.removeprefix(AFFAIR)), (good, seq), gone=gone)


def _parted(number: int, chain: str, case: str | None, between: tuple[int, int], *, gone: bool) -> ChainFinding:
    """Return that a chain is no longer the one that an anchor saw; `between` is the last record that is, and the one that is not."""
    good, bad = between
    where = f"{chain} {bad}" if good + 1 == bad else f"{chain} {good + 1} to {bad}"
    said = f"anchor {number} saw {chain} {bad}, and it is not here any more" if gone else f"anchor {number} saw another {where}"
    return ChainFinding(chain=chain, record=bad, what=Wrong.MISSING if gone else Wrong.CHANGED, detail=said, case=case)


def _tree(anchors: Sequence[KeptAnchor], kept: Mapping[str, CaseEnd]) -> Iterator[ChainFinding]:
    """Yield the newest anchor where its root, or the table kept of it, is not what all lists come to."""
    ends = {end.case_id: end for one in anchors for end in one.changed}
    if ends != kept:
        last = anchors[-1].anchor.number if anchors else 0
        detail = "where all ended then is not what the anchors' lists come to: the last anchor was taken away, or that table was changed"
        yield ChainFinding(chain=ANCHORS, record=last + 1, what=Wrong.MISSING, detail=detail)
    if not anchors:
        return
    newest = anchors[-1].anchor
    leaves = merkle.ordered(list(ends.values()), newest.algorithm)
    if len(ends) != newest.cases + newest.affairs or merkle.root(leaves, newest.algorithm) != newest.root:
        yield ChainFinding(
            chain=ANCHORS, record=newest.number, what=Wrong.CHANGED, detail="its root is not that of the cases and affairs it saw"
        )
