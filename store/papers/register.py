"""The register of papers (文书登记): rows, numbers without gaps, versions, content sealed part by part, signatures.

Called by `service/papers/`. What a paper says and holds is sealed under `store/papers/sealing.py`; a number is given in the
transaction that stores its paper, as case codes are: one that was not committed was not given.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Insert

from models.paper.record import Paper, Signature
from store.connect import inserting
from store.engine import Store
from store.papers.paper_tables import paper_counters, paper_parts, paper_signatures, paper_templates, papers
from store.papers.sealing import WORDS, closed, opened, paper_key
from store.papers.templates import Template
from store.tables import cases


class Series(NamedTuple):
    """Whose numbers a paper is counted in."""

    prefix: str
    """The town's id and the series' word."""
    year: int
    serial: int
    """The number it is to get; the register refuses it where another paper was faster."""


class _Faster(Exception):
    """Another paper has taken the number meanwhile; undoes the transaction."""


class PaperRegister:
    """The register of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def next_serial(self, prefix: str, year: int) -> int:
        """The number the next paper of a series would get."""
        query = select(paper_counters.c.last).where(paper_counters.c.prefix == prefix, paper_counters.c.year == year)
        async with self._store.read() as db:
            return int(await db.scalar(query) or 0) + 1

    async def newest(self, case_id: str, kind: str, about: str) -> Paper | None:
        """The newest version of a paper of a case."""
        here = (papers.c.case_id == case_id) & (papers.c.kind == kind) & (papers.c.about == about)
        async with self._store.read() as db:
            row = (await db.execute(select(papers).where(here).order_by(papers.c.version.desc()).limit(1))).first()
            return None if row is None else (await _with_signatures(db, [row]))[0]

    async def add(
        self,
        paper: Paper,
        words: bytes,
        content: AsyncIterator[bytes],
        *,
        series: Series | None = None,
        template: Template | None = None,
    ) -> bool:
        """Store a paper with its words and its content, part by part, and count its number.

        False, and nothing stored, when another paper took the version or the number meanwhile. Raises Erased, StoreAway.
        """
        key = await paper_key(self._store, paper.id, paper.owners)
        row = paper.model_dump(exclude={"signatures", "owners"})
        row |= {"owners": json.dumps(paper.owners), "words": closed(key, paper.id, WORDS, words)}
        try:
            async with self._store.write() as db:
                if series is not None:
                    await _count(db, series)
                if template is not None:
                    await db.execute(_KNOWN[self._store.dialect], {"hash": template.hash, "name": template.name, "body": template.body})
                await db.execute(insert(papers), row)
                n = 0
                async for part in content:
                    sealed = closed(key, paper.id, n, part, last=n == paper.parts - 1)
                    await db.execute(insert(paper_parts), {"paper_id": paper.id, "n": n, "sealed": sealed})
                    n += 1
                if n != paper.parts:
                    raise ValueError(f"{n} parts came instead of {paper.parts}")
        except (IntegrityError, _Faster):
            return False
        return True

    async def of_case(self, case_id: str) -> list[Paper]:
        """The papers of a case and of those merged into it, the oldest first."""
        merged = select(cases.c.case_id).where(cases.c.survivor == case_id)
        here = or_(papers.c.case_id == case_id, papers.c.case_id.in_(merged))
        async with self._store.read() as db:
            rows = (await db.execute(select(papers).where(here).order_by(papers.c.made_at, papers.c.id))).all()
            return await _with_signatures(db, rows)

    async def kinds(self, case_ids: Sequence[str]) -> dict[str, set[str]]:
        """The kinds of paper that each of these cases holds; those of cases merged into it count."""
        into = func.coalesce(cases.c.survivor, papers.c.case_id)
        query = select(into, papers.c.kind).outerjoin(cases, cases.c.case_id == papers.c.case_id).where(into.in_(case_ids)).distinct()
        found: dict[str, set[str]] = {case_id: set() for case_id in case_ids}
        async with self._store.read() as db:
            for case_id, kind in (await db.execute(query)).all():
                found[case_id].add(kind)
        return found

    async def count(self, case_id: str) -> int:
        """How many papers a case holds."""
        async with self._store.read() as db:
            return int(await db.scalar(select(func.count()).select_from(papers).where(papers.c.case_id == case_id)) or 0)

    async def find(self, paper_id: str) -> Paper | None:
        """A paper by its id."""
        async with self._store.read() as db:
            row = (await db.execute(select(papers).where(papers.c.id == paper_id))).first()
            return None if row is None else (await _with_signatures(db, [row]))[0]

    async def words(self, paper: Paper) -> bytes:
        """What a paper says, or how it is called; raises Erased, StoreAway."""
        key = await paper_key(self._store, paper.id, paper.owners)
        async with self._store.read() as db:
            sealed: bytes = (await db.execute(select(papers.c.words).where(papers.c.id == paper.id))).scalar_one()
        return opened(key, paper.id, WORDS, sealed)

    async def content(self, paper: Paper) -> AsyncIterator[bytes]:
        """Yield the content part by part, holding one of them; raises Erased, StoreAway."""
        key = await paper_key(self._store, paper.id, paper.owners)
        for n in range(paper.parts):
            here = (paper_parts.c.paper_id == paper.id) & (paper_parts.c.n == n)
            async with self._store.read() as db:
                sealed: bytes = (await db.execute(select(paper_parts.c.sealed).where(here))).scalar_one()
            yield opened(key, paper.id, n, sealed, last=n == paper.parts - 1)

    async def template(self, digest: str) -> Template | None:
        """A template that papers were made from."""
        async with self._store.read() as db:
            row = (await db.execute(select(paper_templates).where(paper_templates.c.hash == digest))).first()
        return None if row is None else Template(name=row.name, hash=row.hash, body=row.body)

    async def sign(self, paper_id: str, signature: Signature) -> bool:
        """Note who signed a paper; False where that signer stands there already."""
        try:
            async with self._store.write() as db:
                await db.execute(insert(paper_signatures), {"paper_id": paper_id, **signature.model_dump()})
        except IntegrityError:
            return False
        return True


async def _with_signatures(db: AsyncConnection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Paper]:
    ids = [row.id for row in rows]
    query = select(paper_signatures).where(paper_signatures.c.paper_id.in_(ids)).order_by(paper_signatures.c.on, paper_signatures.c.signer)
    signed: dict[str, list[Signature]] = {}
    for found in (await db.execute(query)).all() if ids else ():
        fields = {name: getattr(found, name) for name in Signature.model_fields}
        signed.setdefault(found.paper_id, []).append(Signature.model_validate(fields))
    return [_paper(row, signed.get(row.id, [])) for row in rows]


def _paper(row: Row[*tuple[Any, ...]], signatures: list[Signature]) -> Paper:
    fields = {name: getattr(row, name) for name in Paper.model_fields if name not in {"signatures", "owners"}}
    return Paper.model_validate({**fields, "owners": json.loads(row.owners), "signatures": signatures})


async def _count(db: AsyncConnection, series: Series) -> None:
    """Count a number; raises _Faster where it is not the next one any more. The counter stays locked until the transaction ends."""
    given = (await db.execute(_NEXT[db.dialect.name], {"prefix": series.prefix, "year": series.year})).scalar_one()
    if given != series.serial:
        raise _Faster


def _next(dialect: str) -> Any:
    first = inserting(dialect, paper_counters).values(prefix=bindparam("prefix"), year=bindparam("year"), last=1)
    counted = first.on_conflict_do_update(index_elements=["prefix", "year"], set_={"last": paper_counters.c.last + 1})
    return counted.returning(paper_counters.c.last)


def _known(dialect: str) -> Insert:
    values: dict[str, Any] = {name: bindparam(name) for name in ("hash", "name", "body")}
    return inserting(dialect, paper_templates).values(values).on_conflict_do_nothing()


_NEXT = {name: _next(name) for name in ("sqlite", "postgresql")}
_KNOWN = {name: _known(name) for name in ("sqlite", "postgresql")}
