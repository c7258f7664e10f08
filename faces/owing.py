"""What is owed in an affair (待办), as commands print it: first the word that is typed, then what it means."""

from __future__ import annotations

from rules.affair.kind import Kind
from rules.affair.labels import act as words_of


def owed(kind: Kind, act: str) -> str:
    """Return the action that does what is owed, as `affair act` takes it, with its words; words alone where no action does it."""
    words = " ".join(words_of(kind.labels, act))
    return f"{act} {words}" if act in kind.specs else words
