"""What parties say of how they are served: rate, complain, reply (评价、投诉、答复).

A rating is an opinion: it moves nothing. A complaint is a demand: the centre's director owes a reply, the case is not closed
before, and an ended one is opened again.
"""

from __future__ import annotations

from models import action as a
from models import happening as h
from models.case import Case, Complaint
from models.refusal import RefusalCode
from models.words import ENDS, Stage
from rules.actions.closing import REOPENABLE, begin_chapter, window_open
from rules.actions.common import known_party
from rules.actions.spec import RUNNING, action
from rules.draft import Context, Draft, Refuse
from rules.limits import open_complaints

RATEABLE = frozenset({Stage.FOLLOWING_UP, Stage.AUDITING}) | (ENDS - {Stage.MERGED})
"""What there is to rate has happened."""


def _rated(case: Case, act: a.Rate, ctx: Context) -> bool:
    party = act.party or act.actor.unit
    return any(rating.party == party for rating in case.ratings)


@action("rate", RATEABLE, in_time=lambda case, act, ctx: window_open(case, "rate", ctx), done=_rated)
def _rate(draft: Draft, act: a.Rate) -> None:
    known_party(draft, act.party)
    draft.add(h.Rated(party=act.party, satisfied=act.satisfied, text=act.text or None))


def _complained(case: Case, act: a.Complain, ctx: Context) -> bool:
    """One complaint of a party is open at a time: the next one can be made when it has been replied to."""
    party = act.party or act.actor.unit
    return any(complaint.party == party for complaint in open_complaints(case))


@action("complain", RUNNING | REOPENABLE, in_time=lambda case, act, ctx: window_open(case, "reopen", ctx), done=_complained)
def _complain(draft: Draft, act: a.Complain) -> None:
    known_party(draft, act.party)
    number = f"c{len(draft.case.complaints) + 1}"
    if draft.case.ended:
        begin_chapter(draft, "code:complaint")
    draft.add(h.Complained(complaint=number, party=act.party, text=act.text))


def _meant(case: Case, complaint_id: str | None) -> Complaint | None:
    """Return the complaint of this id, or the oldest open one."""
    if complaint_id is None:
        return next(iter(open_complaints(case)), None)
    return next((complaint for complaint in case.complaints if complaint.id == complaint_id), None)


def _replied(case: Case, act: a.Reply, ctx: Context) -> bool:
    found = _meant(case, act.complaint)
    return found is None if act.complaint is None else found is not None and found.replied_at is not None


@action("reply", frozenset(Stage), done=_replied)
def _reply(draft: Draft, act: a.Reply) -> None:
    found = _meant(draft.case, act.complaint)
    if found is None:
        raise Refuse(RefusalCode.INVALID, "complaint")
    draft.add(h.Replied(complaint=found.id, text=act.text))
