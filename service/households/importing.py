"""Bringing in the household files of a whole town (整镇导入): new ones registered, changed ones updated, the same list again no change.

Households go in by the hundred: their words are sealed in one transaction, their events published in one. After a power cut the same
command goes on where it was: what is in the record already is found by its keyed digest and passed over.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from models.affair import household as h
from models.affair.household_book import HouseholdBook
from models.base import Model
from models.household_list import ListProblem
from models.party import Actor
from models.record import PublishOutcome
from models.refusal import Refusal, RefusalCode
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairContext
from rules.household.kind import HOUSEHOLD, KEEPERS
from service.affairs.desk import Affairs
from service.affairs.sending import views_of
from service.errors import refuse
from service.households.rows import HouseholdRows, Reader
from service.importing.mapping import Wrong
from service.importing.sheets import Form, rows_of
from service.office import Office
from store.affairs.publishing import AffairViews, Burst, DuplicateAffair
from store.persons import Person
from store.vault import Words

TOGETHER = 100
"""Households that go in together."""

SOURCE = "import"


class Became(StrEnum):
    """What became of a household of a list."""

    REGISTERED = "registered"  # 新建
    UPDATED = "updated"  # 更新
    SAME = "same"  # 无变化
    READY = "ready"  # 试导入：可用
    WRONG = "wrong"  # 有误


class HouseholdImported(Model):
    """One household of a list: its rows, and what became of it."""

    rows: tuple[int, ...]
    became: Became
    problems: tuple[ListProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A household on its way in."""

    house: HouseholdRows
    affair: Any
    """The stored file, or a blank one."""
    action_id: str
    digest: str
    address: bool
    """Whether its address is new or another one."""

    @property
    def words(self) -> Words:
        """What goes into the vault."""
        texts = {"address": self.house.address} if self.address else {}
        persons = {f"members.{n}.person": Person(**one.person.model_dump()) for n, one in enumerate(self.house.persons)}
        return Words(self.affair.id, self.action_id, texts, persons)


def check_keeper(actor: Actor) -> None:
    """Refuse `not_allowed` to who keeps no household files."""
    if actor.role not in KEEPERS:
        raise refuse(RefusalCode.NOT_ALLOWED, "import")


class HouseholdImporter:
    """Brings one list in, for one person."""

    def __init__(self, office: Office, affairs: Affairs, actor: Actor, *, trial: bool = False) -> None:
        docs = office.affair_docs(HOUSEHOLD.name)
        check_keeper(actor)
        if docs is None:
            raise refuse(RefusalCode.INVALID, "kind")
        self._office, self._affairs, self._actor, self._trial = office, affairs, actor, trial
        self._docs = docs
        self._book: HouseholdBook = office.library.book(docs.book, HouseholdBook)

    @property
    def form(self) -> Form:
        """How the list has to be laid out."""
        columns = self._book.columns
        named = columns.model_dump(exclude={"sheet", "head"}, exclude_none=True)
        return Form(tuple(named.values()), columns.head, columns.sheet)

    async def run(self, path: Path) -> AsyncIterator[HouseholdImported]:
        """Bring the households in; yields what became of each. Raises BadFile, StoreAway."""
        reader = Reader(self._book, self._office.bundle.network)
        # Persons of a household may stand apart, so all rows are read before the first: seconds, in which a worker has other work.
        houses = await asyncio.to_thread(lambda: list(reader.households(rows_of(path, self.form))))
        for chunk in _chunks(iter(houses)):
            wrong = [house for house in chunk if house.wrong]
            for house in wrong:
                yield _wrong(house, house.wrong)
            for found in await self._together([house for house in chunk if not house.wrong]):
                yield found

    async def _together(self, houses: Sequence[HouseholdRows]) -> list[HouseholdImported]:
        digests = await self._office.vault.keyed(json.dumps(house.said(), ensure_ascii=False, sort_keys=True) for house in houses)
        found: list[HouseholdImported] = []
        entries: list[Entry] = []
        stored = await self._stored(houses)
        said = {house.number: digest for house, digest in zip(houses, digests, strict=True)}
        moved = [file for number, file in stored.items() if file.imported != said[number]]
        addresses = await self._office.vault.open_texts([file.address for file in moved if file.address])
        for house, digest in zip(houses, digests, strict=True):
            entry = self._entry(house, stored.get(house.number), digest, addresses)
            refusal = self._judged(entry) if entry is not None else None
            if entry is None:
                found.append(_became(house, Became.SAME))
            elif refusal is not None:
                found.append(_wrong(house, [(house.first, Wrong(refusal.detail, (refusal.zh, refusal.en)))]))
            else:
                entries.append(entry)
        if self._trial:
            return [*found, *(_became(entry.house, Became.READY) for entry in entries)]
        return [*found, *(await self._sealed_and_published(entries))]

    async def _stored(self, houses: Sequence[HouseholdRows]) -> dict[str, h.Household]:
        """The files that are there already, by household number."""
        ids = {self._id(house): house.number for house in houses}
        states = await self._office.affairs.load_many(list(ids))
        return {ids[affair_id]: h.Household.model_validate_json(state) for affair_id, state in states.items()}

    def _id(self, house: HouseholdRows) -> str:
        place = self._office.bundle.network.place(house.place)
        return self._affairs.affair_id(HOUSEHOLD.name, "name", f"{place.town if place else ''}|{house.number}")

    def _entry(self, house: HouseholdRows, stored: h.Household | None, digest: str, addresses: Mapping[str, str]) -> Entry | None:
        if stored is None:
            affair_id = self._id(house)
            blank = h.Household(id=affair_id, source=SOURCE, intake_id=affair_id, docs=self._docs)
            return Entry(house, blank, f"open:{affair_id}", digest, address=True)
        if stored.imported == digest:
            return None
        address = addresses.get(stored.address or "") != house.address
        # The number of the last event makes the id: a list that goes back to what it once said is another action.
        return Entry(house, stored, f"import:{stored.seq}:{digest[:24]}", digest, address=address)

    def _judged(self, entry: Entry) -> Refusal | None:
        """Refuse before anything is written: who may not, a closed file, what is in no list."""
        refs = dict.fromkeys(entry.words.persons, "person")
        decided = decide(HOUSEHOLD, entry.affair, self._action(entry, {**refs, "address": "text"}), self._context())
        return decided if isinstance(decided, Refusal) else None

    def _action(self, entry: Entry, refs: Mapping[str, str]) -> h.RegisterHousehold | h.UpdateHousehold:
        house, file = entry.house, entry.affair
        base: dict[str, Any] = {
            "id": entry.action_id,
            "actor": self._actor,
            "contact": house.contact,
            "needs": house.needs,
            "imported": entry.digest,
        }
        refs_of = [refs[f"members.{n}.person"] for n in range(len(house.persons))]
        if file.stage is None:
            members = tuple(
                h.MemberIn(id=f"m{n + 1}", person=refs_of[n], relation=one.relation, stay=one.stay) for n, one in enumerate(house.persons)
            )
            return h.RegisterHousehold(**base, place=house.place, number=house.number, address=refs["address"], members=members)
        add, leave = _members(file, house, refs_of)
        return h.UpdateHousehold(**base, place=house.place, address=refs.get("address") if entry.address else None, add=add, leave=leave)

    def _context(self) -> AffairContext:
        office = self._office
        return AffairContext(now=office.now(), library=office.library, algorithm=office.settings.hash_algorithm)

    async def _sealed_and_published(self, entries: Sequence[Entry]) -> list[HouseholdImported]:
        refs = await self._office.vault.seal_together([entry.words for entry in entries]) if entries else []
        bursts, found = [], []
        for entry, sealed in zip(entries, refs, strict=True):
            burst = await self._burst(entry, sealed)
            if isinstance(burst, Refusal):
                await self._office.vault.discard(entry.affair.id, entry.action_id)
                found.append(_wrong(entry.house, [(entry.house.first, Wrong(burst.detail, (burst.zh, burst.en)))]))
            else:
                bursts.append((entry, burst))
        await self._published([burst for _, burst in bursts])
        made = (_became(entry.house, Became.REGISTERED if entry.affair.stage is None else Became.UPDATED) for entry, _ in bursts)
        return [*found, *made]

    async def _burst(self, entry: Entry, refs: Mapping[str, str]) -> tuple[Burst, AffairViews] | Refusal:
        decided = decide(HOUSEHOLD, entry.affair, self._action(entry, refs), self._context())
        if isinstance(decided, Refusal):
            return decided
        after, lines = append(HOUSEHOLD, entry.affair, decided, self._office.settings.hash_algorithm)
        views = views_of(HOUSEHOLD, after, await self._affairs.bundle(after))
        return Burst(affair=after, prev_head=entry.affair.head, lines=lines), views

    async def _published(self, bursts: Sequence[tuple[Burst, AffairViews]]) -> None:
        """Publish all in one transaction; where somebody else was there meanwhile, one by one. Raises RuntimeError where one is left."""
        if not bursts:
            return
        try:
            answers = await self._office.affairs.publish_many(bursts)
        except DuplicateAffair:
            answers = [await self._office.affairs.publish(burst, views) for burst, views in bursts]
        if any(answer.outcome not in {PublishOutcome.STORED, PublishOutcome.KNOWN} for answer in answers):
            raise RuntimeError("a household was changed by somebody else meanwhile: run the import again")


def _members(file: h.Household, house: HouseholdRows, refs: Sequence[str]) -> tuple[tuple[h.MemberIn, ...], tuple[str, ...]]:
    """Lay the persons of a list beside those of the file: the same person keeps the id, who is not in the list has left."""
    known = {member.person: name for name, member in file.members.items()}
    count = len(file.members)
    add: list[h.MemberIn] = []
    for one, ref in zip(house.persons, refs, strict=True):
        name = known.get(ref)
        if name is None:
            count += 1
            name = f"m{count}"
        add.append(h.MemberIn(id=name, person=ref, relation=one.relation, stay=one.stay))
    there = {one.id for one in add}
    return tuple(add), tuple(name for name, member in file.members.items() if member.left is None and name not in there)


def _chunks(houses: Iterator[HouseholdRows]) -> Iterator[list[HouseholdRows]]:
    chunk: list[HouseholdRows] = []
    for house in houses:
        chunk.append(house)
        if len(chunk) == TOGETHER:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _became(house: HouseholdRows, became: Became) -> HouseholdImported:
    return HouseholdImported(rows=tuple(house.rows), became=became)


def _wrong(house: HouseholdRows, found: Sequence[tuple[int, Wrong]]) -> HouseholdImported:
    problems = tuple(ListProblem(row=row, column=one.column, zh=one.reason[0], en=one.reason[1]) for row, one in found)
    return HouseholdImported(rows=tuple(house.rows), became=Became.WRONG, problems=problems)
