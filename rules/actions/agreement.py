"""Agreeing and keeping it: agree, sign, seal, confirm, perform, default, withdraw, channel (协议、履行、撤回、导入法定程序)."""

from __future__ import annotations

from functools import partial

from models import action as a
from models import happening as h
from models.case import Agreement, Case, Promise, WorkKind
from models.refusal import RefusalCode
from models.words import BEFORE_AGREED, PromiseState, Role, Side, Stage
from rules.actions.common import (
    begin_mediation,
    end,
    finish_following_up,
    goes_on_without,
    has_work,
    known_parties,
    known_party,
    reason_given,
    release_all,
)
from rules.actions.spec import action
from rules.draft import Context, Draft, Refuse, require
from rules.limits import all_consented, promises

AFTER_EFFECT = frozenset({Stage.PERFORMING, Stage.FOLLOWING_UP, Stage.AUDITING})


def _nobody_leaving(case: Case, act: a.Agree, ctx: Context) -> bool:
    """While parties are being split off, it is not clear who agrees."""
    return not has_work(case, WorkKind.SPLIT)


@action("agree", {Stage.SIGNED, Stage.MEDIATING}, staged=_nobody_leaving)
def _agree(draft: Draft, act: a.Agree) -> None:
    case, procedure = draft.case, draft.bundle.procedure
    known_parties(draft, (term.debtor for term in act.promises))
    taking_part = tuple(party.id for party in case.parties if not party.left)
    require(all(term.debtor in taking_part for term in act.promises), RefusalCode.UNKNOWN_PARTY)
    today = draft.bundle.cal.local_date(draft.when)
    numbers = [term.id for term in act.promises]
    require(len(set(numbers)) == len(numbers), RefusalCode.INVALID, "promises")
    require(all(term.due >= today for term in act.promises), RefusalCode.INVALID, "promises.due")
    require(all_consented(case) and not case.refused, RefusalCode.NEEDS_CONSENT)
    require(not procedure.bars_agreement(case.category, act.matter), RefusalCode.BARRED_MATTER)
    if case.standing is not None:
        draft.add(h.Resumed())
    made = Agreement(
        form=act.form,
        terms=act.terms,
        matter=act.matter,
        promises=tuple(Promise(id=t.id, debtor=t.debtor, what=t.what, due=t.due, amount=t.amount) for t in act.promises),
        parties=taking_part,
    )
    draft.add(h.Agreed(agreement=made), stage=Stage.AGREED, moments=("agreed",))
    if act.form == "oral":
        _take_effect(draft, None)


def _take_effect(draft: Draft, unit: str | None) -> None:
    """Let the agreement take effect: written when signed by all and sealed, oral on the day (人民调解法 29-30)."""
    assert draft.case.agreement is not None
    stage = Stage.PERFORMING if draft.case.agreement.promises else Stage.FOLLOWING_UP
    draft.add(h.AgreementEffective(effective_at=draft.when, by=unit), stage=stage, moments=("agreement_effective", "promised"))
    release_all(draft, "agreement_effective")


def _has_signed(case: Case, act: a.SignAgreement, ctx: Context) -> bool:
    return case.agreement is not None and act.party in case.agreement.signed


@action("sign_agreement", {Stage.AGREED}, done=_has_signed)
def _sign_agreement(draft: Draft, act: a.SignAgreement) -> None:
    known_party(draft, act.party)
    assert draft.case.agreement is not None
    require(act.party in draft.case.agreement.parties, RefusalCode.UNKNOWN_PARTY)
    draft.add(h.AgreementSigned(party=act.party))


@action("seal", {Stage.AGREED})
def _seal(draft: Draft, act: a.Seal) -> None:
    made = draft.case.agreement
    assert made is not None
    require(set(made.parties) <= set(made.signed), RefusalCode.NEEDS_CONSENT)
    _take_effect(draft, act.actor.unit)


def _confirm_in_time(case: Case, act: a.Confirm, ctx: Context) -> bool:
    return case.agreement is None or case.agreement.confirmation != "lapsed"


def _confirmed(case: Case, act: a.Confirm, ctx: Context) -> bool:
    state = case.agreement.confirmation if case.agreement else None
    return state is not None if act.step in {"apply", "waive"} else state in {"granted", "rejected", "waived"}


def _jointly(made: Agreement, act: a.Confirm) -> bool:
    """Whether all parties ask: named one by one, or vouched for by whoever takes the application down; never by one party."""
    if act.actor.role is Role.CITIZEN or act.consents:
        return set(made.parties) <= set(act.consents)
    return True


@action("confirm", AFTER_EFFECT, in_time=_confirm_in_time, done=_confirmed)
def _confirm(draft: Draft, act: a.Confirm) -> None:
    """Judicial confirmation is joint and barred for status and title (人民调解法 33; domain 3.2)."""
    made = draft.case.agreement
    assert made is not None
    known_parties(draft, act.consents)
    if act.step in {"apply", "waive"}:
        require(_jointly(made, act), RefusalCode.NEEDS_CONSENT)
        barred = draft.bundle.procedure.bars_confirmation(draft.case.category, made.matter)
        require(not barred or act.step == "waive", RefusalCode.BARRED_MATTER)
    else:
        require(made.confirmation == "applied", RefusalCode.INVALID, "step")
    consents = tuple(sorted(set(act.consents)))
    happenings: dict[str, h.What] = {
        "apply": h.ConfirmationApplied(consents=consents),
        "granted": h.ConfirmationGranted(),
        "rejected": h.ConfirmationRejected(),
        "waive": h.ConfirmationWaived(),
    }
    draft.add(happenings[act.step])


def _promise(case: Case, promise_id: str) -> Promise | None:
    return next((p for p in promises(case, *PromiseState) if p.id == promise_id), None)


def _kept(case: Case, act: a.Perform, ctx: Context) -> bool:
    promise = _promise(case, act.promise)
    return promise is not None and promise.state is PromiseState.PERFORMED


@action("perform", AFTER_EFFECT, done=_kept)
def _perform(draft: Draft, act: a.Perform) -> None:
    require(_promise(draft.case, act.promise) is not None, RefusalCode.INVALID, "promise")
    draft.add(h.Performed(promise=act.promise, proof=act.proof))
    finish_following_up(draft)


def _settled(case: Case, act: a.Default, ctx: Context) -> bool:
    promise = _promise(case, act.promise)
    return promise is not None and promise.state is not PromiseState.OPEN


@action("default", {Stage.PERFORMING}, done=_settled)
def _default(draft: Draft, act: a.Default) -> None:
    promise = _promise(draft.case, act.promise)
    if promise is None:
        raise Refuse(RefusalCode.INVALID, "promise")
    clock = draft.case.clocks.get(f"promise:{promise.id}")
    over = clock is None or clock.due is None or clock.due.at <= draft.ctx.now
    require(over, RefusalCode.INVALID, "promise.due")
    draft.add(h.Defaulted(promise=promise.id), moments=("defaulted",))


def _own_application(case: Case, act: a.Withdraw, ctx: Context) -> bool:
    """A party by itself takes back its own application alone: the other side can't end a dispute that it has not brought."""
    for_itself = act.actor.role is Role.CITIZEN and act.party in {None, act.actor.unit}
    party = case.party(act.actor.unit) if for_itself else None
    return party is None or party.side is Side.APPLICANT


def _has_left(case: Case, act: a.Withdraw, ctx: Context) -> bool:
    party = case.party(act.party)
    return party is not None and party.left


@action("withdraw", BEFORE_AGREED, allowed=_own_application, done=_has_left)
def _withdraw(draft: Draft, act: a.Withdraw) -> None:
    """Let a party go while others can go on; the last applicant takes the dispute back, nobody else can.

    Whoever is on the other side ends the mediation by refusing, and then the parties are told of the routes (人民调解法 26).
    """
    party = known_party(draft, act.party)
    reason_given(act.reason)
    if goes_on_without(draft.case, act.party):
        draft.add(h.Withdrawn(party=act.party, reason=act.reason, ends=False))
        begin_mediation(draft)
        return
    brought = any(p.side is Side.APPLICANT and not p.left for p in draft.case.parties)
    require(party.side is Side.APPLICANT or not brought, RefusalCode.NEEDS_NOTICE)
    end(draft, partial(h.Withdrawn, party=act.party, reason=act.reason), Stage.WITHDRAWN)


def _channel_stage(case: Case, act: a.ChannelInto, ctx: Context) -> bool:
    return case.stage is not Stage.PERFORMING or bool(promises(case, PromiseState.DEFAULTED))


@action("channel", BEFORE_AGREED | {Stage.PERFORMING}, staged=_channel_stage)
def _channel(draft: Draft, act: a.ChannelInto) -> None:
    """End without an agreement, or after a broken promise: never without the notice of routes (人民调解法 26)."""
    require(act.notice, RefusalCode.NEEDS_NOTICE)
    draft.add(h.NoticeGiven(notice=act.notice))
    end(draft, partial(h.Channelled, route=act.route), Stage.CHANNELLED)
