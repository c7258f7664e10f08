"""Query codes: what is typed sloppily is understood, and a slip of the finger is noticed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import ENDS, Level, Stage
from rules import plain
from rules.obligations import BALL, OWES, Owed
from rules.query_code import ALPHABET, BY_CHANCE, make, read, written
from tests.support.onward import case_at

VALUES = st.lists(st.integers(0, 31), min_size=BY_CHANCE, max_size=BY_CHANCE)


@given(VALUES)
def test_a_code_is_read_back_as_it_is_written_and_as_people_type_it(values: list[int]) -> None:
    code = make(values)
    assert written(code).count("-") == 2
    for typed in (code, written(code), written(code).lower(), f" {code[:6]} {code[6:]} ", code.replace("1", "l").replace("0", "o")):
        assert read(typed) == code
    assert read("".join(chr(ord(letter) + 0xFEE0) for letter in code)) == code, "full-width letters"


@given(VALUES, st.integers(0, BY_CHANCE), st.sampled_from(ALPHABET))
def test_one_wrong_letter_is_noticed(values: list[int], at: int, letter: str) -> None:
    code = make(values)
    assert (read(code[:at] + letter + code[at + 1 :]) is None) == (letter != code[at])


@given(VALUES, st.integers(0, BY_CHANCE - 1))
def test_two_neighbours_swapped_are_noticed(values: list[int], at: int) -> None:
    code = make(values)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (read(swapped) is None) == (swapped != code)


@pytest.mark.parametrize("typed", ["", "-", "查询码", "7H3K-9QZX", "U" * 12, "0" * 13, "0" * 200, "\ud800" * 12])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read(typed) is None


def test_a_code_takes_as_many_values_as_it_has_letters() -> None:
    with pytest.raises(ValueError, match="11"):
        make([1, 2, 3])


def test_a_party_is_told_in_plain_words_of_every_stage_and_every_next_step() -> None:
    core = case_at(Stage.MEDIATING)
    joint = core.case.model_copy(update={"level": Level.JOINT, "mediator": None, "contacted": False})
    led = core.case.model_copy(update={"leader_charged": True})
    balls: list[Owed] = [who(case) for case in (core.case, joint, led) for who in (*BALL.values(), *OWES.values())]
    acts = {ball.act for ball in balls} | {"escalate", "seal", "sign_off", "merge"}
    assert acts - {"object", "confirm"} <= set(plain.NEXT), "a right and a window hold no ball"
    assert set(plain.STAGES) == set(Stage)
    assert all(words[0] and words[1] for words in (*plain.STAGES.values(), *plain.NEXT.values()))
    assert set(plain.STAGES) >= ENDS
