"""Stories of the casebook with every name, number and text replaced by one that stands nowhere else, so that leaks can be searched for."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from service.casebook import Casebook

FREE = {
    "name",
    "summary",
    "note",
    "reason",
    "text",
    "terms",
    "what",
    "proof",
    "place",
    "result",
    "evidence",
    "notice",
    "title",
    "authority",
}
"""Fields whose words are private wherever they stand; `place` only in a meeting."""

STEMS = ("楉蘅騄", "199000000", "52011119800")
"""Every made-up word, phone and number has one of these in it: one search for all."""


class Secrets:
    """Made-up words, each standing nowhere else, handed out one by one."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def text(self, what: str) -> str:
        """Some Chinese words."""
        return self._kept(f"{what}{STEMS[0]}{len(self.all):03d}翀")

    def phone(self) -> str:
        return self._kept(f"{STEMS[1]}{len(self.all):03d}")

    def number(self) -> str:
        return self._kept(f"{STEMS[2]}{len(self.all):03d}7X3Q")

    def _kept(self, word: str) -> str:
        self.all.append(word)
        return word


def private(do: str, key: str) -> bool:
    return key in FREE and (key != "place" or do == "meet")


def disguised(value: Any, do: str, secrets: Secrets) -> Any:
    """The fields of a step with all that is private replaced."""
    if isinstance(value, list):
        return [disguised(item, do, secrets) for item in value]
    if not isinstance(value, dict):
        return value
    made = {
        key: secrets.text(key) if private(do, key) and isinstance(item, str) else disguised(item, do, secrets)
        for key, item in value.items()
    }
    if "phone" in made:
        made |= {"phone": secrets.phone(), "id_number": secrets.number(), "address": secrets.text("address")}
    return made


def story(path: Path, secrets: Secrets) -> Casebook:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data = copy.deepcopy(data)
    for step in data["steps"]:
        if "with" in step:
            step["with"] = disguised(step["with"], step.get("do", ""), secrets)
    return Casebook.model_validate(data)
