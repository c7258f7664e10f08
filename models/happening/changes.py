"""Happenings of corrections and additions at any stage (备注、更正、当事人、附件、撤回操作、规程)."""

from __future__ import annotations

from typing import Any, Literal

from models.base import Model
from models.library import Documents
from models.party import Party


class Noted(Model):
    """A note was written (备注)."""

    type: Literal["noted"] = "noted"
    text: str


class Amended(Model):
    """What was entered was corrected (更正)."""

    type: Literal["amended"] = "amended"
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str


class PartyAdded(Model):
    """A party was added (追加当事人)."""

    type: Literal["party_added"] = "party_added"
    party: Party


class Represented(Model):
    """A party is represented (代理)."""

    type: Literal["represented"] = "represented"
    party: str
    representative: str
    authority: str


class Attached(Model):
    """A paper was attached (附件)."""

    type: Literal["attached"] = "attached"
    title: str
    sha256: str
    size: int
    media_type: str


class TakenBack(Model):
    """The last action was taken back (撤回操作)."""

    type: Literal["taken_back"] = "taken_back"
    action: str
    restores: dict[str, Any]


class Rebased(Model):
    """The case runs under other documents (规程更新)."""

    type: Literal["rebased"] = "rebased"
    docs: Documents
    reason: str


class RebasePlanned(Model):
    """The case will run under other documents from its next stage on; its own ones = a plan was dropped (规程更新待生效)."""

    type: Literal["rebase_planned"] = "rebase_planned"
    docs: Documents
    reason: str


class Restarted(Model):
    """The case went on from the record (自记录恢复)."""

    type: Literal["restarted"] = "restarted"
    why: str
