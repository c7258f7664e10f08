"""Requests to erase, and the register of what was destroyed: hash-chained, and gone by at every start and restore.

The register stands in the database of cases and the keys in another one, so that neither restored alone brings anybody back:
`replay` destroys again what the register, or the key store, says was destroyed. Used by the erasing and restoring of `service/secrecy/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from models.erasure import ErasureRequest, ErasureState, RegisterEntry, RegisterLine
from store import chained
from store.engine import Store
from store.keyring.key_tables import data_keys, erasures
from store.secrecy.erasure_tables import erasure_register, erasure_requests
from store.tables import vault_finds, vault_marks, vault_persons, vault_texts, vault_uses

CHAIN_LOCK = 0x6A69656E
"""PostgreSQL's advisory lock for the end of the register."""

FIELDS = ("at", "owner", "ground", "request", "asked_by", "approved_by")

OPEN = (ErasureState.ASKED, ErasureState.APPROVED)

CHUNK = 500
"""Owners named in one statement."""


class Erasures:
    """Requests and register of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open_request(self, subject: str) -> ErasureRequest | None:
        """The request for this subject that waits, or was approved and is not through yet."""
        query = select(erasure_requests).where(erasure_requests.c.subject == subject, erasure_requests.c.state.in_(OPEN))
        async with self._store.read() as db:
            row = (await db.execute(query)).first()
        return None if row is None else _request(row)

    async def requests(self, *, waiting: bool = False) -> list[ErasureRequest]:
        """All requests, or those that wait, the newest first."""
        query = select(erasure_requests).order_by(erasure_requests.c.asked_at.desc(), erasure_requests.c.id)
        async with self._store.read() as db:
            rows = (await db.execute(query.where(erasure_requests.c.state.in_(OPEN)) if waiting else query)).all()
        return [_request(row) for row in rows]

    async def ask(self, request: ErasureRequest) -> bool:
        """Keep a request; False where there is an open one for its subject."""

        def work(db: Connection) -> bool:
            chained.alone(db, CHAIN_LOCK)
            same = (erasure_requests.c.subject == request.subject) & erasure_requests.c.state.in_(OPEN)
            if db.scalar(select(erasure_requests.c.id).where(same)) is not None:
                return False
            db.execute(insert(erasure_requests), [request.model_dump()])
            return True

        return await self._store.write_at_once(work)

    async def decide(self, request_id: str, state: ErasureState, by: str, at: datetime) -> bool:
        """Note the decision on a request; False where somebody else was faster."""
        here = (erasure_requests.c.id == request_id) & (erasure_requests.c.state == ErasureState.ASKED)
        change = update(erasure_requests).where(here).values(state=state, decided_by=by, decided_at=at)
        return await self._store.write_at_once(lambda db: db.execute(change).rowcount == 1)

    async def destroy(self, entries: Sequence[RegisterEntry], request_id: str, texts: int) -> None:
        """Enter these owners in the register, and take away what is left of persons; then destroy the keys.

        Whoever is killed between the two is gone by at the next start.
        """
        owners = [entry.owner for entry in entries]

        def work(db: Connection) -> None:
            known = set(db.scalars(select(erasure_register.c.owner).where(erasure_register.c.request == request_id)))
            for entry in entries:
                if entry.owner not in known:
                    chained.add(db, erasure_register, CHAIN_LOCK, FIELDS, entry.model_dump())
            strip(owners, db)
            done = update(erasure_requests).where(erasure_requests.c.id == request_id)
            db.execute(done.values(state=ErasureState.DONE, texts=texts))

        await self._store.write_at_once(work)
        for entry in entries:
            await self._store.keys.erase(entry.owner, entry.at)

    async def register(self, *, after: int = 0, limit: int = 1000) -> list[RegisterLine]:
        """Lines of the register, the oldest first."""
        query = select(erasure_register).where(erasure_register.c.id > after).order_by(erasure_register.c.id).limit(limit)
        async with self._store.read() as db:
            return [RegisterLine.model_validate(dict(row._mapping)) for row in await db.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name for it

    async def first_break(self) -> int | None:
        """The id of the first line that does not fit the one before, or None when the whole register holds."""
        return await chained.first_break(self._store, erasure_register, FIELDS)

    async def put_back(self, lines: Sequence[RegisterLine]) -> int | None:
        """Add the lines of a kept copy that a restore has lost; return how many, None where the copy does not go on from what is here."""

        def work(db: Connection) -> int | None:
            chained.alone(db, CHAIN_LOCK)
            hashes = select(erasure_register.c.hash).order_by(erasure_register.c.id)
            here, kept = list(db.scalars(hashes)), [line.hash for line in lines]
            if kept[: len(here)] != here[: len(kept)]:
                return None
            for line in lines[len(here) :]:
                chained.put_back(db, erasure_register, FIELDS, line.model_dump())
            return max(0, len(lines) - len(here))

        return await self._store.write_at_once(work)

    async def replay(self, at: datetime) -> list[str]:
        """Destroy again what was destroyed and is here all the same; return whose keys those were."""
        registered, noted = await self._destroyed()
        back = [owner for chunk in _chunks(registered) for owner in await self._store.keys.at_once(partial(_alive, chunk))]
        for owner in back:
            await self._store.keys.erase(owner, at)
        for chunk in _chunks(registered | noted):
            async with self._store.read() as db:
                left: list[str] = list(await db.scalars(_left(chunk)))
            if left:
                await self._store.write_at_once(partial(strip, left))
        return back

    async def unregistered(self) -> list[str]:
        """Owners whose keys were destroyed and of whom the register says nothing: it is older than the keys."""
        registered, noted = await self._destroyed()
        return sorted(noted - registered)

    async def lost(self) -> list[str]:
        """Owners of whom something sealed is here, and neither a key nor a word that it was destroyed: the keys are older than it."""
        async with self._store.read() as db:
            owners = set(await db.scalars(select(vault_persons.c.ref).where(func.length(vault_persons.c.sealed) > 0)))
            owners |= {f"case:{case_id}" for case_id in await db.scalars(select(vault_texts.c.case_id).distinct())}

        def known(db: Connection) -> set[str]:
            return {*db.scalars(select(data_keys.c.owner)), *db.scalars(select(erasures.c.owner))}

        return sorted(owners - await self._store.keys.at_once(known))

    async def _destroyed(self) -> tuple[set[str], set[str]]:
        """Owners whose keys were destroyed: by the register, and by the key store."""
        async with self._store.read() as db:
            registered = set(await db.scalars(select(erasure_register.c.owner)))
        ours = or_(erasures.c.owner.like("person:%"), erasures.c.owner.like("case:%"))
        return registered, await self._store.keys.at_once(lambda db: set(db.scalars(select(erasures.c.owner).where(ours))))


def strip(owners: Sequence[str], db: Connection) -> None:
    """Take away what is left of persons: their sealed words, how they are found, and digests of what was typed of them."""
    refs = [owner for owner in owners if owner.startswith("person:")]
    for table in (vault_marks, vault_finds):
        db.execute(delete(table).where(table.c.ref.in_(refs)))
    db.execute(update(vault_uses).where(vault_uses.c.ref.in_(refs)).values(typed=""))
    db.execute(update(vault_persons).where(vault_persons.c.ref.in_(refs)).values(sealed=b""))


def _left(owners: Sequence[str]) -> Select[str]:
    return select(vault_persons.c.ref).where(vault_persons.c.ref.in_(owners), func.length(vault_persons.c.sealed) > 0)


def _alive(owners: Sequence[str], db: Connection) -> list[str]:
    return list(db.scalars(select(data_keys.c.owner).where(data_keys.c.owner.in_(owners))))


def _chunks(owners: Iterable[str]) -> list[list[str]]:
    ordered = sorted(owners)
    return [ordered[start : start + CHUNK] for start in range(0, len(ordered), CHUNK)]


def _request(row: Row[tuple[object, ...]]) -> ErasureRequest:
    return ErasureRequest.model_validate(dict(row._mapping))  # noqa: SLF001 - as above
