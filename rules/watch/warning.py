"""The dispute that a watch asks for (预警转办): its text is made of the types of signals and of nothing that anybody has said."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from models.affair.watch.book import WatchBook
from models.affair.watch.state import SubjectKind, Watch
from models.words import Channel, PartyKind, Side
from rules.calendar import WorkingCalendar
from rules.labels import TIERS
from rules.watch import scoring

RAISE = "raise_case"
"""Name of the work: open a dispute, or raise the one that was opened before."""


def warning(watch: Watch, book: WatchBook, cal: WorkingCalendar, now: datetime) -> dict[str, Any]:
    """What the servant needs: the tier, the reason for raising one, and the fields of an intake for opening one."""
    counts = Counter({carried.type: carried.count for carried in watch.carried})
    alive = [signal for signal in watch.signals if scoring.weight(signal, book, now)]
    counts.update(signal.type for signal in alive)
    said = "、".join(f"{_named(name, book)}{count}次" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    text = f"预警触发，等级{TIERS[watch.grade][0]}。线索：{said}。请核实情况，先稳控、后调处。"
    signs = {rule.sign for name in counts if (rule := book.signals.get(name)) is not None and rule.sign is not None}
    fields = {
        "channel": str(Channel.EVENT),
        "place": watch.place,
        "summary": text,
        "happened_on": cal.local_date(max((signal.at for signal in alive), default=now)).isoformat(),
        "parties": _parties(watch),
        "people": 2 if watch.subject is not None and watch.subject.of is SubjectKind.PAIR else 1,
        "risk_signs": sorted(signs),
    }
    return {"tier": str(watch.grade), "reason": text, "fields": fields}


def _named(name: str, book: WatchBook) -> str:
    rule = book.signals.get(name)
    return name if rule is None else rule.zh


def _parties(watch: Watch) -> list[dict[str, Any]]:
    """A pair by its references; of a household or a place only that there is somebody."""
    subject = watch.subject
    if subject is not None and subject.of is SubjectKind.PAIR:
        sides = ((Side.APPLICANT, subject.one_person), (Side.RESPONDENT, subject.other_person))
        return [{"id": "ab"[n], "side": str(side), "kind": str(PartyKind.PERSON), "person": ref} for n, (side, ref) in enumerate(sides)]
    house = subject.number if subject is not None and subject.of is SubjectKind.HOUSEHOLD else None
    return [{"id": "a", "side": str(Side.APPLICANT), "kind": str(PartyKind.GROUP), "household": house}]
