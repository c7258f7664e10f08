"""One case on its way to one person: what `rules/visibility.py` lets them see of it, with words and persons from the vault.

Called by `service/reading.py`, which has looked whether the case may be seen at all and has logged the look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from models.case import Case, Complaint, Rating, Task
from models.event import Event
from models.happening.changes import Attached
from models.happening.handling import TaskFinished, TaskReturned
from models.network import Network
from models.party import Actor, Party
from models.record import Duty
from models.words import PartyKind, TaskState
from rules.allowed import allowed
from rules.draft import Context
from rules.library import Bundle
from rules.telling import tell, words
from rules.view import view
from rules.visibility import (
    Group,
    Show,
    Sight,
    deidentify,
    mask_address,
    mask_number,
    mask_phone,
    masked_name,
)
from service import shown
from service.office import Office
from store.persons import Person


def unit_name(network: Network, unit_id: str) -> str | None:
    """Return the name of a unit by its id."""
    unit = network.unit(unit_id)
    return unit.name if unit else None


def town_name(network: Network, town: str | None) -> str | None:
    """Return the name of a town by its id."""
    if town is None:
        return network.district.name
    place = network.town(town)
    return place.name if place else None


class Showing:
    """One case on its way to one person."""

    def __init__(self, office: Office, actor: Actor, case: Case, bundle: Bundle, seen: Sight, *, then: datetime | None = None) -> None:
        self._office = office
        self._then = then
        """As of when it is shown, where that is not now: then nothing can be done to it."""
        self._actor = actor
        self._case = case
        self._bundle = bundle
        self._seen = seen
        self._persons: dict[str, Person] = {}
        self._texts: dict[str, str] = {}

    async def whole(self) -> shown.CaseShown:
        """Return all that may be seen of it."""
        case, seen, now = self._case, self._seen, self._now()
        await self.open(self._refs())
        groups = [group for group in Group if group is not Group.OWN_TASKS]
        return shown.CaseShown(
            code=case.code or case.id,
            as_of=now,
            seq=case.seq,
            hidden=tuple(str(group) for group in groups if not seen.sees(group)),
            masked=tuple(str(group) for group in groups if seen.show(group) is Show.MASKED),
            restricted=seen.restricted,
            allowed=allowed(case, self._actor, Context(now=now, library=self._office.library)) if self._then is None else (),
            **self._way(now),
            **self._facts(),
            summary=self.text(case.summary, Group.SUMMARY),
            parties=tuple(self._party(party) for party in case.parties) if self._names_parties() else (),
            tasks=tuple(self._task(task) for task in case.tasks.values() if self._sees_task(task)),
            agreement=self._agreement(),
            papers=case.papers if seen.sees(Group.PAPERS) else (),
            undo=case.undo.action_id if case.undo and case.undo.person == self._actor.person and self._then is None else None,
        )

    def _now(self) -> datetime:
        return self._then or self._office.now()

    async def open(self, refs: Iterable[str | None]) -> None:
        """Take from the vault what may be read of these references, and who the parties are."""
        texts = [ref for ref in refs if ref]
        persons = [ref for party in self._case.parties for ref in (party.person, party.representative) if ref]
        # A masked text is shown without the parties' names, and for that they have to be known here.
        if texts:
            self._texts = await self._office.vault.open_texts(texts)
        if persons and (texts or self._names_parties()):
            self._persons = await self._office.vault.open_persons(persons)

    async def story(self, events: Iterable[Event]) -> shown.Timeline:
        """Return these events of it as sentences."""
        case, seen, told = self._case, self._seen, list(events)
        said = {event.seq: self._words(event) for event in told}
        readable = [ref for fields in said.values() for group, refs in fields.values() if seen.sees(group) for ref in refs]
        await self.open(readable)
        return shown.Timeline(
            as_of=self._now(),
            code=case.code or case.id,
            seq=case.seq,
            events=tuple(self._told(event, said[event.seq]) for event in told),
        )

    def _words(self, event: Event) -> dict[str, tuple[Group, tuple[str, ...]]]:
        """Return the words of an event by field; those of a task of one's own unit are one's own."""
        found = words(event)
        if isinstance(event.what, (TaskFinished, TaskReturned)) and not self._seen.full(Group.TASKS):
            task = self._case.tasks.get(event.what.task)
            if task is not None and self._own(task):
                return {name: (Group.OWN_TASKS, refs) for name, (_, refs) in found.items()}
        return found

    async def papers(self, events: Iterable[Event]) -> tuple[shown.PaperShown, ...]:
        """Return the papers that these events attached, where they may be seen."""
        if not self._seen.sees(Group.PAPERS):
            return ()
        attached = [(event.at, event.what) for event in events if isinstance(event.what, Attached)]
        await self.open(what.title for _, what in attached)
        return tuple(
            shown.PaperShown(title=self.text(what.title, Group.PAPERS), at=at, **what.model_dump(include={"sha256", "size", "media_type"}))
            for at, what in attached
        )

    def _told(self, event: Event, said: Mapping[str, tuple[Group, tuple[str, ...]]]) -> shown.Told:
        zh, en = tell(event, self._bundle.network)
        texts = {name: [self.text(ref, group) for ref in refs] for name, (group, refs) in said.items()}
        staff = self._seen.full(Group.STAFF)
        return shown.Told(
            **event.model_dump(include={"seq", "chapter", "at", "occurred_at", "stage"}),
            type=event.type,
            person=event.actor.person if staff else None,
            role=event.actor.role,
            unit=event.actor.unit,
            unit_name=unit_name(self._bundle.network, event.actor.unit),
            zh=zh,
            en=en,
            words={name: "；".join(text for text in found if text) for name, found in texts.items() if any(found)},
        )

    def text(self, ref: str | None, group: Group) -> str | None:
        """Return a text as far as it may be read; words of the product's own (`code:…`) are no secret. Masked tasks have no words."""
        if ref is None or not self._seen.sees(group):
            return None
        if not ref.startswith("vault:"):
            return ref
        if group is Group.TASKS and not self._seen.full(group):
            return None
        text = self._texts.get(ref)
        if text is None or self._seen.full(group):
            return text
        return deidentify(text, self._known())

    def _refs(self) -> list[str]:
        case, seen = self._case, self._seen
        found: list[str | None] = [case.summary] if seen.sees(Group.SUMMARY) else []
        found += [ref for task in case.tasks.values() if self._reads_task(task) for ref in (task.title, task.result)]
        if case.agreement is not None and seen.sees(Group.AGREEMENT):
            found.append(case.agreement.terms)
            found += [ref for promise in case.agreement.promises for ref in (promise.what, promise.proof)]
        if seen.sees(Group.COMPLAINTS):
            found += [rating.text for rating in case.ratings]
            found += [ref for complaint in case.complaints for ref in (complaint.text, complaint.reply)]
        return [ref for ref in found if ref]

    def _known(self) -> dict[str, str]:
        """What stands in a masked text in place of who is known."""
        found: dict[str, str] = {}
        for party in self._case.parties:
            for ref in (party.person, party.representative):
                person = self._persons.get(ref or "")
                if person is not None:
                    found[person.name] = masked_name(person.name, party.kind)
                    found |= dict.fromkeys((word for word in (person.phone, person.id_number, person.address) if word), "***")
        return found

    def _names_parties(self) -> bool:
        return any(self._seen.sees(group) for group in (Group.NAMES, Group.PHONES, Group.NUMBERS, Group.ADDRESSES, Group.WAY))

    def _way(self, now: datetime) -> dict[str, Any]:
        case, seen = self._case, self._seen
        if not seen.sees(Group.WAY):
            return {}
        looks = view(case, self._bundle, now)
        lead = self._bundle.network.unit(case.lead or "")
        staff = seen.full(Group.STAFF)
        return {
            **{
                name: getattr(looks, name)
                for name in ("stage", "chapter", "level", "town", "centre", "lead", "suspended", "clocks", "ended")
            },
            "town_name": town_name(self._bundle.network, case.town),
            "lead_name": lead.name if lead else None,
            "mediator": looks.mediator if staff else None,
            "holder": self._duty(looks.holder) if looks.holder else None,
            "duties": tuple(self._duty(duty) for duty in looks.duties),
            "cards": tuple(shown.CardShown.model_validate(card.model_dump()) for card in case.cards),
            "standing_ground": case.standing.ground if case.standing and seen.sees(Group.HANDLING) else None,
            "opened_at": case.moments.get("registered"),
            "ended_at": case.ended_at,
            "retain_until": case.retain_until,
            "merged_into": case.merging.into_code if case.merging else None,
            "meetings": tuple(shown.MeetingShown.model_validate(meeting.model_dump()) for meeting in case.meetings),
            "sign_offs": case.sign_offs,
        }

    def _duty(self, duty: Duty) -> Duty:
        return duty if self._seen.full(Group.STAFF) else duty.model_copy(update={"person": None})

    def _facts(self) -> dict[str, Any]:
        case, seen = self._case, self._seen
        found: dict[str, Any] = {}
        category = self._category()
        if category is not None:
            named = self._office.place.categories.get(category)
            found |= {"category": category, "category_zh": named.zh if named else None, "category_en": named.en if named else None}
        if seen.sees(Group.KIND):
            found |= {"channel": str(case.channel) if case.channel else None, "languages": case.languages, "oral": case.oral}
        if seen.sees(Group.RISK):
            found["tier"] = case.tier
        if seen.full(Group.RISK):
            reasons = (shown.ReasonShown.of(reason, self._bundle.risk) for reason in case.risk)
            found |= {"score": case.score, "risk": tuple(reasons), "risk_signs": case.risk_signs}
        if seen.sees(Group.PLACE):
            place = self._bundle.network.place(case.place or "")
            found |= {"place": case.place, "place_name": place.name if place else None, "happened_on": case.happened_on}
        if seen.full(Group.SIZE):
            found |= {"people": case.people, "amount": case.amount, "wage_workers": case.wage_workers}
        if seen.sees(Group.HANDLING):
            found |= {"sessions": case.sessions, "absorbed": case.absorbed}
        if seen.sees(Group.VISITS):
            keep = set(shown.VisitShown.model_fields)
            found["visits"] = tuple(shown.VisitShown.model_validate(visit.model_dump(include=keep)) for visit in case.visits)
            found["ratings"] = tuple(self._rating(rating) for rating in case.ratings)
        if seen.sees(Group.COMPLAINTS):
            found["complaints"] = tuple(self._complaint(complaint) for complaint in case.complaints)
        return found

    def _rating(self, rating: Rating) -> shown.RatingShown:
        return shown.RatingShown(**rating.model_dump(exclude={"text"}), text=self.text(rating.text, Group.COMPLAINTS))

    def _complaint(self, complaint: Complaint) -> shown.ComplaintShown:
        clock = self._case.clocks.get(f"complaint:{complaint.id}")
        return shown.ComplaintShown(
            **complaint.model_dump(exclude={"text", "reply"}),
            due=clock.due.at if clock and clock.due else None,
            text=self.text(complaint.text, Group.COMPLAINTS),
            reply=self.text(complaint.reply, Group.COMPLAINTS),
        )

    def _category(self) -> str | None:
        if self._case.category is None or not self._seen.sees(Group.KIND):
            return None
        return self._case.category if self._seen.full(Group.KIND) else self._case.category[:2]

    def _party(self, party: Party) -> shown.PartyShown:
        seen = self._seen
        protection = seen.full(Group.PROTECTION)
        return shown.PartyShown(
            id=party.id,
            side=str(party.side),
            kind=str(party.kind),
            people=party.people if seen.full(Group.SIZE) else None,
            vulnerable=party.vulnerable if protection else None,
            minor=party.minor if protection else None,
            left=party.left,
            consented=self._case.consents.get(party.id) if seen.sees(Group.HANDLING) else None,
            representative=self.person(party.representative, PartyKind.PERSON) if party.representative else None,
            **self.person(party.person, party.kind).model_dump(),
        )

    def knows(self, ref: str) -> bool:
        """Whether who stands behind a reference was found, and not erased."""
        return ref in self._persons

    def person(self, ref: str | None, kind: PartyKind) -> shown.PersonShown:
        """Return a person as far as they may be seen."""
        person = self._persons.get(ref or "")
        if person is None:
            return shown.PersonShown()
        seen = self._seen
        return shown.PersonShown(
            name=_as(seen.show(Group.NAMES), person.name, masked_name(person.name, kind)),
            phone=_as(seen.show(Group.PHONES), person.phone, mask_phone(person.phone or "")),
            id_number=_as(seen.show(Group.NUMBERS), person.id_number, mask_number(person.id_number or "")),
            address=_as(seen.show(Group.ADDRESSES), person.address, mask_address(person.address or "")),
        )

    def _own(self, task: Task) -> bool:
        return task.unit == self._actor.unit and task.state is not TaskState.RELEASED

    def _sees_task(self, task: Task) -> bool:
        return self._seen.sees(Group.TASKS) or (self._own(task) and self._seen.sees(Group.OWN_TASKS))

    def _reads_task(self, task: Task) -> bool:
        return self._seen.full(Group.TASKS) or (self._own(task) and self._seen.sees(Group.OWN_TASKS))

    def _task(self, task: Task) -> shown.TaskShown:
        group = Group.OWN_TASKS if self._own(task) and not self._seen.full(Group.TASKS) else Group.TASKS
        reads = self._reads_task(task)
        unit = self._bundle.network.unit(task.unit)
        clock = self._case.clocks.get(f"task:{task.id}")
        return shown.TaskShown(
            id=task.id,
            unit=task.unit,
            unit_name=unit.name if unit else None,
            state=str(task.state),
            title=self.text(task.title, group) if reads or task.title.startswith("code:") else None,
            result=self.text(task.result, group) if reads else None,
            raised_at=task.raised_at,
            due=clock.due.at if clock and clock.due else None,
            returned=task.returned,
        )

    def _agreement(self) -> shown.AgreementShown | None:
        made = self._case.agreement
        if made is None or not self._seen.sees(Group.AGREEMENT):
            return None
        full = self._seen.full(Group.AGREEMENT)
        return shown.AgreementShown(
            **made.model_dump(include={"form", "matter", "parties", "signed", "effective_at", "confirmation"}),
            terms=self.text(made.terms, Group.AGREEMENT),
            promises=tuple(
                shown.PromiseShown(
                    **promise.model_dump(include={"id", "debtor", "due"}),
                    state=str(promise.state),
                    amount=promise.amount if full else None,
                    what=self.text(promise.what, Group.AGREEMENT),
                    proof=self.text(promise.proof, Group.AGREEMENT),
                )
                for promise in made.promises
            ),
        )


def _as(show: Show, full: str | None, masked: str) -> str | None:
    if full is None or show is Show.HIDDEN:
        return None
    return full if show is Show.FULL else masked
