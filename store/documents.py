"""Documents by content hash: networks, procedures, risk tables and calendars, stored once and never changed.

A process fills its `Library` from here at its start, and again when a case names a hash it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import bindparam, insert, select
from sqlalchemy.sql.dml import Insert

from rules.library import Document, Library, UnreadableDocument, canonical, content_hash, kind_of
from store.connect import inserting
from store.engine import Store
from store.tables import documents, in_force

log = structlog.get_logger("documents")

LAST_IN_FORCE = select(in_force.c.id, in_force.c.hash).where(in_force.c.kind == bindparam("kind")).order_by(in_force.c.id.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class InForce:
    """A document in force: its hash, and the number of the time it was put there."""

    number: int
    name: str


class DocumentShelf:
    """The documents in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unreadable: set[str] = set()
        """Hashes of documents that newer code has written."""

    async def put(self, docs: Iterable[Document], at: datetime) -> list[str]:
        """Store these documents unless they are there already; return their hashes in the same order."""
        rows = [{"hash": content_hash(doc), "kind": kind_of(doc), "body": canonical(doc), "added_at": at} for doc in docs]
        async with self._store.read() as db:
            known = set(await db.scalars(select(documents.c.hash).where(documents.c.hash.in_([row["hash"] for row in rows]))))
        fresh = [row for row in rows if row["hash"] not in known]
        if fresh:
            async with self._store.write() as db:
                await db.execute(NEW[db.dialect.name], fresh)
        return [str(row["hash"]) for row in rows]

    async def fill(self, library: Library) -> int:
        """Put all stored documents that the library lacks into it; return how many. Raises ValueError for a changed one.

        One that newer code has written is left out and logged once: while an upgrade goes on, or after it was taken back, what
        runs under it waits for a process that knows it (UnknownDocument), and all else goes on.
        """
        async with self._store.read() as db:
            known = await db.scalars(select(documents.c.hash))
            missing = [name for name in known if not library.has(name) and name not in self._unreadable]
            query = select(documents.c.hash, documents.c.kind, documents.c.body).where(documents.c.hash.in_(missing))
            rows = (await db.execute(query)).all() if missing else []
        filled = 0
        for row in rows:
            try:
                library.restore(row.hash, row.kind, row.body)
            except UnreadableDocument as error:
                self._unreadable.add(row.hash)
                log.warning("document_of_newer_code", document=str(error))
            else:
                filled += 1
        return filled

    async def body(self, name: str) -> str | None:
        """The canonical text of the document of this hash, or None."""
        async with self._store.read() as db:
            found: str | None = await db.scalar(select(documents.c.body).where(documents.c.hash == name))
        return found

    async def newest(self, kind: str) -> str | None:
        """The hash of the document of this kind that was added last, or None."""
        query = select(documents.c.hash).where(documents.c.kind == kind).order_by(documents.c.added_at.desc(), documents.c.hash).limit(1)
        async with self._store.read() as db:
            found: str | None = await db.scalar(query)
        return found

    async def put_in_force(self, kind: str, name: str, person: str, at: datetime) -> InForce:
        """Let new cases run under a stored document from now on; what is in force already stays as it was put there."""
        async with self._store.write() as db:
            found = (await db.execute(LAST_IN_FORCE, {"kind": kind})).first()
            if found is None or found.hash != name:
                await db.execute(insert(in_force).values(kind=kind, hash=name, since=at, person=person))
                found = (await db.execute(LAST_IN_FORCE, {"kind": kind})).one()
        return InForce(found.id, found.hash)

    async def in_force(self, kind: str) -> InForce | None:
        """What has been put in force last, or None where the place's own document counts."""
        async with self._store.read() as db:
            found = (await db.execute(LAST_IN_FORCE, {"kind": kind})).first()
        return None if found is None else InForce(found.id, found.hash)


def _new(dialect: str) -> Insert:
    values: dict[str, Any] = {name: bindparam(name) for name in ("hash", "kind", "body", "added_at")}
    return inserting(dialect, documents).values(values).on_conflict_do_nothing()


NEW = {name: _new(name) for name in ("sqlite", "postgresql")}
