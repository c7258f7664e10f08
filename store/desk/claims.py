"""Claims (认领): who has taken an obligation on. Soft: no clock, no rule and no action looks at them.

Called by `service/desk/claims.py`; `drop_met` by every publication that changes what a case owes. A claim is on one obligation:
met, given to another post or begun anew, it is another one, and the claim is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select

from models.case import Case
from models.record import Duty
from store.desk.desk_tables import claims
from store.desk.lists import Claim
from store.engine import Store
from store.prepared import Prepared
from store.tables import cases, obligations

HELD = select(claims).where(claims.c.case_id == bindparam("case_id"))
CASE = select(cases.c.town, cases.c.state).where(cases.c.case_id == bindparam("case_id"))
DUTIES = select(*(obligations.c[name] for name in Duty.model_fields)).where(obligations.c.case_id == bindparam("case_id"))
CLAIMED = Prepared(select(claims.c.duty).where(claims.c.case_id == bindparam("case_id")))
DROP = delete(claims).where(claims.c.case_id == bindparam("of_case"), claims.c.duty == bindparam("of_duty"))


class Claims:
    """The claims of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def duties(self, case_id: str) -> tuple[str | None, list[tuple[Duty, Claim | None]]]:
        """The town of a case, and all that is owed in it now, each with its claim."""
        async with self._store.read() as db:
            town = await db.scalar(select(cases.c.town).where(cases.c.case_id == case_id))
            owed = [Duty.model_validate(dict(row)) for row in (await db.execute(DUTIES, {"case_id": case_id})).mappings()]
            held = {row.duty: _claim(row) for row in await db.execute(HELD, {"case_id": case_id})}
        return town, [(duty, held.get(duty.id)) for duty in owed]

    async def take(self, case_id: str, duty: Duty, claim: Claim, *, over: bool = False) -> Claim | None:
        """Claim an obligation, also from whoever has it with `over`; the claim that stands then, None where it is not owed any more."""
        return await self._store.write_at_once(lambda db: _take(db, case_id, duty, claim, over=over))

    async def release(self, case_id: str, duty_id: str) -> bool:
        """Give a claim up; False where there was none."""
        return await self._store.write_at_once(lambda db: db.execute(DROP, {"of_case": case_id, "of_duty": duty_id}).rowcount == 1)


def drop_met(db: Connection, case: Case, duties: Sequence[Duty]) -> None:
    """Drop the claims of a case whose obligation is none of these."""
    if CLAIMED.first(db, {"case_id": case.id}) is None:
        return
    standing = {duty.id: duty for duty in duties}
    held = db.execute(HELD, {"case_id": case.id}).all()
    _drop(db, case.id, (row.duty for row in held if not _stands(row, standing.get(row.duty), case.rounds)))


def _take(db: Connection, case_id: str, duty: Duty, claim: Claim, *, over: bool) -> Claim | None:
    # The lock that a publication takes as well: what is owed now stays so until the claim is written.
    row = db.execute(CASE.with_for_update(), {"case_id": case_id}).first()
    owed = db.execute(DUTIES.where(obligations.c.id == duty.id), {"case_id": case_id}).mappings().first()
    if row is None or owed is None or _post(Duty.model_validate(dict(owed))) != _post(duty):
        return None
    held = db.execute(HELD.where(claims.c.duty == duty.id), {"case_id": case_id}).first()
    if held is not None and not over:
        return _claim(held)
    if held is not None:
        _drop(db, case_id, [duty.id])
    of = {"case_id": case_id, "duty": duty.id, "round": _round(duty, json.loads(row.state)["rounds"]), "role": duty.role, "unit": duty.unit}
    db.execute(insert(claims), [of | claim.model_dump()])
    return claim


def _post(duty: Duty) -> tuple[object, ...]:
    return (duty.act, duty.role, duty.unit, duty.person)


def _stands(row: Row[*tuple[Any, ...]], duty: Duty | None, rounds: dict[str, int]) -> bool:
    """Whether the obligation that was claimed is still owed by the same post, and by nobody else in person."""
    if duty is None or (row.role, row.unit, row.round) != (duty.role, duty.unit, _round(duty, rounds)):
        return False
    return duty.person is None or duty.person == row.holder


def _round(duty: Duty, rounds: dict[str, int]) -> int:
    return rounds.get(duty.clock or "", 0)


def _drop(db: Connection, case_id: str, duties: Iterable[str]) -> None:
    gone = [{"of_case": case_id, "of_duty": duty} for duty in duties]
    if gone:
        db.execute(DROP, gone)


def _claim(row: Row[*tuple[Any, ...]]) -> Claim:
    return Claim(person=row.person, holder=row.holder, at=row.at)
