"""The words of a kind of affair in both languages (事务用语): its stages, actions, fields, clocks and happenings.

Each kind says its own in `rules/<kind>/labels.py`; what all kinds share stands here. Faces ask for nothing else, so what a kind has
no word for shows as its name in the code, and a test refuses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.labels import ROLES, Both

Words = Mapping[str, Both]


@dataclass(frozen=True, slots=True)
class AffairLabels:
    """What a kind is called by, in all its parts."""

    stages: Words = field(default_factory=dict)
    actions: Words = field(default_factory=dict)
    fields: Words = field(default_factory=dict)
    """Of its actions, of its happenings and of its state, at any depth; the same name means the same thing."""
    clocks: Words = field(default_factory=dict)
    """By the clock's id, without what follows a colon."""
    duties: Words = field(default_factory=dict)
    """Acts that are owed and are no action's name."""
    happened: Words = field(default_factory=dict)
    lists: Mapping[str, str] = field(default_factory=dict)
    """By field: the list of the kind's book that its values are keys of, so that forms offer it and pages say its words."""
    values: Mapping[str, Words] = field(default_factory=dict)
    """By field: the words of its values where they are fixed and stand in no book."""
    unasked: frozenset[str] = frozenset()
    """Fields of its actions that no form asks for: what imports and other programs fill in."""


COMMON = AffairLabels(
    actions={
        "note": ("备注", "Write a note"),
        "link": ("关联", "Link"),
        "lift_card": ("撤牌", "Lift a card"),
        "hand_over": ("移交他人", "Hand over"),
    },
    fields={
        "text": ("内容", "Text"),
        "to": ("案件或事务编号", "Code of a case or an affair"),
        "why": ("缘由", "Why"),
        "card": ("督办牌", "Card"),
        "leaver": ("移交人", "Handed over by"),
        "receiver": ("接收人", "Taken on by"),
        "on_roll": ("在册", "On the roll"),
        "parts": ("移交部分", "Parts"),
        "reason": ("理由", "Reason"),
        "occurred_at": ("实际发生时间（补录时填写）", "When it really happened (if entered late)"),
        "place": ("区划", "Place"),
        "town": ("乡镇", "Town"),
        "unit": ("单位", "Unit"),
        "units": ("单位", "Units"),
        "person": ("人员", "Person"),
        "name": ("姓名", "Name"),
        "phone": ("电话", "Phone"),
        "id_number": ("证件号码", "Number of the identity card"),
        "address": ("住址", "Address"),
        "at": ("时间", "Time"),
        "clock": ("时限", "Limit"),
        "alarm": ("环节", "Alarm"),
        "kind": ("种类", "Kind"),
        "role": ("岗位", "Post"),
    },
    happened={
        "noted": ("备注", "A note was written"),
        "linked": ("关联其他记录", "Another record was linked"),
        "reminded": ("时限提醒", "A limit was called to mind"),
        "carded": ("亮牌督办", "A card was shown"),
        "card_lifted": ("撤牌", "A card was lifted"),
        "handed_over": ("移交他人", "It was handed over"),
        "asked": ("系统发起办理请求", "The engine asked for something"),
        "answered": ("系统办理请求已完成", "What the engine asked for was done"),
        "restarted": ("自记录恢复运行", "It went on from the record"),
        "recalendared": ("按新日历重算时限", "Its limits were reckoned by another calendar"),
    },
    values={
        "why": {"about": ("相关", "about"), "opened": ("由此产生", "opened"), "found": ("由此发现", "found")},
        "role": {str(role): words for role, words in ROLES.items()},
        "alarm": {
            "remind": ("提醒", "reminder"),
            "yellow": ("黄牌", "yellow card"),
            "red": ("红牌", "red card"),
            "expire": ("届满", "expiry"),
        },
    },
)
"""What every kind is called by."""

TABLES = ("stages", "actions", "fields", "clocks", "duties", "happened")


def word(labels: AffairLabels, table: str, name: str | None) -> Both | None:
    """Return what something is called in one of the `TABLES`, or None where nobody has said it."""
    key = (name or "").partition(":")[0] if table == "clocks" else name or ""
    own: Words = getattr(labels, table)
    common: Words = getattr(COMMON, table)
    return own.get(key) or common.get(key)


def said(labels: AffairLabels, table: str, name: str | None) -> Both:
    """Return the same, or the name itself."""
    return word(labels, table, name) or (name or "", name or "")


def act(labels: AffairLabels, name: str) -> Both:
    """Return what is owed: an action of the kind, or a duty with a word of its own."""
    return word(labels, "duties", name) or said(labels, "actions", name)


def choices(labels: AffairLabels, name: str, book: Any) -> Words | None:
    """Return what the values of a field mean: those of the book's list, or the fixed ones; None where a value means itself.

    `book` is None where the place has none of this kind.
    """
    if name in labels.lists and book is not None:
        listed = getattr(book, labels.lists[name])
        return {key: (entry.zh, entry.en) for key, entry in listed.items()}
    return labels.values.get(name) or COMMON.values.get(name)
