"""Inspections and what they find (安全检查): hazards are opened and come back, tiers follow, letting is suspended and resumed."""

from __future__ import annotations

from collections.abc import Iterable

from models.affair.base import Link
from models.affair.common import AffairLinked, AnswerAffair
from models.affair.dwelling import actions as a
from models.affair.dwelling import happenings as w
from models.affair.dwelling.book import DwellingBook, DwellingTier
from models.affair.dwelling.state import Dwelling, DwellingInspection, Finding
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft
from rules.affair.kind import AffairBundle
from rules.draft import Refuse, require


def points_of(findings: Iterable[Finding], book: DwellingBook) -> int:
    """The points of what is unsafe; a severity that the book has no points for counts as its gravest."""
    return sum(book.points.get(one.severity, max(book.points.values())) for one in findings)


def tier_of(points: int, book: DwellingBook) -> DwellingTier:
    """The tier of so many points."""
    return [tier for tier in DwellingTier if points >= book.tiers[tier].points][-1]


def inspect_fault(dwelling: Dwelling, act: a.InspectDwelling, bundle: AffairBundle) -> str | None:
    """Name a check that is on no list, or named twice."""
    named = [one.check for one in act.failed]
    unknown = [name for name in named if name not in bundle.book.checks]
    return f"failed.check ({unknown[0]})" if unknown else "failed" if len(set(named)) != len(named) else None


def inspect(draft: AffairDraft, act: a.InspectDwelling) -> None:
    """Write an inspection down. A check that failed gets a hazard, unless it has one that is still open."""
    dwelling: Dwelling = draft.affair
    book: DwellingBook = draft.bundle.book
    known = {one.check: name for name, one in dwelling.findings.items() if one.check is not None}
    fresh = [one for one in act.failed if one.check not in known]
    opened = tuple(_finding(draft, one.check, number) for number, one in enumerate(fresh, start=dwelling.found + 1))
    failed = {one.check for one in act.failed}
    gone = tuple(name for name, one in dwelling.findings.items() if one.affair is None and one.check not in failed)
    left = [*(one for name, one in dwelling.findings.items() if name not in gone), *opened]
    # While letting is suspended it stays red until nothing is open any more.
    tier = DwellingTier.RED if dwelling.stage == "suspended" and left else tier_of(points_of(left, book), book)
    seen = DwellingInspection(
        at=draft.when,
        person=draft.actor.person,
        failed=tuple(one.check for one in act.failed),
        headcount=act.headcount,
        tier=tier,
    )
    what = w.DwellingInspected(
        inspection=seen,
        seen=tuple(w.CheckSeen(check=one.check, text=one.text) for one in act.failed if one.text),
        opened=opened,
        again=tuple(known[one.check] for one in act.failed if one.check in known),
        gone=gone,
    )
    draft.add(what, moments=("inspected",))
    if dwelling.stage == "suspended" and not draft.affair.findings:
        draft.add(w.LettingResumed(), stage="open")
    regrade(draft)
    for finding, one in zip(opened, fresh, strict=True):
        _open_hazard(draft, finding, one.text)
    _too_often(draft)


def _finding(draft: AffairDraft, check: str, number: int) -> Finding:
    line = draft.bundle.book.checks[check]
    return Finding(id=f"f{number}", check=check, item=line.hazard, severity=line.severity, at=draft.when)


def _open_hazard(draft: AffairDraft, finding: Finding, text: str) -> None:
    """Ask for the hazard of a finding; without words of the inspector the line of the checklist says what is unsafe."""
    dwelling: Dwelling = draft.affair
    fields = {"place": dwelling.place, "item": finding.item, "severity": finding.severity, "of": dwelling.code}
    fields["text"] = text or draft.bundle.book.checks[finding.check].zh
    detail = {"kind": "hazard", "fields": fields, "texts": ["text"] if text else [], "finding": finding.id}
    draft.ask("open_affair", detail)


def _too_often(draft: AffairDraft) -> None:
    """Let the centre decide when it was red too often in a row, once for each row."""
    dwelling: Dwelling = draft.affair
    reds = draft.bundle.book.reds
    if dwelling.reds < reds.times or dwelling.deciding or dwelling.reds % reds.times:
        return
    draft.add(w.ClearingAsked(times=dwelling.reds), moments=("asked",))
    if reds.whistle is not None:
        fields = {"place": dwelling.place, "item": reds.whistle, "text": reds.text, "tried": reds.tried, "of": dwelling.code}
        draft.ask("open_affair", {"kind": "whistle", "fields": fields})


def decide_clearing(draft: AffairDraft, act: a.DecideClearing) -> None:
    """The centre says what happens."""
    require(draft.affair.deciding, RefusalCode.ALREADY_DONE)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(w.ClearingDecided(reason=act.reason))


def regrade(draft: AffairDraft) -> None:
    """Say of which tier it is now, where that has changed; red suspends letting."""
    dwelling: Dwelling = draft.affair
    book: DwellingBook = draft.bundle.book
    points = points_of(dwelling.findings.values(), book)
    tier = DwellingTier.RED if dwelling.stage == "suspended" else tier_of(points, book)
    if (tier, points) != (dwelling.tier, dwelling.points):
        draft.add(w.DwellingGraded(tier=tier, points=points))
    if tier is DwellingTier.RED and dwelling.stage == "open":
        draft.add(w.LettingSuspended(ground="red"), stage="suspended")


def hazard_found(draft: AffairDraft, act: a.HazardFound) -> None:
    """A hazard is of this building: of a finding that waits for its own, or one more."""
    link, dwelling = _told(act.found), draft.affair
    require(_of(dwelling, link) is None, RefusalCode.ALREADY_DONE)
    waiting = next((one for one in dwelling.findings.values() if one.affair is None and one.item == act.item), None)
    if waiting is not None:
        draft.add(w.FindingBound(finding=waiting.id, link=link))
        return
    added = Finding(id=f"f{dwelling.found + 1}", item=act.item, severity=act.severity, at=draft.when, affair=link.id)
    draft.add(w.FindingAdded(added=added, link=link))
    regrade(draft)


def hazard_again(draft: AffairDraft, act: a.HazardAgain) -> None:
    """A hazard was still there; where its severity says so, nothing is let any more."""
    dwelling: Dwelling = draft.affair
    finding = _of(dwelling, _told(act.found))
    if finding is None:
        raise Refuse(RefusalCode.INVALID, "found")
    draft.add(w.FindingAgain(finding=finding.id, times=act.times))
    if act.suspends and dwelling.stage == "open":
        draft.add(w.LettingSuspended(ground="found_again"), stage="suspended")
        regrade(draft)


def hazard_closed(draft: AffairDraft, act: a.HazardClosed) -> None:
    """A hazard is gone: points and tier fall, but letting stays suspended until somebody has looked."""
    finding = _of(draft.affair, _told(act.found))
    if finding is None:
        raise Refuse(RefusalCode.ALREADY_DONE)
    draft.add(w.FindingClosed(finding=finding.id))
    regrade(draft)


def answer(draft: AffairDraft, act: AnswerAffair) -> None:
    """A hazard, a whistle or a household file has been opened: bind it to its finding, or link it."""
    dwelling: Dwelling = draft.affair
    plain = act.result.get("link")
    if plain is None:
        return
    link, finding = Link.model_validate(plain), dwelling.findings.get(str(dwelling.work[act.work].detail.get("finding")))
    if finding is not None and finding.affair is None:
        draft.add(w.FindingBound(finding=finding.id, link=link))
    elif dwelling.linked(link.id) is None:
        draft.add(AffairLinked(link=link))


def _told(found: Link | None) -> Link:
    """The hazard that tells of itself; without one nobody did."""
    if found is None or found.kind != "hazard":
        raise Refuse(RefusalCode.INVALID, "found")
    return found


def _of(dwelling: Dwelling, link: Link) -> Finding | None:
    return next((one for one in dwelling.findings.values() if one.affair == link.id), None)
