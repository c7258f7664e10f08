"""The kind `sheet` (网格任务单): taking results, ending by the clock, telling its round once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair.base import Link
from models.affair.common import AnswerAffair
from models.affair.round import sheet as s
from models.affair.round.book import RoundBook
from models.clock import Clock
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from rules import clock as reckon
from rules.affair.common import ENGINE, SUPERVISORS
from rules.affair.draft import AffairDraft
from rules.affair.folding import without_work
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import by_centre, of_centre, standard_access, unit_of, where
from rules.draft import Refuse, require
from rules.round import labels
from rules.round.results import broken, in_order, judge, open_findings, result_of

WALKERS = frozenset({Role.GRID, Role.POLICE, Role.OFFICER, Role.MEDIATOR, Role.STEWARD, Role.VOLUNTEER, Role.DISPATCHER, Role.DIRECTOR})
"""Whose unit may have sheets; the centre enters what comes in on paper."""

OPENINGS = frozenset({"open_affair", "open_case"})
"""What a finding asks for."""


def _deal(draft: AffairDraft, act: s.DealSheet) -> None:
    network, plan = draft.bundle.network, draft.bundle.book.plans[act.plan]
    place = where(network, act.place)
    fresh = [alarm.model_copy(update={"at": None, "rung": False}) for alarm in plan.due.alarms()]
    clock = reckon.derive(act.clock.model_copy(update={"round": 1, "alarms": tuple(fresh)}), draft.bundle.cal)
    happened = s.SheetDealt(
        round=act.round,
        plan=act.plan,
        no=act.no,
        place=place.code,
        town=place.town,
        unit=unit_of(network, plan.walks.unit, place),
        role=plan.walks.role,
        targets=act.targets,
    )
    draft.add(happened, stage="open", moments=("dealt",), clocks=(clock,))


def _entry(act: s.VisitTarget | s.SkipTarget) -> s.Entry:
    """One result by hand, as a row of a batch."""
    plain = act.model_dump(include={"id", "target", "answers", "skip", "text", "findings"})
    plain["outcome"] = s.Outcome.VISITED if isinstance(act, s.VisitTarget) else s.Outcome.SKIPPED
    return s.Entry(**plain, at=act.occurred_at)


def _one(draft: AffairDraft, act: s.VisitTarget | s.SkipTarget) -> None:
    entry = _entry(act)
    fault = judge(draft.affair, entry, draft.bundle.book, draft.ctx.now)
    if fault is not None:
        raise Refuse(*fault)
    happened = s.TargetVisited if isinstance(act, s.VisitTarget) else s.TargetSkipped
    draft.add(happened(result=result_of(draft, entry)))
    open_findings(draft, entry)
    complete(draft)


def _enter(draft: AffairDraft, act: s.EnterBatch) -> None:
    sheet, book = draft.affair, draft.bundle.book
    results: dict[str, s.Result] = {}
    taken: list[s.Entry] = []
    faulty: list[s.Broken] = []
    repeated = 0
    for entry in in_order(act.entries, draft.ctx.now):
        mark, before = sheet.marks.get(entry.target), results.get(entry.target)
        if entry.id in {mark.id if mark else None, before.id if before else None}:
            repeated += 1
            continue
        fault = judge(sheet, entry, book, draft.ctx.now)
        if fault is None and before is not None:
            fault = RefusalCode.ALREADY_DONE, "target"
        if fault is not None:
            faulty.append(broken(entry, fault))
            continue
        results[entry.target] = result_of(draft, entry)
        taken.append(entry)
    named = tuple(sorted(faulty, key=lambda row: (row.row, row.id)))
    draft.add(s.BatchEntered(results=tuple(results.values()), repeated=repeated, broken=named))
    for entry in taken:
        open_findings(draft, entry)
    complete(draft)


def complete(draft: AffairDraft) -> None:
    """Tell the round once every target has come to its end, and everything that was found has been opened or seen to."""
    sheet: s.Sheet = draft.affair
    if sheet.stage != "open" or sheet.left or sheet.work or sheet.stuck:
        return
    draft.add(s.SheetComplete(tally=sheet.tally), stage="reporting")
    size = len(sheet.marks)
    fields = {"no": sheet.no, "place": sheet.place, "size": size, "tally": sheet.tally.model_dump()}
    draft.ask("act_affair", {"to": sheet.round, "do": "sheet_done", "fields": fields}, own=True)


def _answer(draft: AffairDraft, act: AnswerAffair) -> None:
    work, refused = draft.affair.work[act.work], act.result.get("refused")
    if work.kind not in OPENINGS:
        draft.add(s.SheetReported(work=act.work, refused=refused), stage="done")
        return
    target, finding = work.detail["target"], work.detail["finding"]
    if refused is None:
        link = Link.model_validate(act.result["link"])
        draft.add(s.FindingOpened(work=act.work, target=target, finding=finding, link=link))
    else:
        stuck = s.StuckFinding(target=target, finding=finding, refused=str(refused))
        draft.add(s.FindingStuck(work=act.work, stuck=stuck))
    complete(draft)


def _pause(draft: AffairDraft, act: s.PauseSheet) -> None:
    due = draft.affair.clocks["due"]
    still = () if due.paused else (reckon.suspend(due, draft.ctx.now, "paused", draft.actor.person),)
    draft.add(s.SheetPaused(), clocks=still)


def _resume(draft: AffairDraft, act: s.ResumeSheet) -> None:
    draft.add(s.SheetResumed(), clocks=(reckon.resume(draft.affair.clocks["due"], draft.ctx.now, draft.bundle.cal),))


def _settle(draft: AffairDraft, act: s.SettleFinding) -> None:
    require(act.work in draft.affair.stuck, RefusalCode.INVALID, "work")
    require(act.text, RefusalCode.MISSING_REASON)
    draft.add(s.FindingSettled(work=act.work, text=act.text))
    complete(draft)


def _expire(draft: AffairDraft, clock: Clock) -> None:
    draft.add(s.TargetsOverdue(targets=draft.affair.left))
    complete(draft)


def _walks(sheet: s.Sheet, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return actor.unit == sheet.unit or of_centre(sheet, actor, bundle)


def _fault(sheet: s.Sheet, act: s.DealSheet, bundle: AffairBundle) -> str | None:
    return None if act.plan in bundle.book.plans else "plan"


def _wants(sheet: s.Sheet, bundle: AffairBundle) -> Mapping[str, Want]:
    clock = sheet.clocks.get("due")
    if sheet.stage != "open" or not sheet.left or clock is None:
        return {}
    book: RoundBook = bundle.book
    return {"due": Want(clock.limit, book.plans[sheet.plan or ""].due, clock.anchor, budget=clock.budget, due_on=clock.due_on)}


def _owes(sheet: s.Sheet, clock: str, bundle: AffairBundle) -> Owes:
    return Owes("visit", sheet.role or Role.GRID, sheet.unit)


def _also(sheet: s.Sheet, bundle: AffairBundle) -> Iterator[tuple[str, Owes]]:
    if sheet.stuck:
        yield "settle", Owes("settle", Role.DISPATCHER, bundle.network.centre(sheet.town))


def _dealt(sheet: s.Sheet, what: s.SheetDealt, event: s.SheetEvent) -> dict[str, Any]:
    plain = {name: getattr(what, name) for name in ("plan", "no", "place", "town", "unit", "role")}
    return {**plain, "left": what.targets, "round": what.round.id, "links": (what.round,)}


def _taken(sheet: s.Sheet, results: tuple[s.Result, ...]) -> dict[str, Any]:
    marks = {result.target: s.Mark(outcome=result.outcome, id=result.id, excused=result.excused) for result in results}
    left = tuple(target for target in sheet.left if target not in marks)
    return {"marks": {**sheet.marks, **marks}, "left": left, "found": sheet.found + sum(len(result.found) for result in results)}


def _single(sheet: s.Sheet, what: s.TargetVisited | s.TargetSkipped, event: s.SheetEvent) -> dict[str, Any]:
    return _taken(sheet, (what.result,))


def _batch(sheet: s.Sheet, what: s.BatchEntered, event: s.SheetEvent) -> dict[str, Any]:
    return _taken(sheet, what.results)


def _overdue(sheet: s.Sheet, what: s.TargetsOverdue, event: s.SheetEvent) -> dict[str, Any]:
    marks = {target: s.Mark(outcome=s.Outcome.OVERDUE) for target in what.targets}
    return {"marks": {**sheet.marks, **marks}, "left": ()}


def _opened(sheet: s.Sheet, what: s.FindingOpened, event: s.SheetEvent) -> dict[str, Any]:
    return {**without_work(sheet, what.work), "links": (*sheet.links, what.link)}


def _stuck(sheet: s.Sheet, what: s.FindingStuck, event: s.SheetEvent) -> dict[str, Any]:
    return {**without_work(sheet, what.work), "stuck": {**sheet.stuck, what.work: what.stuck}}


def _settled(sheet: s.Sheet, what: s.FindingSettled, event: s.SheetEvent) -> dict[str, Any]:
    return {"stuck": {work: stuck for work, stuck in sheet.stuck.items() if work != what.work}}


SHEET = Kind(
    name="sheet",
    zh="网格任务单",
    en="Sheet",
    mark="SH",
    workflow="Sheet",
    state=s.Sheet,
    event=s.SheetEvent,
    actions=TypeAdapter(s.SheetAction),
    book=RoundBook,
    shares="round",
    opens="deal",
    ends=frozenset({"done"}),
    specs={
        "deal": AffairSpec(body=_deal, roles=ENGINE, stages=frozenset({None}), fault=_fault),
        "visit": AffairSpec(body=_one, roles=WALKERS, stages=frozenset({"open"}), holds=_walks),
        "skip": AffairSpec(body=_one, roles=WALKERS, stages=frozenset({"open"}), holds=_walks),
        "enter": AffairSpec(body=_enter, roles=WALKERS, stages=frozenset({"open"}), holds=_walks),
        "pause": AffairSpec(body=_pause, roles=ENGINE, stages=frozenset({"open"}), done=lambda sheet, _act, _docs: sheet.paused),
        "resume": AffairSpec(body=_resume, roles=ENGINE, stages=frozenset({"open"}), done=lambda sheet, _act, _docs: not sheet.paused),
        "settle": AffairSpec(body=_settle, roles=SUPERVISORS, stages=frozenset({"open"}), holds=by_centre),
        "answer": AffairSpec(body=_answer, roles=ENGINE, stages=frozenset({"open", "reporting"})),
    },
    foldings={
        "sheet_dealt": _dealt,
        "target_visited": _single,
        "target_skipped": _single,
        "batch_entered": _batch,
        "targets_overdue": _overdue,
        "sheet_paused": lambda _sheet, _what, _event: {"paused": True},
        "sheet_resumed": lambda _sheet, _what, _event: {"paused": False},
        "finding_opened": _opened,
        "finding_stuck": _stuck,
        "finding_settled": _settled,
        "sheet_complete": lambda _sheet, _what, _event: {},
        "sheet_reported": lambda sheet, what, _event: without_work(sheet, what.work),
    },
    wants=_wants,
    owes=_owes,
    also=_also,
    ball=lambda sheet, _bundle: "due" if sheet.left else None,
    access=lambda sheet, bundle: standard_access(sheet, bundle.network, sheet.unit),
    expire=_expire,
    keys=lambda sheet: [("round", sheet.round)] if sheet.round else [],
    labels=labels.SHEET,
)
