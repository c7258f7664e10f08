"""Claims (认领): who has taken an obligation of a case or of an affair on. Soft: no clock, no rule and no action looks at them.

Called by `service/desk/claims.py`; `drop_met` by every publication that changes what a record owes. A claim is on one obligation:
met, given to another post or begun anew, it is another one, and the claim is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, RowMapping, Table, and_, bindparam, delete, insert, select

from models.affair.base import Affair
from models.case import Case
from models.record import Duty
from store.affairs.tables import affair_duties, affairs
from store.desk.desk_tables import affair_claims, claims
from store.desk.lists import Claim, OwedFilter
from store.engine import Store
from store.prepared import Prepared
from store.tables import cases, obligations


class Claimable:
    """One sort of record whose obligations may be claimed: its table, that of the obligations, and that of the claims on these."""

    def __init__(self, records: Table, duties: Table, claimed: Table) -> None:
        (record_id,) = records.primary_key
        self.key = record_id.name
        """Name of the column by which all three tables name the record."""
        self.claims = claimed
        of = claimed.c[self.key]
        self.joined = and_(of == duties.c[self.key], claimed.c.duty == duties.c.id)
        """What joins an obligation with the claim on it."""
        self.shown = tuple(claimed.c[name].label(f"claim_{name}") for name in Claim.model_fields)
        """The columns that `claim_of` reads."""
        self.record = select(records.c.town, records.c.state).where(record_id == bindparam("record_id"))
        self.owed = select(*(duties.c[name] for name in Duty.model_fields)).where(duties.c[self.key] == bindparam("record_id"))
        self.one_owed = self.owed.where(duties.c.id == bindparam("of_duty"))
        self.held = select(of.label("record_id"), claimed).where(of.in_(bindparam("record_ids", expanding=True)))
        self.any_held = Prepared(select(claimed.c.duty).where(of == bindparam("record_id")))
        self.gone = delete(claimed).where(of == bindparam("of_record"), claimed.c.duty == bindparam("of_duty"))

    def asked(self, wanted: OwedFilter, holder: str) -> list[ColumnElement[bool]]:
        """Return who is asked to have claimed it as conditions on the claims; `holder` is whose desk asks."""
        held = self.claims.c.holder
        if wanted.claimed is None:
            return []
        return [{"nobody": held.is_(None), "mine": held == holder, "others": held != holder}[wanted.claimed]]


OF_CASES = Claimable(cases, obligations, claims)
OF_AFFAIRS = Claimable(affairs, affair_duties, affair_claims)


class Claims:
    """The claims of the store on what is owed in one sort of record."""

    def __init__(self, store: Store, of: Claimable) -> None:
        self._store = store
        self._of = of

    async def duties(self, record_id: str) -> tuple[str | None, list[tuple[Duty, Claim | None]]]:
        """The town of a record, and all that is owed in it now, each with its claim."""
        async with self._store.read() as db:
            town = await db.scalar(self._of.record, {"record_id": record_id})
            owed = [Duty.model_validate(dict(row)) for row in (await db.execute(self._of.owed, {"record_id": record_id})).mappings()]
            held = {row.duty: _claim(row) for row in await db.execute(self._of.held, {"record_ids": [record_id]})}
        return town, [(duty, held.get(duty.id)) for duty in owed]

    async def take(self, record_id: str, duty: Duty, claim: Claim, *, over: bool = False) -> Claim | None:
        """Claim an obligation, also from whoever has it with `over`; the claim that stands then, None where it is not owed any more."""
        return await self._store.write_at_once(lambda db: _take(db, self._of, record_id, duty, claim, over=over))

    async def release(self, record_id: str, duty_id: str) -> bool:
        """Give a claim up; False where there was none."""
        gone = {"of_record": record_id, "of_duty": duty_id}
        return await self._store.write_at_once(lambda db: db.execute(self._of.gone, gone).rowcount == 1)


def claim_of(row: RowMapping) -> Claim | None:
    """Return the claim in a row that was read with the columns `Claimable.shown`, or None."""
    return Claim.model_validate({name: row[f"claim_{name}"] for name in Claim.model_fields}) if row["claim_holder"] else None


def drop_met(db: Connection, of: Claimable, changed: Sequence[tuple[Case | Affair, Sequence[Duty]]]) -> None:
    """Drop the claims on these records whose obligation is none of those that are owed in them now."""
    # Few are claimed: of one record, the way of every action, that is asked by the cheapest question there is.
    if not changed or (len(changed) == 1 and of.any_held.first(db, {"record_id": changed[0][0].id}) is None):
        return
    standing = {record.id: (record.rounds, {duty.id: duty for duty in duties}) for record, duties in changed}
    held = db.execute(of.held, {"record_ids": sorted(standing)}).all()
    _drop(db, of, [(row.record_id, row.duty) for row in held if not _stands(row, *standing[row.record_id])])


def _take(db: Connection, of: Claimable, record_id: str, duty: Duty, claim: Claim, *, over: bool) -> Claim | None:
    # The lock that a publication takes as well: what is owed now stays so until the claim is written.
    row = db.execute(of.record.with_for_update(), {"record_id": record_id}).first()
    owed = db.execute(of.one_owed, {"record_id": record_id, "of_duty": duty.id}).mappings().first()
    if row is None or owed is None or _post(Duty.model_validate(dict(owed))) != _post(duty):
        return None
    held = db.execute(of.held.where(of.claims.c.duty == duty.id), {"record_ids": [record_id]}).first()
    if held is not None and not over:
        return _claim(held)
    if held is not None:
        _drop(db, of, [(record_id, duty.id)])
    what = {
        of.key: record_id,
        "duty": duty.id,
        "round": _round(duty, json.loads(row.state)["rounds"]),
        "role": duty.role,
        "unit": duty.unit,
    }
    db.execute(insert(of.claims), [what | claim.model_dump()])
    return claim


def _post(duty: Duty) -> tuple[object, ...]:
    return (duty.act, duty.role, duty.unit, duty.person)


def _stands(row: Row[*tuple[Any, ...]], rounds: Mapping[str, int], duties: Mapping[str, Duty]) -> bool:
    """Whether the obligation that was claimed is still owed by the same post, and by nobody else in person."""
    duty = duties.get(row.duty)
    if duty is None or (row.role, row.unit, row.round) != (duty.role, duty.unit, _round(duty, rounds)):
        return False
    return duty.person is None or duty.person == row.holder


def _round(duty: Duty, rounds: Mapping[str, int]) -> int:
    return rounds.get(duty.clock or "", 0)


def _drop(db: Connection, of: Claimable, duties: Iterable[tuple[str, str]]) -> None:
    """Drop the claims on these obligations, by record and id."""
    gone = [{"of_record": record_id, "of_duty": duty_id} for record_id, duty_id in duties]
    if gone:
        db.execute(of.gone, gone)


def _claim(row: Row[*tuple[Any, ...]]) -> Claim:
    return Claim(person=row.person, holder=row.holder, at=row.at)
