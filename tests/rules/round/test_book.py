"""The book of rounds: what is asked stays in the order of the book, also out of the store, whose texts have their keys sorted."""

from __future__ import annotations

import json

from models.affair.round.book import RoundBook
from rules.library import Library, canonical, content_hash
from service.settings import ROOT
from store.places import load_place

BOOK = load_place(ROOT / "places" / "huaxi").books["round"]


def fire(book: object) -> tuple[list[str], list[str]]:
    """The questions of a fire inspection, and the answers to the first of them."""
    assert isinstance(book, RoundBook)
    questions = book.plans["fire"].questions
    return list(questions), list(questions["exits"].choices)


def test_questions_and_answers_come_out_of_the_store_in_the_order_of_the_book() -> None:
    library, name = Library(), content_hash(BOOK)
    library.restore(name, "round", canonical(BOOK))
    assert fire(library.get(name)) == fire(BOOK) == (["exits", "ebike", "wiring"], ["clear", "blocked"])
    assert library.get(name) == BOOK


def test_a_book_that_was_stored_with_mappings_is_still_read() -> None:
    plain = json.loads(canonical(BOOK))
    for plan in plain["plans"].values():
        plan["questions"] = dict(plan["questions"])
        for question in plan["questions"].values():
            question["choices"] = dict(question["choices"])
    assert RoundBook.model_validate(plain) == BOOK
