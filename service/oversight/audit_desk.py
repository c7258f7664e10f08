"""The audit desk (结案审核台): cases to be closed within reach, their checklist item by item, missing sign-offs and who may give them.

What is shown is read from the stored state with the same rules as the audit itself (`rules/closure.py`); closing is still
decided by `audit`, `sign_off` and `archive`, which look at the record again.
"""

from __future__ import annotations

from models.base import Instant, Model
from models.case import Case
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role, Stage, Tier
from rules.allowed import allowed
from rules.authority import PERMITS, holds
from rules.closure import CHECKLIST
from rules.desks import Desk
from rules.draft import Context
from rules.labels import label
from rules.library import Bundle
from rules.obligations import missing_sign_offs
from rules.papers.dossier import completeness
from rules.visibility import Group, Sight
from service.asking import may_ask
from service.office import Office
from service.oversight.figures import Both
from service.oversight.figuring import sit_down
from service.showing import unit_name
from service.shown import Listed
from service.sighted import Sighted
from store.desk.lists import CaseRow, Filter
from store.desk.states import States
from store.papers.register import PaperRegister

ABOUT: dict[str, Group] = {
    "category_set": Group.KIND,
    **dict.fromkeys(("agreement_effective", "promises_performed"), Group.AGREEMENT),
    **dict.fromkeys(("visits_made", "risk_calm", "party_side_confirmed"), Group.VISITS),
}
"""What an item of the checklist tells of; the others tell of the way of the case."""

CLOSING = ("audit", "sign_off", "archive")
"""The actions of this desk."""


class Item(Model):
    """One item of the checklist."""

    code: str
    name: Both
    holds: bool | None
    """None where this person is not shown what it tells of."""


class Signer(Model):
    """A post that may sign off."""

    post: str
    unit: str
    unit_name: str


class MissingSignOff(Model):
    """A sign-off that is still missing, and who may give it; those of the case's town first."""

    role: Role
    name: Both
    signers: tuple[Signer, ...]


class ToClose(Model):
    """A case to be closed."""

    case: Listed
    since: Instant | None
    """Since when it waits for its audit."""
    due: Instant | None
    """By when it has to be audited, or archived once it is."""
    audited: bool
    items: tuple[Item, ...]
    open_items: int
    """How many of the items shown do not hold."""
    signed: tuple[Role, ...]
    missing: tuple[MissingSignOff, ...]
    lacking: tuple[Both, ...]
    """Papers that the file lacks for its difficulty; none for whom papers are not shown."""
    may: tuple[str, ...]
    """What this person may do of `CLOSING`; an audit fails where items are open."""
    barred: RefusalCode | None
    """Why this person may not audit it though auditors may: somebody who handled it."""


class ToCloseList(Model):
    """A page of them, the one registered last first. `next` is the cursor of the page that follows, None on the last."""

    as_of: Instant
    count: int
    cases: tuple[ToClose, ...]
    next: str | None


class AuditDesk(Sighted):
    """The desk for one person after another."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._states = States(office.store)
        self._register = PaperRegister(office.store)

    async def waiting(
        self, actor: Actor, *, town: str | None = None, tier: Tier | None = None, after: str | None = None, limit: int = 20
    ) -> ToCloseList:
        """Return a page of the cases in audit within reach. Refused to whom the desk is not for, and by what their lists don't show.

        Raises ValueError for a cursor that is not ours.
        """
        sit_down(Desk.AUDIT, actor)
        wanted = Filter(stage=Stage.AUDITING, town=town, tier=tier)
        may_ask(actor, wanted)
        now, eyes, queries = self._office.now(), await self.eyes(actor), self._office.queries
        page = await queries.page(eyes, wanted, now, after=after, limit=limit)
        states = await self._states.of([row.case_id for row in page.rows])
        signers = {role: await self._office.roll.holders(role) for role in await self._signing(states)}
        posts = {role: [Actor(person=one.id, role=one.role, unit=one.unit) for one in people] for role, people in signers.items()}
        kinds = await self._register.kinds(list(states))
        cases = [
            await self._to_close(actor, row, states[row.case_id], posts, kinds[row.case_id]) for row in page.rows if row.case_id in states
        ]
        return ToCloseList(as_of=now, count=await queries.count(eyes, wanted, now), cases=tuple(cases), next=page.next)

    async def _signing(self, states: dict[str, Case]) -> set[Role]:
        return {role for case in states.values() for role in missing_sign_offs(case, (await self.bundle(case)).procedure)}

    async def _to_close(self, actor: Actor, row: CaseRow, case: Case, posts: dict[Role, list[Actor]], kinds: set[str]) -> ToClose:
        bundle, seen = await self.bundle(case), await self._sight(case, actor)
        may = allowed(case, actor, Context(now=self._office.now(), library=self._office.library))
        handled = not actor.ids.isdisjoint(case.handlers) or (case.mediator is not None and case.mediator.person in actor.ids)
        barred = RefusalCode.SAME_PERSON if handled and "audit" in may else None
        items = tuple(_item(code, case, bundle, seen) for code in CHECKLIST)
        clock = case.clocks.get("archive" if case.audited else "audit")
        return ToClose(
            case=self.listed(row, actor),
            since=case.moments.get("followed_up"),
            due=clock.due.at if clock is not None and clock.due is not None else None,
            audited=case.audited,
            items=items,
            open_items=sum(item.holds is False for item in items),
            signed=case.sign_offs,
            missing=tuple(self._missing(role, case, bundle, posts.get(role, [])) for role in missing_sign_offs(case, bundle.procedure)),
            lacking=self._lacking(case, kinds) if seen.sees(Group.PAPERS) else (),
            may=tuple(do for do in CLOSING if do in may and (do != "audit" or barred is None)),
            barred=barred,
        )

    def _lacking(self, case: Case, kinds: set[str]) -> tuple[Both, ...]:
        return tuple((one.zh, one.en) for one in completeness(case, self._office.place.papers.known, kinds).missing)

    def _missing(self, role: Role, case: Case, bundle: Bundle, posts: list[Actor]) -> MissingSignOff:
        network = bundle.network
        fit = [post for post in posts if holds(case, post, PERMITS["sign_off"].relation, network)]
        fit.sort(key=lambda post: (post.unit != case.centre, _far(case, bundle, post), post.person))
        signers = (Signer(post=post.person, unit=post.unit, unit_name=unit_name(network, post.unit) or post.unit) for post in fit)
        return MissingSignOff(role=role, name=label("role", role), signers=tuple(signers))


def _item(code: str, case: Case, bundle: Bundle, seen: Sight) -> Item:
    shown = seen.sees(ABOUT.get(code, Group.WAY))
    return Item(code=code, name=label("checklist", code), holds=CHECKLIST[code](case, bundle.procedure) if shown else None)


def _far(case: Case, bundle: Bundle, post: Actor) -> bool:
    """Whether a post is not of the case's town."""
    unit = bundle.network.unit(post.unit)
    return unit is None or unit.town != case.town
