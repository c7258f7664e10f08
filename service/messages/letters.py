"""Letters: a delivery's references become an address and words, at the moment of sending and in memory alone."""

from __future__ import annotations

from dataclasses import dataclass, field

from models.case import Case
from models.event import Event
from models.happening import MeetingCalledOff, MeetingSet
from models.message import Delivery, ErrorClass, Medium
from models.procedure import Procedure
from rules.affair.clocks import duties as affair_duties
from rules.affair.kinds import KINDS
from rules.affair.labels import said
from rules.calendar import WorkingCalendar
from rules.messages import affairs as of_affairs
from rules.messages.routing import about, clock_of
from rules.messages.words import filled, wording
from rules.obligations import duties
from rules.telling import tell
from service.affairs.desk import Affairs
from service.errors import UnknownAffair
from service.feeds.writing import Method, invitation
from service.office import Office
from service.showing import unit_name
from store.messages.contacts import ContactShelf
from store.messages.wishes import WishShelf

NOTHING = "—"

Told = tuple[Event, str, Case]
"""What a message is about: the event, the code of its case, and the case as it is now."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes = field(repr=False)
    method: str = ""
    """Of an invitation: what its calendar is asked to do, also said in the type of the part."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent to whom. Never logged, never kept."""

    address: str = field(repr=False)
    """Of mail and text messages; nothing for a robot."""
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


class Letters:
    """Writes letters."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._contacts = ContactShelf(office.store)
        self._wishes = WishShelf(office.store)
        self._affairs = Affairs(office)

    async def write(self, delivery: Delivery) -> Letter | ErrorClass:
        """Write the letter of a delivery; or say why there is none (any more). Raises StoreAway."""
        kind, _, rest = delivery.receiver.partition(":")
        if kind == "party":
            return await self._to_party(delivery, *rest.rsplit(":", 1))
        if kind == "unit":
            return await self._letter(delivery, "", None)
        card = await self._contacts.card(rest)
        address = card.address(delivery.medium)
        return await self._letter(delivery, address, card.language) if address else ErrorClass.STOPPED

    async def _letter(self, delivery: Delivery, address: str, language: str | None) -> Letter | ErrorClass:
        told = await self._told(delivery)
        spoken = language or self._office.place.messages.language
        of_affair = await self._of_affair(delivery, spoken) if told is None and delivery.case_id is not None else None
        if delivery.case_id is not None and told is None and of_affair is None:
            return ErrorClass.NO_ADDRESS
        gaps = of_affair or self._gaps(delivery, told, spoken)
        words = wording(self._office.place.messages, language, delivery.template)
        text, subject = filled(words.by(delivery.medium), gaps), filled(words.subject, gaps)
        attached = self._invitation(*told, address) if told is not None and delivery.medium is Medium.MAIL else ()
        return Letter(address=address, text=text, subject=subject, attachments=attached)

    async def _told(self, delivery: Delivery) -> Told | None:
        """Return what a delivery is about; None for a digest, and where the record has it no more."""
        if delivery.case_id is None:
            return None
        found = await self._office.records.line(delivery.case_id, delivery.seq)
        case = await self._office.records.load(delivery.case_id)
        return None if found is None or case is None else (Event.model_validate_json(found[0].body), found[1], case)

    def _invitation(self, event: Event, code: str, case: Case, address: str) -> tuple[Attachment, ...]:
        """Return the calendar file of a meeting that was called, or called off. Without its place: that is words of the case."""
        what = event.what
        number = what.meeting.id if isinstance(what, MeetingSet) else what.meeting if isinstance(what, MeetingCalledOff) else None
        meeting = next((one for one in case.meetings if one.id == number), None)
        if meeting is None:
            return ()
        method: Method = "REQUEST" if isinstance(what, MeetingSet) else "CANCEL"
        network = self._office.library.bundle(case.docs).network
        content = invitation(case, meeting, method, network=network, place="", at=event.at, reader=address)
        return (Attachment(name=f"{code}-{meeting.id}.ics", media_type="text/calendar", content=content, method=method),)

    def _gaps(self, delivery: Delivery, told: Told | None, language: str) -> dict[str, str]:
        base = self._office.settings.public_url
        if told is None:
            return {"count": str(delivery.count), "link": f"{base}/inbox" if base else ""}
        event, code, case = told
        bundle = self._office.library.bundle(case.docs)
        zh, en = tell(event, bundle.network)
        return {
            "code": code,
            "what": en if language == "en" else zh,
            "unit": unit_name(bundle.network, about(event, case) or "") or NOTHING,
            "due": _due(event, case, bundle.procedure, bundle.cal),
            "link": f"{base}/cases/{code}" if base else "",
        }

    async def _of_affair(self, delivery: Delivery, language: str) -> dict[str, str] | None:
        """Return the gaps of a message about an affair; None where the record has it no more. No word of it goes out."""
        try:
            affair = await self._affairs.load(delivery.case_id or "")
        except UnknownAffair:
            return None
        found = await self._office.affairs.line(affair.id, delivery.seq)
        if found is None:
            return None
        kind, docs = KINDS[affair.kind], await self._affairs.bundle(affair)
        event = kind.event.model_validate_json(found[0].body)
        owed = affair_duties(kind, affair, docs)
        clocks = {of_affairs.clock_of(event), *(clock.id for clock in event.clocks)}
        duty = next((duty for duty in owed if duty.clock in clocks), owed[0] if owed else None)
        zh, en = said(kind.labels, "happened", event.type)
        base = self._office.settings.public_url
        return {
            "code": affair.code or "",
            "what": f"{kind.en}: {en}" if language == "en" else f"{kind.zh}：{zh}",
            "unit": (unit_name(docs.network, duty.unit or "") if duty else None) or NOTHING,
            "due": docs.cal.end_stamp(duty.due) if duty and duty.due else NOTHING,
            "link": f"{base}/affairs/{affair.code}" if base else "",
        }

    async def _to_party(self, delivery: Delivery, case_id: str, party_id: str) -> Letter | ErrorClass:
        case = await self._office.records.load(case_id)
        party = case.party(party_id) if case is not None else None
        if case is None or party is None or party.person is None:
            return ErrorClass.NO_ADDRESS
        person = (await self._office.vault.open_persons([party.person])).get(party.person)
        token = await self._wishes.token(party.person)
        if person is None or not person.phone:
            return ErrorClass.NO_ADDRESS
        if token is None or not await self._wishes.wants([party.person]) or await self._wishes.stopped(person.phone):
            return ErrorClass.STOPPED
        base = self._office.settings.public_url
        gaps = {"link": f"{base}/citizen", "stop": f"{base}/stop/{token}", "phone": self._office.place.contacts.phone(case.centre)}
        words = wording(self._office.place.messages, None, delivery.template)
        return Letter(address=person.phone, text=filled(words.by(Medium.SMS), gaps))


def _due(event: Event, case: Case, procedure: Procedure, cal: WorkingCalendar) -> str:
    """The due time a message names: of the clock the event is about, else of what must be done next."""
    owed = duties(case, procedure)
    clock = clock_of(event)
    due = next((duty.due for duty in owed if clock is not None and duty.clock == clock), None)
    due = due or next((duty.due for duty in owed if duty.holds_ball), None)
    return NOTHING if due is None else cal.end_stamp(due)
