"""The file (卷宗): how difficult a case is, which papers its file needs for that, in which order, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection

from models.base import Model
from models.case import Case
from models.paper.kinds import Difficulty, Grading, Kind, PaperList, Slot, When
from models.words import PromiseState, Stage


def difficulty(case: Case, grading: Grading) -> Difficulty:
    """Return how difficult a case is: one ground is enough for difficult, simple asks for all of its own."""
    hard = case.tier in grading.difficult_tiers or case.level in grading.difficult_levels or case.people >= grading.difficult_people
    if hard or case.standing is not None or case.extensions:
        return Difficulty.DIFFICULT
    easy = case.tier in grading.simple_tiers and case.level in grading.simple_levels and (case.amount or 0) <= grading.simple_amount
    return Difficulty.SIMPLE if easy else Difficulty.ORDINARY


def _agreed(form: str) -> Callable[[Case], bool]:
    return lambda case: case.agreement is not None and case.agreement.form == form


HOLDS: dict[When, Callable[[Case], bool]] = {
    When.ALWAYS: lambda case: True,
    When.ACCEPTED: lambda case: case.category is not None and case.stage is not Stage.DECLINED,
    When.MEDIATED: lambda case: bool(case.sessions) or case.agreement is not None,
    When.WRITTEN: _agreed("written"),
    When.ORAL: _agreed("oral"),
    When.NOT_SETTLED: lambda case: case.refused or case.stage is Stage.CHANNELLED,
    When.PERFORMED: lambda case: case.agreement is not None and any(one.state is PromiseState.PERFORMED for one in case.agreement.promises),
    When.VISITED: lambda case: any(visit.outcome != "unreachable" for visit in case.visits),
    When.CONFIRMING: lambda case: case.agreement is not None and case.agreement.confirmation in {"applied", "granted", "rejected"},
    When.ENDED: lambda case: case.ended,
}
"""When a paper belongs into the file, read from the case."""


class Missing(Model):
    """A paper the file needs and does not hold."""

    kind: str
    zh: str
    en: str
    makes: bool
    """Whether it is made here; else it is brought in."""


class Completeness(Model):
    """How complete a file is for its difficulty."""

    difficulty: Difficulty
    needed: tuple[str, ...]
    missing: tuple[Missing, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def completeness(case: Case, papers: PaperList, held: Collection[str]) -> Completeness:
    """Return what the file of a case needs and lacks; `held` are the kinds it holds. What is bound with the file is never missing."""
    grade = difficulty(case, papers.grading)
    needed = [slot for slot in papers.slots if grade in slot.needed and HOLDS[slot.when](case) and not _bound(slot)]
    there = set(held)
    for slot in papers.slots:
        if slot.id in there and slot.one_of is not None:
            there |= {other.id for other in papers.slots if other.one_of == slot.one_of}
    missing: list[Missing] = []
    asked: set[str] = set()
    for slot in needed:
        if slot.id not in there and (slot.one_of is None or slot.one_of not in asked):
            missing.append(Missing(kind=slot.id, zh=slot.zh, en=slot.en, makes=isinstance(slot, Kind)))
            asked |= {slot.one_of} if slot.one_of else set()
    return Completeness(difficulty=grade, needed=tuple(slot.id for slot in needed), missing=tuple(missing))


def _bound(slot: Slot) -> bool:
    return isinstance(slot, Kind) and slot.bound
