"""What is owed, as commands print it: the word that `affair act` takes comes first."""

from __future__ import annotations

from faces.owing import owed
from rules.affair.kinds import KINDS


def test_an_obligation_begins_with_the_word_of_the_action_that_does_it() -> None:
    assert owed(KINDS["whistle"], "respond") == "respond 应答 Answer"
    assert owed(KINDS["household"], "visit") == "visit 走访登记 Write down a visit"


def test_what_no_action_does_has_words_alone() -> None:
    assert owed(KINDS["round"], "oversee") == "督促完成 See that it is done"
