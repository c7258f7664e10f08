"""What a watch is about (预警对象), and the intake id that is made of it: the same subject is the same watch, everywhere."""

from __future__ import annotations

from models.affair.watch.action import SignalWatch
from models.affair.watch.state import Subject, SubjectKind


def ordered(subject: Subject) -> Subject:
    """The subject with the references of a pair in order: who is named first says nothing."""
    one, other = subject.one_person, subject.other_person
    if one is None or other is None or one <= other:
        return subject
    return subject.model_copy(update={"one_person": other, "other_person": one})


def whole(subject: Subject) -> bool:
    """Whether it says of whom or what it is, and nothing else."""
    pair = (subject.one_person, subject.other_person)
    if subject.of is SubjectKind.PAIR:
        return None not in pair and pair[0] != pair[1] and subject.number is None
    return pair == (None, None) and (subject.of is not SubjectKind.HOUSEHOLD or subject.number is not None)


def intake_id(action: SignalWatch) -> str:
    """The intake id of what a signal is about; empty where it does not say."""
    subject = action.subject
    return "" if subject is None or not whole(subject) else key(subject)


def key(subject: Subject) -> str:
    """A subject in one word: codes and references, a pair wherever it meets."""
    if subject.of is SubjectKind.PAIR:
        pair = ordered(subject)
        return f"pair:{pair.one_person}+{pair.other_person}"
    return f"{subject.of}:{subject.place}:{subject.number or ''}"
