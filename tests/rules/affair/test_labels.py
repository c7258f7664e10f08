"""Whatever a kind of affair shows to people has words in both languages: stages, actions, fields, clocks, duties, happenings."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from models.affair.base import Affair, Link
from models.affair.common import INTERNAL, AffairAnswered, AffairAsked, AffairRecalendared, AffairRestarted
from models.case import Card
from models.clock import Clock
from rules.affair.kind import Kind
from rules.affair.kinds import KINDS
from rules.affair.labels import TABLES, choices, word
from service.settings import ROOT
from store.places import load_place

ENGINE = (AffairAsked, AffairAnswered, AffairRestarted, AffairRecalendared, Card, Clock, Link)
"""What the engine says of its own work, and what pages show in a form of their own."""


def named(model: type[BaseModel], but: frozenset[str] = frozenset()) -> Iterator[str]:
    """The names of the fields of a model, and of the models inside it."""
    for name, info in model.model_fields.items():
        if name not in but:
            yield name
            yield from inner(info.annotation)


def inner(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not issubclass(annotation, ENGINE):
            yield from named(annotation)
    elif get_origin(annotation) in {Annotated, Union, types.UnionType, tuple, dict, list}:
        for one in get_args(annotation):
            yield from inner(one)


def happenings(kind: Kind) -> list[type[BaseModel]]:
    return [one for one in kind.happenings.values() if not issubclass(one, ENGINE)]


def parts(kind: Kind) -> Iterator[tuple[str, str]]:
    """Everything that has to be called something: table and name."""
    yield from (("stages", stage) for stage in kind.stages)
    for do, model in kind.models.items():
        if do not in INTERNAL | {"recalendar"}:
            yield "actions", do
            yield from (("fields", name) for name in named(model, frozenset({"id", "do", "actor", "found"})))
    yield from (("fields", name) for name in named(kind.state, frozenset(Affair.model_fields)))
    for what in happenings(kind):
        yield "happened", what.model_fields["type"].default
        yield from (("fields", name) for name in named(what, frozenset({"type", "link", "card"})))


@pytest.mark.parametrize("name", KINDS)
def test_everything_a_kind_shows_has_words_in_both_languages(name: str) -> None:
    kind = KINDS[name]
    missing = sorted({f"{table}.{part}" for table, part in parts(kind) if word(kind.labels, table, part) is None})
    assert missing == [], f"say in rules/{name}/labels.py what these are called"
    for table in TABLES:
        assert all(zh and en for zh, en in getattr(kind.labels, table).values()), table


@pytest.mark.parametrize("name", KINDS)
def test_the_lists_that_fields_choose_from_stand_in_the_book(name: str) -> None:
    kind, book = KINDS[name], load_place(ROOT / "places" / "huaxi").books[KINDS[name].shares or name]
    for field in kind.labels.lists:
        found = choices(kind.labels, field, book)
        assert found, field
        assert all(zh and en for zh, en in found.values()), field
