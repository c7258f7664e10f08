"""The kind `round` (轮次): its actions, its clock, whose it is. How its sheets are dealt: `dealing.py`; what a sheet does: `sheet.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair.common import AffairAnswered, AnswerAffair
from models.affair.round import round as r
from models.affair.round.book import RoundBook
from models.clock import Clock
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules import clock as reckon
from rules.affair.common import ENGINE, SUPERVISORS
from rules.affair.draft import AffairDraft
from rules.affair.folding import copied, nothing, without_work
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import centres, of_centre, standard_access, where
from rules.draft import require
from rules.round import labels
from rules.round.dealing import DEAL, GATHER, LAPSE, TELL, asked_for, fill, plan_of
from rules.round.faults import faults

STEERING = SUPERVISORS | ENGINE
"""Who begins and steers rounds: the centre in charge, and a schedule."""

TOLD_AT_ONCE = 50
"""Sheets told by one piece of work."""


def _begin(draft: AffairDraft, act: r.BeginRound) -> None:
    place = where(draft.bundle.network, act.place)
    draft.add(r.RoundBegun(plan=act.plan, place=place.code, town=place.town), stage="gathering")
    if act.targets or plan_of(draft).targets.source != "list":
        _gather(draft, [target.model_dump() for target in act.targets])


def _gather(draft: AffairDraft, targets: list[dict[str, Any]]) -> None:
    draft.add(r.RoundCounting(), stage="counting")
    draft.ask(GATHER, {"targets": targets})


def _start(draft: AffairDraft, act: r.StartRound) -> None:
    _gather(draft, [])


def _pause(draft: AffairDraft, act: r.PauseRound) -> None:
    require(act.reason, RefusalCode.MISSING_REASON)
    due = draft.affair.clocks["due"]
    draft.add(r.RoundPaused(reason=act.reason), clocks=(reckon.suspend(due, draft.ctx.now, "paused", draft.actor.person),))
    _tell(draft, "pause", [sheet.id for sheet in draft.affair.open.values()])


def _resume(draft: AffairDraft, act: r.ResumeRound) -> None:
    # Sheets that are still being told to stand still would hear it last.
    require(not draft.affair.work, RefusalCode.WRONG_STAGE, "work")
    due, was_paused = draft.affair.clocks["due"], draft.affair.paused
    draft.add(r.RoundResumed(), clocks=(reckon.resume(due, draft.ctx.now, draft.bundle.cal),) if was_paused else ())
    if was_paused:
        _tell(draft, "resume", [sheet.id for sheet in draft.affair.open.values()])
    fill(draft)


def _tell(draft: AffairDraft, do: str, sheets: list[str]) -> None:
    for first in range(0, len(sheets), TOLD_AT_ONCE):
        draft.ask(TELL, {"do": do, "sheets": sheets[first : first + TOLD_AT_ONCE]}, own=True)


def _sheet_done(draft: AffairDraft, act: r.EndSheet) -> None:
    draft.add(r.SheetEnded(no=act.no, place=act.place, size=act.size, tally=act.tally))
    fill(draft)
    _conclude(draft)


def _known(affair: r.Round, act: r.EndSheet, bundle: AffairBundle) -> bool:
    """Whether this sheet has told already."""
    coming = any(sheet.no == act.no for sheet in asked_for(affair)) and act.no not in affair.early
    return str(act.no) not in affair.open and not coming


def _answer(draft: AffairDraft, act: AnswerAffair) -> None:
    work = draft.affair.work[act.work]
    refused = act.result.get("refused")
    if refused is not None:
        draft.add(r.RoundStuck(work=act.work, refused=str(refused)), stage="gathering" if work.kind == GATHER else None)
        return
    ANSWERS.get(work.kind, _noted)(draft, act)
    _conclude(draft)


def _started(draft: AffairDraft, act: AnswerAffair) -> None:
    result = act.result
    happened = r.RoundStarted(work=act.work, targets=result["targets"], digest=result["digest"])
    draft.add(happened, stage="running", moments=("started",))
    draft.settle()
    fill(draft)


def _dealt(draft: AffairDraft, act: AnswerAffair) -> None:
    planned = draft.affair.work[act.work].detail["sheets"]
    happened = r.SheetsDealt(work=act.work, sheets=act.result["sheets"], planned=planned)
    draft.add(happened)
    if draft.affair.paused:
        _tell(draft, "pause", [sheet.id for sheet in happened.sheets if str(sheet.no) in draft.affair.open])
    fill(draft)


def _lapsed(draft: AffairDraft, act: AnswerAffair) -> None:
    draft.add(r.TargetsLapsed(work=act.work, overdue=act.result["overdue"]))


def _noted(draft: AffairDraft, act: AnswerAffair) -> None:
    draft.add(AffairAnswered(work=act.work, result=act.result))


ANSWERS: dict[str, Callable[[AffairDraft, AnswerAffair], None]] = {GATHER: _started, DEAL: _dealt, LAPSE: _lapsed}


def _conclude(draft: AffairDraft) -> None:
    """Close the round once every target has come to its end, and nothing is on its way."""
    affair: r.Round = draft.affair
    if affair.stage == "running" and not affair.work and not affair.open and affair.tally.ended == affair.targets:
        draft.add(r.RoundClosed(targets=affair.targets, tally=affair.tally), stage="closed")


def _expire(draft: AffairDraft, clock: Clock) -> None:
    draft.add(r.RoundTimeOver())
    draft.ask(LAPSE, {}, own=True)


def _fault(affair: r.Round, act: r.BeginRound, bundle: AffairBundle) -> str | None:
    if act.plan not in bundle.book.plans:
        return "plan"
    keys = [target.key for target in act.targets]
    return "targets (a key twice)" if len(set(keys)) < len(keys) else None


def _of_place(affair: r.Round, actor: Actor, act: r.BeginRound, bundle: AffairBundle) -> bool:
    place = bundle.network.place(act.place)
    return actor.role is Role.SYSTEM or actor.unit in centres(place.town if place else None, bundle.network)


def _steers(affair: r.Round, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return actor.role is Role.SYSTEM or of_centre(affair, actor, bundle)


def _wants(affair: r.Round, bundle: AffairBundle) -> Mapping[str, Want]:
    if affair.stage != "running" or affair.lapsing:
        return {}
    return {"due": Want(f"{affair.plan}.due", bundle.book.plans[affair.plan].due, affair.moments["started"])}


def _owes(affair: r.Round, clock: str, bundle: AffairBundle) -> Owes:
    return Owes("oversee", Role.DISPATCHER, bundle.network.centre(affair.town))


def _also(affair: r.Round, bundle: AffairBundle) -> Iterator[tuple[str, Owes]]:
    centre = bundle.network.centre(affair.town)
    if affair.stage == "gathering":
        yield "start", Owes("start", Role.DISPATCHER, centre)
    if affair.paused or affair.stuck is not None:
        yield "resume", Owes("resume", Role.DISPATCHER, centre)


def _fold_started(affair: r.Round, what: r.RoundStarted, event: r.RoundEvent) -> dict[str, Any]:
    grids = {place: r.GridTally(targets=count) for place, count in what.targets.items()}
    return {**without_work(affair, what.work), "grids": grids, "targets": sum(what.targets.values()), "digest": what.digest, "stuck": None}


def _fold_dealt(affair: r.Round, what: r.SheetsDealt, event: r.RoundEvent) -> dict[str, Any]:
    grids, walking = dict(affair.grids), dict(affair.open)
    for sheet in what.sheets:
        grids[sheet.place] = grids[sheet.place].model_copy(update={"dealt": grids[sheet.place].dealt + sheet.size})
        if sheet.id and sheet.no not in affair.early:
            walking[str(sheet.no)] = sheet
    numbers = {sheet.no for sheet in what.planned}
    return {
        **without_work(affair, what.work),
        "grids": grids,
        "open": walking,
        "sheets": max([affair.sheets, *numbers]),
        "early": tuple(no for no in affair.early if no not in numbers),
    }


def _fold_ended(affair: r.Round, what: r.SheetEnded, event: r.RoundEvent) -> dict[str, Any]:
    walking = {no: sheet for no, sheet in affair.open.items() if no != str(what.no)}
    grid = affair.grids[what.place]
    grids = {**affair.grids, what.place: grid.model_copy(update={"tally": grid.tally.plus(what.tally)})}
    return {"open": walking, "grids": grids, "early": affair.early if str(what.no) in affair.open else (*affair.early, what.no)}


def _fold_lapsed(affair: r.Round, what: r.TargetsLapsed, event: r.RoundEvent) -> dict[str, Any]:
    grids = dict(affair.grids)
    for place, count in what.overdue.items():
        grids[place] = grids[place].model_copy(update={"tally": grids[place].tally.plus(r.Tally(overdue=count))})
    return {**without_work(affair, what.work), "grids": grids}


def _fold_stuck(affair: r.Round, what: r.RoundStuck, event: r.RoundEvent) -> dict[str, Any]:
    return {**without_work(affair, what.work), "stuck": what.refused}


def _changed(**changes: object) -> Callable[[Any, Any, Any], dict[str, Any]]:
    return lambda affair, what, event: dict(changes)


ROUND = Kind(
    name="round",
    zh="轮次",
    en="Round",
    mark="RD",
    workflow="Round",
    state=r.Round,
    event=r.RoundEvent,
    actions=TypeAdapter(r.RoundAction),
    book=RoundBook,
    opens="begin",
    ends=frozenset({"closed"}),
    specs={
        "begin": AffairSpec(body=_begin, roles=STEERING, stages=frozenset({None}), fault=_fault, holds=_of_place),
        "start": AffairSpec(body=_start, roles=STEERING, stages=frozenset({"gathering"}), holds=_steers),
        "pause": AffairSpec(
            body=_pause,
            roles=STEERING,
            stages=frozenset({"running"}),
            holds=_steers,
            in_time=lambda affair, _act, _docs: not affair.lapsing,
            done=lambda affair, _act, _docs: affair.paused,
        ),
        "resume": AffairSpec(
            body=_resume,
            roles=STEERING,
            stages=frozenset({"running"}),
            holds=_steers,
            done=lambda affair, _act, _docs: not affair.paused and affair.stuck is None,
        ),
        "sheet_done": AffairSpec(body=_sheet_done, roles=ENGINE, stages=frozenset({"running"}), done=_known),
        "answer": AffairSpec(body=_answer, roles=ENGINE, stages=frozenset({"counting", "running"})),
    },
    foldings={
        "round_begun": copied,
        "round_counting": _changed(stuck=None),
        "round_started": _fold_started,
        "sheets_dealt": _fold_dealt,
        "sheet_ended": _fold_ended,
        "round_stuck": _fold_stuck,
        "round_time_over": _changed(lapsing=True),
        "targets_lapsed": _fold_lapsed,
        "round_paused": _changed(paused=True),
        "round_resumed": _changed(paused=False, stuck=None),
        "round_closed": nothing,
    },
    wants=_wants,
    owes=_owes,
    also=_also,
    access=lambda affair, bundle: standard_access(affair, bundle.network),
    expire=_expire,
    faults=faults,
    labels=labels.ROUND,
)
