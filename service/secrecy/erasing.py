"""Erasing (销毁): a person, or all words of a case or an affair (事务), by two people who are not the same, with a register.

Every start goes by the register. Destroyed is a key: what it sealed is unreadable in the record, in Temporal's histories and in
every backup. The events and their counts stay. Free texts that name the person are hidden at once and listed for people
(`service/secrecy/redactions.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.affair.base import Affair
from models.base import Model
from models.case import Case
from models.erasure import ErasureGround, ErasureProblem, ErasureRequest, ErasureState, RegisterEntry, RegisterLine
from models.party import Actor
from rules.affair.kinds import KINDS
from rules.affair.persons import named
from rules.erasure import APPROVERS, ASKERS, REGISTER_READERS, affairs_kept, kept
from rules.redaction import Words, redacted, words_of
from service.affairs.reading import AffairReader
from service.errors import ErasureRefused, UnknownAffair, UnknownCase
from service.office import Office
from service.reading import Reader
from store.persons import Person
from store.secrecy.erasures import Erasures
from store.secrecy.redacting import Redacting


class Erasing(Model):
    """How far an erasure has come: texts looked through, and those put on the redaction list."""

    looked: int
    total: int
    listed: int


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be erased, and the cases and affairs in which it stands."""

    owner: str
    cases: tuple[Case, ...]
    affairs: tuple[Affair, ...] = ()


class Eraser:
    """Requests, approvals and the register of one office. Every method raises ErasureRefused, StoreAway."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._affairs = AffairReader(office)
        self._erasures = Erasures(office.store)
        self._redacting = Redacting(office.store)

    async def ask(self, actor: Actor, word: str, ground: ErasureGround) -> ErasureRequest:
        """Ask for a person or for all words of a case or an affair (`CODE`) to be erased.

        A person is `CODE:PARTY` or `CODE:PARTY:representative` of a case, `CODE:FIELD` of an affair, or `person:<id>`.
        """
        if actor.role not in ASKERS:
            raise ErasureRefused(ErasureProblem.NOT_ALLOWED)
        subject = await self._subject(actor, word)
        await self._may_go(subject, ground)
        request = ErasureRequest(
            id=str(uuid.uuid4()),
            subject=subject.owner,
            ground=ground,
            state=ErasureState.ASKED,
            asked_by=actor.person,
            asked_at=self._office.now(),
            cases=len(subject.cases) + len(subject.affairs),
        )
        if not await self._erasures.ask(request):
            raise ErasureRefused(ErasureProblem.ASKED_ALREADY)
        return request

    async def reject(self, actor: Actor, word: str) -> None:
        """Say no to a request."""
        request, _ = await self._waiting(actor, word)
        if not await self._erasures.decide(request.id, ErasureState.REJECTED, actor.person, self._office.now()):
            raise ErasureRefused(ErasureProblem.NOT_ASKED)

    async def approve(self, actor: Actor, word: str) -> AsyncGenerator[Erasing]:
        """Approve a request and go through with it, or with one that was approved and broken off; yields how far it is.

        It is done when this ends. Until the register has its line it can be broken off and asked for again.
        """
        request, subject = await self._waiting(actor, word)
        await self._may_go(subject, request.ground)
        now = self._office.now()
        if request.state is ErasureState.ASKED and not await self._erasures.decide(request.id, ErasureState.APPROVED, actor.person, now):
            raise ErasureRefused(ErasureProblem.NOT_ASKED)
        approved_by = request.decided_by or actor.person
        owners = await self._owners(subject)
        async for step in self._hidden(owners, request.id, now):
            yield step
        # Looking through all texts takes a while: the person may have come back in a new case meanwhile.
        await self._may_go(await self._subject(actor, word), request.ground)
        entries = [
            RegisterEntry(
                at=now, owner=owner, ground=request.ground, request=request.id, asked_by=request.asked_by, approved_by=approved_by
            )
            for owner in owners
        ]
        await self._erasures.destroy(entries, request.id, await self._redacting.number(request.id))

    async def requests(self, actor: Actor) -> list[ErasureRequest]:
        """Return all requests, the newest first."""
        self._may_read(actor)
        return await self._erasures.requests()

    async def register(self, actor: Actor, *, after: int = 0) -> list[RegisterLine]:
        """Return lines of the register, the oldest first."""
        self._may_read(actor)
        return await self._erasures.register(after=after)

    def _may_read(self, actor: Actor) -> None:
        if actor.role not in REGISTER_READERS:
            raise ErasureRefused(ErasureProblem.NOT_ALLOWED)

    async def _waiting(self, actor: Actor, word: str) -> tuple[ErasureRequest, Subject]:
        """Return the open request for a subject, for whoever may decide on it."""
        if actor.role not in APPROVERS:
            raise ErasureRefused(ErasureProblem.NOT_ALLOWED)
        subject = await self._subject(actor, word)
        request = await self._erasures.open_request(subject.owner)
        if request is None:
            raise ErasureRefused(ErasureProblem.NOT_ASKED)
        if request.asked_by in actor.ids:
            raise ErasureRefused(ErasureProblem.SAME_PERSON)
        return request, subject

    async def _subject(self, actor: Actor, word: str) -> Subject:
        """Return what is meant. Whoever can't see a case does not learn who is named in it."""
        owner = word if word.startswith("person:") else await self._named(actor, word)
        ids = [owner.removeprefix("case:")] if owner.startswith("case:") else await self._where(owner)
        cases = [case for case in [await self._office.records.load(one) for one in ids] if case is not None]
        affairs = [affair for affair in [await self._affair(one) for one in ids] if affair is not None]
        if owner.startswith("case:"):
            return Subject(owner, tuple(cases), tuple(affairs))
        seen = [await self._reader.may_see(actor, case.id) for case in cases]
        seen += [await self._affairs.may_see(actor, affair.id) for affair in affairs]
        if not any(seen):
            raise ErasureRefused(ErasureProblem.UNKNOWN)
        if not all(seen):
            raise ErasureRefused(ErasureProblem.OUT_OF_SIGHT)
        return Subject(owner, tuple(cases), tuple(affairs))

    async def _where(self, ref: str) -> list[str]:
        """Return the ids of all cases and affairs that name a person: those that took them in, and those that refer to them."""
        return sorted({*await self._office.vault.cases_of(ref), *await self._office.affairs.naming(ref)})

    async def _affair(self, affair_id: str) -> Affair | None:
        found, text = await self._office.affairs.find(affair_id), await self._office.affairs.load(affair_id)
        return None if found is None or text is None else KINDS[found[1]].state.model_validate_json(text)

    async def _named(self, actor: Actor, word: str) -> str:
        """Return the owner of the key that a code, with or without a party or a field, stands for."""
        code, _, rest = word.partition(":")
        if await self._office.affairs.find(code) is not None:
            return await self._named_in_affair(actor, code, rest)
        party_id, _, as_whom = rest.partition(":")
        try:
            row = await self._reader.visible(actor, code)
        except UnknownCase:
            raise ErasureRefused(ErasureProblem.UNKNOWN) from None
        if not rest:
            return f"case:{row.case_id}"
        case = await self._office.records.load(row.case_id)
        party = case.party(party_id) if case is not None else None
        ref = None if party is None else party.representative if as_whom else party.person
        if ref is None or as_whom not in {"", "representative"}:
            raise ErasureRefused(ErasureProblem.UNKNOWN)
        return ref

    async def _named_in_affair(self, actor: Actor, code: str, field: str) -> str:
        try:
            row = await self._affairs.row(actor, code)
        except UnknownAffair:
            raise ErasureRefused(ErasureProblem.UNKNOWN) from None
        if not field:
            return f"case:{row.affair_id}"
        affair = await self._affair(row.affair_id)
        ref = None if affair is None else named(affair).get(field)
        if ref is None:
            raise ErasureRefused(ErasureProblem.UNKNOWN)
        return ref

    async def _may_go(self, subject: Subject, ground: ErasureGround) -> None:
        if subject.owner not in await self._office.store.keys.existing([subject.owner]):
            raise ErasureRefused(ErasureProblem.ERASED_ALREADY)
        cal = self._office.bundle.cal
        today = cal.local_date(self._office.now())
        keeping = self._office.place.keeping
        problem = kept(subject.cases, ground, today) or affairs_kept(subject.affairs, ground, today, keeping, cal.local_date)
        if problem is not None:
            raise ErasureRefused(problem)

    async def _owners(self, subject: Subject) -> list[str]:
        """Return whose keys go: with the words of a case or an affair those of the persons whom nothing else names."""
        if subject.owner.startswith("person:"):
            return [subject.owner]
        record = subject.owner.removeprefix("case:")
        taken_in = set(await self._office.vault.persons_in(record))
        taken_in |= {ref for case in subject.cases for party in case.parties for ref in (party.person, party.representative) if ref}
        alone = [ref for ref in sorted(taken_in) if await self._where(ref) == [record]]
        there = await self._office.store.keys.existing(alone)
        return [subject.owner, *[ref for ref in alone if ref in there]]

    async def _hidden(self, owners: Sequence[str], request: str, now: datetime) -> AsyncIterator[Erasing]:
        """Hide and list the texts that name these persons."""
        persons = await self._office.vault.open_persons([owner for owner in owners if owner.startswith("person:")])
        total, looked, listed = await self._redacting.count() * len(persons), 0, 0
        yield Erasing(looked=0, total=total, listed=0)
        for ref, person in persons.items():
            words, own = _words(person), set(await self._where(ref))

            def propose(text: str, here: bool, words: Words = words) -> str | None:
                return redacted(text, words, own=here)

            async for texts, hits in self._redacting.scan(propose, own, request, now):
                looked, listed = looked + texts, listed + hits
                yield Erasing(looked=looked, total=max(total, looked), listed=listed)


def _words(person: Person) -> Words:
    return words_of(person.name, (person.phone, person.id_number), (person.address, *person.more.values()))
