"""The monthly bulletins in the store: each month and town once, whoever asks how often."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from models.bulletin import BulletinLine
from store.engine import Store
from store.kpi.tables import bulletins

LINE = tuple(bulletins.c[name] for name in BulletinLine.model_fields)


class BulletinShelf:
    """Bulletins in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def has(self, first: date, town: str | None) -> bool:
        """Whether the bulletin of this month and town is there."""
        query = select(bulletins.c.id).where(bulletins.c.first == first, bulletins.c.town == (town or ""))
        async with self._store.read() as db:
            return (await db.execute(query)).first() is not None

    async def put(self, first: date, town: str | None, as_of: datetime, docx: bytes, xlsx: bytes) -> bool:
        """Keep a bulletin; False where somebody else has just kept that of the same month and town."""
        row = {"id": str(uuid.uuid4()), "first": first, "town": town or "", "as_of": as_of, "docx": docx, "xlsx": xlsx}
        try:
            async with self._store.write() as db:
                await db.execute(insert(bulletins), row | {"sha256": hashlib.sha256(docx).hexdigest()})
        except IntegrityError:
            return False
        return True

    async def listed(self, towns: Sequence[str] | None) -> list[BulletinLine]:
        """Those of these towns, of all for None; the newest month first, the district before its towns."""
        query = select(*LINE).order_by(bulletins.c.first.desc(), bulletins.c.town)
        if towns is not None:
            query = query.where(bulletins.c.town.in_(towns))
        async with self._store.read() as db:
            rows = (await db.execute(query)).mappings().all()
        return [BulletinLine.model_validate({**row, "town": row["town"] or None}) for row in rows]

    async def files(self, bulletin_id: str) -> tuple[BulletinLine, bytes, bytes] | None:
        """A bulletin with its document and its workbook, or None."""
        async with self._store.read() as db:
            row = (await db.execute(select(bulletins).where(bulletins.c.id == bulletin_id))).mappings().first()
        if row is None:
            return None
        line = BulletinLine.model_validate({name: row[name] for name in BulletinLine.model_fields} | {"town": row["town"] or None})
        return line, row["docx"], row["xlsx"]
