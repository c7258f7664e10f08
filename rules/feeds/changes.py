"""What a feed has told before and what it has to tell now: numbers rise where something changed, what has gone is told as cancelled.

A calendar programme knows an entry by its UID and believes the higher SEQUENCE (RFC 5545 3.8.7.4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from models.feed import Entry, Kept

CANCELLED = timedelta(days=7)
"""How long what has gone is told as cancelled."""


def of_affair(kind: str, clock: str) -> str:
    """Return what an entry about a limit in an affair is called by: `hazard/rectify`."""
    return f"{kind}/{clock.partition(':')[0]}"


def mark(entry: Entry) -> str:
    """Return a digest of all that an entry tells."""
    return hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:32]


def merged(before: Iterable[Kept], now: Sequence[Entry], at: datetime) -> tuple[Kept, ...]:
    """Return what the feed tells now, by UID; the same as before where nothing has changed."""
    known = {kept.uid: kept for kept in before}
    found = {entry.uid: _told(known.get(entry.uid), entry, at) for entry in now}
    for uid, kept in known.items():
        if uid not in found and not _over(kept, at):
            gone = {"gone_at": at, "changed_at": at, "sequence": kept.sequence + 1}
            found[uid] = kept if kept.gone_at is not None else kept.model_copy(update=gone)
    return tuple(found[uid] for uid in sorted(found))


def _told(kept: Kept | None, entry: Entry, at: datetime) -> Kept:
    """Return what is kept of an entry that is there; one called off counts as gone since the first time that is told."""
    digest = mark(entry)
    if kept is not None and kept.mark == digest and (kept.gone_at is None) is not entry.off:
        return kept
    fields = entry.model_dump(include={"uid", "kind", "code", "what", "start", "end"})
    sequence = 0 if kept is None else kept.sequence + 1
    return Kept(**fields, mark=digest, sequence=sequence, changed_at=at, gone_at=at if entry.off else None)


def _over(kept: Kept, at: datetime) -> bool:
    return kept.gone_at is not None and at - kept.gone_at >= CANCELLED
