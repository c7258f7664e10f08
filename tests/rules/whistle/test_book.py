"""The whistle list: Huaxi's own, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from rules.whistle.kind import WHISTLE
from store.files import BadFile
from store.places import load_place, read_book
from tests.support.core import ROOT

BOOK = ROOT / "places" / "huaxi" / "grid" / "whistle.yaml"
NETWORK = load_place(ROOT / "places" / "huaxi").network


def edited(tmp_path: Path, path: str, value: Any) -> Path:
    """Huaxi's list with one thing changed, by its path."""
    data = yaml.safe_load(BOOK.read_text(encoding="utf-8"))
    *way, last = path.split(".")
    part = data
    for name in way:
        part = part[name]
    part[last] = value
    file = tmp_path / "whistle.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return file


def test_the_list_of_huaxi_has_six_classes_of_six_items() -> None:
    book = read_book(BOOK, WHISTLE, NETWORK)
    items = yaml.safe_load(BOOK.read_text(encoding="utf-8"))["items"].values()
    assert {name: sum(item["of"] == name for item in items) for name in book.classes} == dict.fromkeys(book.classes, 6)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "value", "key", "reason"),
    [
        ("items.noise.units", ["nobody"], "items.noise.units", 'unknown kind of unit "nobody"'),
        ("items.noise.units", ["village"], "items.noise.units", "own committee"),
        ("items.noise.of", "nothing", "items.noise.of", 'unknown class "nothing"'),
        ("items.noise.level", "nothing", "items.noise.level", 'unknown level "nothing"'),
        ("classes.more", {"zh": "其他", "en": "More"}, "classes.more", "has no item"),
        ("levels.hard.rungs.joint", {"limit": "1h"}, "levels.hard.rungs.joint", "village to town to county"),
        ("levels.hard.answer.expire", False, "levels.hard.answer", "has to expire"),
        ("levels.hard.resolve.expire", True, "levels.hard.resolve", "can't expire"),
        ("conclude.expire", False, "conclude", "silence confirms"),
        ("endorse.expire", True, "endorse", "nobody confirms by silence"),
        ("levels.hard.join.arrive", 0, "levels.hard.join.arrive", ""),
        ("most_units", 2, "items.gathering.units", "more than most_units"),
        ("target", 100, "target", "unknown key"),
    ],
)
def test_what_is_wrong_with_a_list_is_named(tmp_path: Path, path: str, value: Any, key: str, reason: str) -> None:
    with pytest.raises(BadFile) as error:
        read_book(edited(tmp_path, path, value), WHISTLE, NETWORK)
    assert key in str(error.value)
    assert reason in str(error.value)
    assert "whistle.yaml" in str(error.value)
