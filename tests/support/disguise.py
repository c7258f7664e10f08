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
    "address",
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


class Disguise:
    """One story's: who is named twice under one name, or with one phone, stays one person."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._names: dict[str, str] = {}
        self._reached: dict[str, dict[str, str]] = {}

    def of(self, value: Any, do: str) -> Any:
        """The fields of a step with all that is private replaced."""
        if isinstance(value, list):
            return [self.of(item, do) for item in value]
        if not isinstance(value, dict):
            return value
        made = {
            key: self._text(key, item) if private(do, key) and isinstance(item, str) else self.of(item, do) for key, item in value.items()
        }
        return made | self._contact(value["phone"]) if "phone" in value else made

    def _text(self, key: str, item: str) -> str:
        if key != "name":
            return self._secrets.text(key)
        if item not in self._names:
            self._names[item] = self._secrets.text(key)
        return self._names[item]

    def _contact(self, phone: str) -> dict[str, str]:
        if phone not in self._reached:
            made = {"phone": self._secrets.phone(), "id_number": self._secrets.number(), "address": self._secrets.text("address")}
            self._reached[phone] = made
        return self._reached[phone]


def story(path: Path, secrets: Secrets) -> Casebook:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data, disguise = copy.deepcopy(data), Disguise(secrets)
    for step in data["steps"]:
        if "with" in step:
            step["with"] = disguise.of(step["with"], step.get("do", ""))
    return Casebook.model_validate(data)
