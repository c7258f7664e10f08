"""A party and its own case (群众查询): let in by query code and phone, it sees how far the case is, rates, complains, withdraws.

There is no account. The query code is the secret; the last four digits of a phone that the party gave prove that it is in the
right hands. Both are guessed as slowly as a password, and no answer says which of the two was wrong.
"""

from __future__ import annotations

import hmac
import unicodedata
from datetime import timedelta

from models.case import Case
from models.citizen import CitizenSession, EntryProblem, EntryRefused, OwnComplaint, Progress, QueryCode, Slip
from models.party import Actor, Party
from models.record import ActReceipt
from models.refusal import RefusalCode
from models.words import Stage
from rules import plain, query_code
from rules.view import view
from rules.visibility import hands_out_slips, masked_name
from service import shown
from service.cases import Cases
from service.entry.locks import Locks
from service.entry.people import citizen
from service.entry.sessions import LONGEST, TOUCH, csrf_token, digest, new_secret
from service.errors import UnknownCase, refuse
from service.looking.purposes import Purposes
from service.messages.entry_codes import EntryCodes
from service.messages.wishing import Wishes
from service.office import Office
from service.query_codes import QueryCodes
from service.reading import Reader
from service.showing import Showing, unit_name
from store.entry.citizens import CitizenRow, CitizenShelf

IDLE = timedelta(minutes=20)
ABSOLUTE = timedelta(hours=1)
"""Short: it may be a borrowed phone."""

DIGITS = 4
"""How many digits of the phone are asked for."""

NOBODY = "person:nobody"
"""Looked for where a code is nobody's, so that it takes as long."""

OWN_ACTS = ("rate", "complain", "withdraw")
"""What a party may ask for here."""

Own = tuple[Case, Party]
"""A case and which of its parties is meant."""


class Citizens:
    """The use cases of a party. Keeps no state: several web processes may have one each."""

    def __init__(self, office: Office, cases: Cases | None = None) -> None:
        self._office = office
        self._cases = cases or Cases(office)
        self._reader = Reader(office)
        self._codes = QueryCodes(office)
        self._locks = Locks(office.store)
        self._sessions = CitizenShelf(office.store)
        self._entry_codes = EntryCodes(office)
        self._wishes = Wishes(office)

    async def query_codes(self, actor: Actor, key: str) -> tuple[QueryCode, ...]:
        """Return the parties' query codes for the receipt slip, made where there are none, and log the look.

        For whoever has opened the case, and the clerks of its centre. Raises UnknownCase; Refused `not_allowed` for others who see it.
        """
        case = await self._for_slip(actor, key)
        codes = await self._codes.of(case)
        persons = await self._office.vault.open_persons([party.person for party in case.parties if party.person])
        agreed = await self._wishes.agreed(persons)
        return tuple(
            QueryCode(
                party=party.id,
                side=party.side,
                name=masked_name(persons[party.person].name, party.kind),
                code=query_code.written(codes[party.id]),
                phone_given=bool(_last_digits(persons[party.person].phone)),
                texts=party.person in agreed if agreed is not None and persons[party.person].phone else None,
            )
            for party in case.parties
            if party.id in codes and party.person in persons
        )

    async def slip(self, actor: Actor, key: str) -> Slip:
        """Return what stands on the receipt slip. Raises as `query_codes`, and logs the look as it does."""
        parties = await self.query_codes(actor, key)
        case = await self._cases.load(key)
        bundle = await self._reader.bundle(case)
        looks = view(case, bundle, self._office.now())
        ball, centre = looks.holder, case.centre or bundle.network.county_centre
        comes = plain.NEXT.get(ball.act) if ball is not None else None
        return Slip(
            code=case.code or case.id,
            registered_at=case.moments.get("registered"),
            unit=centre,
            unit_name=unit_name(bundle.network, centre) or centre,
            phone=self._office.place.contacts.phone(centre),
            next_zh=comes[0] if comes is not None else None,
            next_en=comes[1] if comes is not None else None,
            next_unit=unit_name(bundle.network, ball.unit or centre) if ball is not None else None,
            next_at=ball.due if ball is not None else None,
            provisional=ball.provisional if ball is not None else False,
            parties=parties,
        )

    async def renew(self, actor: Actor, key: str, party: str) -> tuple[QueryCode, ...]:
        """Put a new code in the place of a party's that was lost or seen by others; who is in by the old one is out.

        Raises as `query_codes`, and Refused `unknown_party`.
        """
        case = await self._for_slip(actor, key)
        if case.party(party) is None:
            raise refuse(RefusalCode.UNKNOWN_PARTY)
        await self._codes.renew(case, party)
        return await self.query_codes(actor, key)

    async def agree_texts(self, actor: Actor, key: str, party_id: str, *, on: bool) -> None:
        """Note what a party says at the counter about text messages. Raises as `query_codes`, and Refused `unknown_party`, `invalid`."""
        known = next((one for one in await self.query_codes(actor, key) if one.party == party_id), None)
        party = (await self._cases.load(key)).party(party_id)
        if known is None or party is None or party.person is None:
            raise refuse(RefusalCode.UNKNOWN_PARTY)
        if known.texts is None:
            raise refuse(RefusalCode.INVALID, "phone")
        await self._wishes.noted(party.person, actor.person, on=on)

    async def enter(
        self, code: str, digits: str, address: str = "", *, sent: str = "", replaces: str | None = None
    ) -> CitizenSession | EntryRefused:
        """Let a party in by its query code and the last four digits of its phone.

        Where the setting asks for it, a code goes to the phone first, and comes back as `sent`.
        `address` is the browser's, `replaces` the session cookie it brought along, which then ends. Codes that nobody has are counted
        like others; one that can be no code is told apart and not counted, since its check character tells anybody as much.
        """
        read = query_code.read(code)
        if read is None:
            return EntryRefused(code=EntryProblem.MISTYPED)
        now, name = self._office.now(), f"query:{read}"
        wait = await self._locks.admit(name, address, now)
        if wait:
            return EntryRefused(code=EntryProblem.LOCKED, wait=wait)
        case_id, party = await self._codes.holder(read) or ("", "")
        own = await self._own(case_id, party)
        if not await self._proved(own, digits) or own is None:
            await self._locks.failed(address, now)
            return EntryRefused(code=EntryProblem.WRONG)
        problem = await self._by_phone(own, name, sent) if self._entry_codes.wanted() else None
        if problem is not None:
            await self._count(problem, name, address)
            return EntryRefused(code=problem)
        await self._locks.passed(name, now)
        cookie = new_secret()
        row = CitizenRow(digest=digest(cookie), case_id=case_id, party=party, started_at=now, seen_at=now, ends_at=now + ABSOLUTE)
        await self._sessions.start(row, IDLE, digest(replaces) if replaces else None)
        return _session(cookie, row, own)

    async def by_session(self, cookie: str) -> CitizenSession | None:
        """Return whose session this is; None when it is over, was never there, or the party is in no case any more."""
        row = await self._sessions.get(digest(cookie)) if 0 < len(cookie) <= LONGEST else None
        if row is None:
            return None
        now = self._office.now()
        if now >= row.ends_at or now >= row.seen_at + IDLE:
            await self._sessions.end(row.digest)
            return None
        own = await self._own(row.case_id, row.party)
        if own is not None and now - row.seen_at >= TOUCH:
            await self._sessions.touch(row.digest, now)
        return None if own is None else _session(cookie, row, own)

    async def leave(self, cookie: str) -> None:
        """End a session."""
        await self._sessions.end(digest(cookie))

    async def progress(self, session: CitizenSession) -> Progress:
        """Return how far the party's case has come, and log the look. Raises UnknownCase."""
        actor, loaded = citizen(session.party), await self._cases.load(session.case_id)
        party = loaded.party(session.party)
        if party is None:
            raise UnknownCase(session.code)
        case, bundle, seen = await self._reader.logged(actor, loaded, "progress")
        whole = await Showing(self._office, actor, case, bundle, seen).whole()
        turn = _turn(whole)
        phone = self._office.place.contacts.phone(turn or whole.centre)
        return _progress(case, party, whole, unit_name(bundle.network, turn or ""), phone)

    async def rate(self, session: CitizenSession, satisfied: bool, text: str = "", *, action_id: str | None = None) -> ActReceipt:
        """Rate how the case was handled, once in a chapter. Raises Refused, Unavailable."""
        return await self._act(session, "rate", {"satisfied": satisfied, "text": text}, action_id)

    async def complain(self, session: CitizenSession, text: str, *, action_id: str | None = None) -> ActReceipt:
        """Complain; the centre's director owes a reply, and an ended case is opened again. Raises Refused, Unavailable."""
        return await self._act(session, "complain", {"text": text}, action_id)

    async def withdraw(self, session: CitizenSession, reason: str, *, action_id: str | None = None) -> ActReceipt:
        """Take back one's own application. Raises Refused, Unavailable."""
        return await self._act(session, "withdraw", {"reason": reason}, action_id)

    async def _act(self, session: CitizenSession, do: str, fields: dict[str, object], action_id: str | None) -> ActReceipt:
        given = {**fields, "party": session.party}
        return await self._cases.act(session.case_id, do, given, citizen(session.party), action_id=action_id)

    async def _for_slip(self, actor: Actor, key: str) -> Case:
        """Return the case of a slip that somebody may hand out, the look logged."""
        case = await self._cases.load(key)
        network = (await self._reader.bundle(case)).network
        opener, sees = await self._office.records.opener(case.id), await self._reader.may_see(actor, case.id)
        if not hands_out_slips(case, actor, network, opener):
            raise refuse(RefusalCode.NOT_ALLOWED) if sees else UnknownCase(key)
        if not sees and opener not in actor.own_ids:
            raise UnknownCase(key)
        await self._reader.logged(actor, case, "slip", await Purposes(self._office).settle(actor, case, await self._reader.bundle(case)))
        return case

    async def _own(self, case_id: str, party_id: str) -> Own | None:
        """Return the case as it is now and the party in it: in the case that took theirs in, the same person."""
        case = await self._office.records.load(case_id)
        party = case.party(party_id) if case is not None else None
        met: set[str] = set()
        while case is not None and party is not None and case.stage is Stage.MERGED and case.merging is not None and case.id not in met:
            met.add(case.id)
            case, person = await self._office.records.load(case.merging.into_case), party.person
            party = next((one for one in case.parties if one.person == person), None) if case is not None else None
        return None if case is None or party is None else (case, party)

    async def _by_phone(self, own: Own, name: str, sent: str) -> EntryProblem | None:
        """Send a code to the party's phone, or check the one that came back; None where it is right."""
        if sent:
            return None if await self._entry_codes.check(name, sent) else EntryProblem.CODE_WRONG
        ref = own[1].person or NOBODY
        person = (await self._office.vault.open_persons([ref])).get(ref)
        taken = person is not None and person.phone is not None and await self._entry_codes.send(name, person.phone)
        return EntryProblem.CODE_SENT if taken else EntryProblem.NOT_SENT

    async def _count(self, problem: EntryProblem, name: str, address: str) -> None:
        """A wrong code counts like a wrong phone; an attempt that waits for its code is taken back."""
        if problem is EntryProblem.CODE_WRONG:
            await self._locks.failed(address, self._office.now())
        else:
            await self._locks.incomplete(name, self._office.now())

    async def _proved(self, own: Own | None, digits: str) -> bool:
        """Whether these are the last digits of the party's phone. Nobody's are looked for as well."""
        ref = (own[1].person if own is not None else None) or NOBODY
        person = (await self._office.vault.open_persons([ref])).get(ref)
        typed = "".join(unicodedata.normalize("NFKC", digits).split()) if len(digits) <= LONGEST else ""
        wanted = _last_digits(person.phone if person is not None else None)
        return hmac.compare_digest(wanted.encode(), typed.encode()) and bool(wanted)


def _last_digits(phone: str | None) -> str:
    """Return the last four digits of a phone number, nothing where it has not so many."""
    digits = "".join(sign for sign in phone or "" if sign.isdigit())
    return digits[-DIGITS:] if len(digits) >= DIGITS else ""


def _session(cookie: str, row: CitizenRow, own: Own) -> CitizenSession:
    case, party = own
    return CitizenSession(
        cookie=cookie, csrf=csrf_token(cookie), case_id=case.id, code=case.code or case.id, party=party.id, ends_at=row.ends_at
    )


def _turn(whole: shown.CaseShown) -> str | None:
    """Return whose turn it is: the unit that holds the ball, or the centre where any unit of the town may take it up."""
    return None if whole.holder is None else whole.holder.unit or whole.centre


def _progress(case: Case, party: Party, whole: shown.CaseShown, turn: str | None, phone: str) -> Progress:
    """Return what is shown of a case in the words for a party; what it has said itself is its own."""
    ball = whole.holder
    stands = plain.STAGES.get(whole.stage, ("", "")) if whole.stage is not None else ("", "")
    comes = plain.NEXT.get(ball.act) if ball is not None else None
    clocks = {clock.id: clock.due for clock in whole.clocks}
    return Progress(
        code=whole.code,
        as_of=whole.as_of,
        party=party.id,
        side=party.side,
        stage=whole.stage,
        stage_zh=stands[0],
        stage_en=stands[1],
        next_zh=comes[0] if comes is not None else None,
        next_en=comes[1] if comes is not None else None,
        next_at=ball.due if ball is not None else None,
        provisional=ball.provisional if ball is not None else False,
        unit=_turn(whole),
        unit_name=turn,
        phone=phone,
        registered_at=whole.opened_at,
        ended_at=whole.ended_at,
        suspended=bool(whole.suspended),
        reopened=(whole.chapter or 1) - 1,
        satisfied=next((rating.satisfied for rating in case.ratings if rating.party == party.id), None),
        complaints=tuple(
            OwnComplaint(at=one.at, due=clocks.get(f"complaint:{one.id}"), replied_at=one.replied_at)
            for one in case.complaints
            if one.party == party.id
        ),
        may=tuple(do for do in OWN_ACTS if do in whole.allowed),
    )
