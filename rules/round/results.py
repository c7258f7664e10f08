"""What a result on a sheet leads to (走访结果): whether it can be taken, what it says, and what its findings open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from models.affair.round.book import Plan, Question, RoundBook
from models.affair.round.sheet import Broken, Entry, Found, Outcome, Result, Sheet
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft

Fault = tuple[RefusalCode, str]
MOST = 1_000_000
"""A count beyond this is a slip of the keyboard."""


def judge(sheet: Sheet, entry: Entry, book: RoundBook, now: datetime) -> Fault | None:
    """Why an entry can't be taken, with the field at fault, in the order of refusals; None when it can."""
    plan = book.plans[sheet.plan or ""]
    started = sheet.clocks["due"].anchor if "due" in sheet.clocks else None
    if entry.at is not None and (entry.at > now or (started is not None and entry.at < started)):
        return RefusalCode.INVALID, "at"
    if entry.target not in sheet.marks and entry.target not in sheet.left:
        return RefusalCode.INVALID, "target"
    fault = _visit(entry, plan, book) if entry.outcome is Outcome.VISITED else _skip(entry, plan, book)
    if fault is not None and fault[0] is RefusalCode.INVALID:
        return fault
    return (RefusalCode.ALREADY_DONE, "target") if entry.target in sheet.marks else fault


def _visit(entry: Entry, plan: Plan, book: RoundBook) -> Fault | None:
    if entry.skip is not None:
        return RefusalCode.INVALID, "skip"
    wrong = next((name for name, given in entry.answers.items() if not _fits(plan.questions.get(name), given)), None)
    missing = next((name for name, asked in plan.questions.items() if asked.required and name not in entry.answers), None)
    if wrong or missing:
        return RefusalCode.INVALID, f"answers.{wrong or missing}"
    for number, found in enumerate(entry.findings):
        if found.finding not in plan.findings:
            return RefusalCode.INVALID, f"findings.{number}.finding"
        if book.findings[found.finding].person is (found.person is None):
            return RefusalCode.INVALID, f"findings.{number}.person"
    unsaid = next((number for number, found in enumerate(entry.findings) if not (found.text or entry.text)), None)
    return None if unsaid is None else (RefusalCode.MISSING_REASON, f"findings.{unsaid}.text")


def _fits(question: Question | None, given: str) -> bool:
    if question is None:
        return False
    if question.choices:
        return given in question.choices
    return given.isascii() and given.isdigit() and int(given) <= MOST


def _skip(entry: Entry, plan: Plan, book: RoundBook) -> Fault | None:
    if entry.answers or entry.findings:
        return RefusalCode.INVALID, "answers" if entry.answers else "findings"
    if entry.skip is None:
        return RefusalCode.MISSING_REASON, "skip"
    if entry.skip not in plan.skips:
        return RefusalCode.INVALID, "skip"
    return (RefusalCode.MISSING_REASON, "text") if book.skips[entry.skip].words and not entry.text else None


def result_of(draft: AffairDraft, entry: Entry) -> Result:
    """The entry as the record keeps it."""
    sheet, book = draft.affair, draft.bundle.book
    due = sheet.clocks["due"].due if "due" in sheet.clocks else None
    at = entry.at or draft.ctx.now
    return Result(
        target=entry.target,
        id=entry.id,
        outcome=entry.outcome,
        at=at,
        claimed=entry.at is not None,
        late=due is not None and at > due.at,
        answers=entry.answers,
        skip=entry.skip,
        excused=entry.skip is not None and book.skips[entry.skip].excused,
        text=entry.text,
        found=tuple(found.finding for found in findings(entry, book.plans[sheet.plan])),
    )


def findings(entry: Entry, plan: Plan) -> tuple[Found, ...]:
    """What an entry finds, by hand or by an answer, each finding once."""
    found = {item.finding: item for item in entry.findings}
    for name, given in entry.answers.items():
        choice = plan.questions[name].choices.get(given)
        if choice is not None and choice.finding is not None:
            found.setdefault(choice.finding, Found(finding=choice.finding))
    return tuple(found.values())


def open_findings(draft: AffairDraft, entry: Entry) -> None:
    """Ask for what the findings of an entry open, each once."""
    book: RoundBook = draft.bundle.book
    plan = book.plans[draft.affair.plan]
    for found in findings(entry, plan):
        opening = book.findings[found.finding].opens
        words = found.text or entry.text
        fields: dict[str, Any] = {**opening.fields, opening.place: draft.affair.place, opening.text: words or _told(entry, plan, found)}
        texts = [opening.text] if words else []
        about = {"target": entry.target, "finding": found.finding}
        if opening.kind == "dispute":
            happened = draft.bundle.cal.local_date(entry.at or draft.ctx.now)
            party = {"id": "a", "side": "applicant", "kind": "person", "person": found.person}
            case = {"channel": "grid", "happened_on": str(happened), "people": 1, "parties": [party]}
            draft.ask("open_case", {"fields": {**case, **fields}, "texts": texts, **about})
        else:
            draft.ask("open_affair", {"kind": opening.kind, "fields": fields, "texts": texts, **about})


def _told(entry: Entry, plan: Plan, found: Found) -> str:
    """The question and the answer that found it, in the words of the book."""
    for name, given in entry.answers.items():
        question = plan.questions[name]
        choice = question.choices.get(given)
        if choice is not None and choice.finding == found.finding:
            return f"{question.zh}：{choice.zh}"
    return found.finding


def in_order(entries: Sequence[Entry], now: datetime) -> list[Entry]:
    """The entries as they are taken: in the order they happened in, whatever order they came in."""
    return sorted(entries, key=lambda entry: (entry.at or now, entry.id))


def broken(entry: Entry, fault: Fault) -> Broken:
    """The row as it is named to whoever sent it."""
    return Broken(row=entry.row, id=entry.id, field=fault[1], reason=str(fault[0]))
