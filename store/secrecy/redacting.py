"""The redaction list: free texts that name somebody who is being erased, hidden at once, until a person has settled each.

The proposal takes the place of the text, whose own words stay sealed beside it (`original`) until then. The reference stays the
same; that the words are others is seen by its commitment. Used by `service/secrecy/erasing.py` and `service/secrecy/redactions.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from models.erasure import Listed
from store.connect import inserting
from store.engine import Store
from store.secrecy.erasure_tables import redactions
from store.tables import vault_texts
from store.vault import open_sealed, reseal, text_owner, text_ref

BATCH = 500
"""Texts looked through at a time."""

Propose = Callable[[str, bool], str | None]
"""What a text would say without somebody, None where it does not name them; the flag is whether it is of their own case."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A listed text as it was, and as it is shown."""

    listed: Listed
    original: str | None
    shown: str | None


class Redacting:
    """The redaction list of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def count(self) -> int:
        """How many texts there are to be looked through."""
        async with self._store.read() as db:
            return int(await db.scalar(select(func.count()).select_from(vault_texts)) or 0)

    async def scan(self, propose: Propose, own: Collection[str], request: str, at: datetime) -> AsyncIterator[tuple[int, int]]:
        """Look through all texts, and hide and list those for which there is a proposal; yields how many were looked at and listed.

        `own` are the person's own cases. Doing it again changes nothing: a text that was hidden does not name them any more.
        """
        last = ""
        while True:
            query = select(vault_texts).where(vault_texts.c.id > last).order_by(vault_texts.c.id).limit(BATCH)
            async with self._store.read() as db:
                rows = (await db.execute(query)).all()
            if not rows:
                return
            last = rows[-1].id
            hidden = await self._proposed(rows, propose, own)
            if hidden:
                await self._store.write_at_once(lambda db, found=hidden: _hide(db, found, request, at))  # type: ignore[misc]
            yield len(rows), len(hidden)

    async def listed(self) -> list[Listed]:
        """What waits for a person, the oldest first."""
        query = _listed().where(redactions.c.decision.is_(None)).order_by(redactions.c.listed_at, redactions.c.text_id)
        async with self._store.read() as db:
            return [_shown(row) for row in await db.execute(query)]

    async def number(self, request: str) -> int:
        """How many texts were listed for a request."""
        query = select(func.count()).select_from(redactions).where(redactions.c.request == request)
        async with self._store.read() as db:
            return int(await db.scalar(query) or 0)

    async def wording(self, text_id: str) -> Wording | None:
        """A text that waits, opened; None where there is none such. Words whose key is gone are None."""
        query = _listed().where(redactions.c.text_id == text_id, redactions.c.decision.is_(None))
        async with self._store.read() as db:
            row = (await db.execute(query)).first()
            text = (await db.execute(select(vault_texts).where(vault_texts.c.id == text_id))).first()
        if row is None or text is None:
            return None
        key = (await self._store.keys.existing([text_owner(text.case_id)])).get(text_owner(text.case_id))
        if key is None:
            return Wording(_shown(row), None, None)
        original = open_sealed(key, text.original, text_ref(text))[1] if text.original is not None else None
        return Wording(_shown(row), original, open_sealed(key, text.sealed, text_ref(text))[1])

    async def settle(self, text_id: str, decision: str, by: str, at: datetime, words: str | None = None) -> bool:
        """Settle a text: `redacted` forgets what it was, with other words where they are given; `kept` puts back what it was.

        False where it does not wait (any more).
        """
        async with self._store.read() as db:
            text = (await db.execute(select(vault_texts).where(vault_texts.c.id == text_id))).first()
        keys = await self._store.keys.existing([text_owner(text.case_id)]) if text is not None else {}
        key = next(iter(keys.values()), None)

        def work(db: Connection) -> bool:
            here = (redactions.c.text_id == text_id) & redactions.c.decision.is_(None)
            done = db.execute(update(redactions).where(here).values(decision=decision, decided_by=by, decided_at=at))
            if done.rowcount != 1:
                return False
            values: dict[str, Any] = {"original": None}
            if decision == "kept":
                values["sealed"] = func.coalesce(vault_texts.c.original, vault_texts.c.sealed)
            elif words is not None and key is not None and text is not None:
                values["sealed"] = reseal(key, words, text_ref(text))
            db.execute(update(vault_texts).where(vault_texts.c.id == text_id).values(values))
            return True

        return await self._store.write_at_once(work)

    async def _proposed(
        self, rows: Sequence[Row[*tuple[Any, ...]]], propose: Propose, own: Collection[str]
    ) -> list[tuple[Row[*tuple[Any, ...]], bytes]]:
        """The texts that have to be hidden, each with what is shown instead, sealed."""
        keys = await self._store.keys.existing(list({text_owner(row.case_id) for row in rows}))
        found = []
        for row in rows:
            key = keys.get(text_owner(row.case_id))
            if key is None:
                continue
            proposal = propose(open_sealed(key, row.sealed, text_ref(row))[1], row.case_id in own)
            if proposal is not None:
                found.append((row, reseal(key, proposal, text_ref(row))))
        return found


def _hide(db: Connection, found: Sequence[tuple[Row[*tuple[Any, ...]], bytes]], request: str, at: datetime) -> None:
    """Put the proposals in place of the texts, and the texts on the list; one listed before is listed anew."""
    put = inserting(db.dialect.name, redactions)
    anew = {"listed_at": at, "request": request, "decision": None, "decided_by": None, "decided_at": None}
    for row, sealed in found:
        here = (vault_texts.c.id == row.id) & (vault_texts.c.sealed == row.sealed)
        if db.execute(update(vault_texts).where(here).values(original=vault_texts.c.sealed, sealed=sealed)).rowcount != 1:
            continue
        line = {"text_id": row.id, "case_id": row.case_id, "listed_at": at, "request": request}
        db.execute(put.values(line).on_conflict_do_update(index_elements=["text_id"], set_=anew))


def _listed() -> Any:
    return select(redactions, vault_texts.c.action_id).join(vault_texts, vault_texts.c.id == redactions.c.text_id)


def _shown(row: Row[*tuple[Any, ...]]) -> Listed:
    return Listed(id=row.text_id, case_id=row.case_id, action_id=row.action_id, listed_at=row.listed_at)
