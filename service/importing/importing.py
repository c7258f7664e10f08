"""Importing a list (导入): row by row, each once for ever; a row that can't be used is told with its column and the reason, the rest go on.

A row is known by the list's name and its own id: the same file again, after a power cut or by mistake, changes nothing. Closed cases
become archived history (`rules/history.py`), running ones are taken in through the normal door and run from now on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.action import Open
from models.base import Model
from models.case import Case
from models.importing import Mapping as ImportMapping
from models.importing import Target
from models.party import Actor
from models.record import Publication
from models.refusal import Refusal, RefusalCode
from models.words import Role
from rules.access import access
from rules.draft import Context
from rules.history import Over, history
from service import door
from service.cases import Cases
from service.errors import Refused, refuse
from service.importing.mapping import Entry, Wrong, entry_of
from service.importing.sheets import Form, rows_of
from service.office import Office
from store.files import parse, read_yaml

IMPORTERS = frozenset({Role.CLERK, Role.ARCHIVIST, Role.DIRECTOR})
"""Who brings old cases in: whoever takes in, and whoever keeps the files."""

NOON = timedelta(hours=12)
"""Old lists know days alone: an end stands at noon, a registration an hour before, so that one comes after the other."""

DIGITS = ("people", "amount", "wage_workers")


class Became(StrEnum):
    """What became of a row."""

    HISTORY = "history"  # archived history
    OPENED = "opened"  # a running case
    KNOWN = "known"  # it was there before
    READY = "ready"  # a trial: it would be taken
    WRONG = "wrong"


class Problem(Model):
    """Why a row can't be used."""

    column: str
    zh: str
    en: str


class Imported(Model):
    """One row."""

    row: int
    became: Became
    code: str | None = None
    problems: tuple[Problem, ...] = ()


def read_mapping(path: Path) -> ImportMapping:
    """Read a mapping. Raises BadFile."""
    return parse(ImportMapping, read_yaml(path), path)


class Importer:
    """Brings one list in, for one person."""

    def __init__(self, office: Office, cases: Cases, actor: Actor, mapping: ImportMapping, *, trial: bool = False) -> None:
        if actor.role not in IMPORTERS:
            raise refuse(RefusalCode.NOT_ALLOWED, "import")
        self._office, self._cases, self._actor, self._mapping, self._trial = office, cases, actor, mapping, trial
        self._source = f"import:{mapping.source}"
        self._ids: set[str] = set()

    async def run(self, path: Path) -> AsyncIterator[Imported]:
        """Take the rows in, in their order; yields what became of each. Raises BadFile, Unavailable, StoreAway."""
        for number, row in rows_of(path, Form.of(self._mapping)):
            yield await self._row(number, row)

    async def _row(self, number: int, row: Mapping[str, Any]) -> Imported:
        row_id = str(row.get(self._mapping.id) or "").strip()
        if not row_id or row_id in self._ids:
            why = ("编号为空", "is empty") if not row_id else ("编号在本文件中重复", "stands twice in this file")
            return _wrong(number, [Wrong(self._mapping.id, why)])
        self._ids.add(row_id)
        known = await self._office.records.by_intake(self._source, row_id)
        if known is not None:
            return Imported(row=number, became=Became.KNOWN)
        today = self._office.bundle.cal.local_date(self._office.now())
        entry = entry_of(row, self._mapping, self._office.bundle.network, today)
        entry.wrong.extend(self._elsewhere(entry))
        if entry.wrong:
            return _wrong(number, entry.wrong)
        try:
            running = entry.values["result"] == "running"
            return await (self._open if running else self._history)(number, row_id, entry)
        except Refused as refused:
            return _wrong(number, [Wrong(refused.refusal.detail or "", (refused.refusal.zh, refused.refusal.en))])

    def _elsewhere(self, entry: Entry) -> list[Wrong]:
        """A town brings in its own cases, the district all."""
        network = self._office.bundle.network
        unit, place = network.unit(self._actor.unit), network.place(entry.values.get("place", ""))
        if unit is None or (unit.town is not None and place is not None and place.town != unit.town):
            column = self._mapping.fields["place"].column or "place"
            return [Wrong(column, ("不在本单位辖区", "lies outside your own town"))]
        return []

    async def _open(self, number: int, row_id: str, entry: Entry) -> Imported:
        """Take a running case in through the normal door; its old days are kept in a note (补录)."""
        fields = _fields(entry)
        if self._trial:
            door.take("open", fields, actor=self._actor, action_id=f"try:{number}", cal=self._office.bundle.cal)
            return Imported(row=number, became=Became.READY)
        opened = await self._cases.open(fields, self._actor, intake_id=row_id, source=self._source)
        registered = entry.values.get("registered_on")
        if registered is not None:
            text = f"补录：自“{self._mapping.source}”导入，原登记日期 {registered.isoformat()}"
            await self._cases.act(
                opened.receipt.case_id, "note", {"text": text}, self._actor, action_id=f"import-note:{opened.receipt.case_id}"
            )
        return Imported(row=number, became=Became.OPENED, code=opened.receipt.code)

    async def _history(self, number: int, row_id: str, entry: Entry) -> Imported:
        """Write a closed case into the record, whole and at once."""
        office, cal = self._office, self._office.bundle.cal
        case_id = self._cases.case_id(self._source, row_id)
        action_id = f"import:{case_id}"
        opening, persons = door.take("open", _fields(entry), actor=self._actor, action_id=action_id, cal=cal)
        assert isinstance(opening, Open)  # noqa: S101 - what the door takes for `open`
        blank = Case(id=case_id, source=self._source, intake_id=row_id, docs=office.docs)
        context = Context(now=office.now(), library=office.library, algorithm=office.settings.hash_algorithm)
        over = self._over(entry.values)
        tried = history(blank, opening, over, context, "")
        if isinstance(tried, Refusal):
            raise Refused(tried)
        if self._trial:
            return Imported(row=number, became=Became.READY)
        sealed = await door.Sealer(office.vault).sealed(case_id, opening, persons)
        said = await office.vault.seal_many(case_id, action_id, {name: text for name, text in _texts(over).items() if text}, {})
        note = f"补录：自“{self._mapping.source}”导入的历史案件"
        words = {"note": await office.vault.seal_text(case_id, action_id, "note", note), **said}
        made = history(blank, sealed, replace(over, terms=words.get("terms", ""), reason=words.get("reason", "")), context, words["note"])
        if isinstance(made, Refusal):
            raise Refused(made)
        case, lines = made
        published = await office.records.publish(
            Publication(case=case, prev_head=blank.head, lines=lines), access=access(case, office.bundle.network, ()), silent=True
        )
        return Imported(row=number, became=Became.HISTORY, code=published.code)

    def _over(self, values: Mapping[Target, Any]) -> Over:
        cal = self._office.bundle.cal
        ended = cal.midnight(values["ended_on"]) + NOON
        registered = cal.midnight(values.get("registered_on") or values["happened_on"]) + NOON - timedelta(hours=1)
        return Over(
            registered_at=registered,
            ended_at=max(ended, registered + timedelta(minutes=1)),
            result=values["result"],
            category=values.get("category"),
            lead=values.get("lead"),
            form=values.get("agreement_form", "written"),
            terms=values.get("terms", "") or "（原件未录协议条款）",
            reason=values.get("reason", "") or "（原件未录理由）",
        )


def _texts(over: Over) -> dict[str, str]:
    return {"terms": over.terms, "reason": over.reason}


def _fields(entry: Entry) -> dict[str, Any]:
    """Return a row as the fields of an intake."""
    values = entry.values
    fields: dict[str, Any] = {name: values[name] for name in ("channel", "place", "summary", *DIGITS) if name in values}
    happened: date = values["happened_on"]
    parties = [_party("a", "applicant", values), _party("b", "respondent", values)]
    return {"people": 2, **fields, "happened_on": happened.isoformat(), "parties": parties}


def _party(party_id: str, side: str, values: Mapping[Target, Any]) -> dict[str, Any]:
    known = {name: values.get(f"{side}_{name}") for name in ("name", "phone", "id_number", "address")}  # type: ignore[call-overload]
    kind = values.get("respondent_kind", "person") if side == "respondent" else "person"
    return {"id": party_id, "side": side, "kind": kind, **{name: value for name, value in known.items() if value}}


def _wrong(number: int, found: list[Wrong]) -> Imported:
    problems = tuple(Problem(column=one.column, zh=one.reason[0], en=one.reason[1]) for one in found)
    return Imported(row=number, became=Became.WRONG, problems=problems)
