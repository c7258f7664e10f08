"""An anchor (锚定): what all chains ended with at one moment. Each holds the hash of the one before, and is kept elsewhere as a file.

Only a copy of it shows a chain that was cut off at its end, or written anew with all its hashes.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from models.base import Instant, Model
from models.words import Algorithm

VERSION = 2
"""Of what is hashed of a new anchor. Of 1 it covers cases and logs alone, and has neither `version` nor `affairs`."""

AFFAIR = "affair:"
"""Stands before the id of an affair (事务) wherever an anchor names one beside cases."""


class LogEnd(Model):
    """Where a log ended: the number of its last line, and that line's hash."""

    lines: int
    head: str


class CaseEnd(Model):
    """Where a case or an affair ended: its last event, and that event's hash."""

    case_id: str
    """Id of the case; of an affair its id after `affair:`."""
    seq: int
    head: str


class Anchor(Model):
    """What is hashed of an anchor."""

    number: int
    day: date | None
    """The local day whose daily anchor it is; None for one that somebody asked for."""
    at: Instant
    algorithm: Algorithm
    previous: str
    """Hash of the anchor before."""
    cases: int
    root: str
    """Root of the tree over the ends of all cases and affairs (`rules/merkle.py`)."""
    changed: int
    changed_sum: str
    """Digest of the list of those cases and affairs that have gone on since the anchor before."""
    logs: dict[str, LogEnd]
    version: int = 1
    affairs: int = 0
    """How many affairs it covers, beside `cases`."""

    @model_serializer(mode="wrap")
    def _as_hashed(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what an anchor of version 1 was hashed without."""
        found: dict[str, Any] = handler(self)
        return {name: value for name, value in found.items() if self.version > 1 or name not in {"version", "affairs"}}


class KeptAnchor(Model):
    """An anchor as it is kept: what is hashed, the hash, and the list that one of its fields is the digest of."""

    anchor: Anchor
    hash: str
    changed: tuple[CaseEnd, ...] = ()

    @property
    def name(self) -> str:
        """Name of its file, without an ending: the day, and the number where it is not the daily one."""
        anchor = self.anchor
        return str(anchor.day) if anchor.day is not None else f"{anchor.at:%Y-%m-%d}-{anchor.number}"


class AnchorDue(Model):
    """Ask for the daily anchor that was due at this time."""

    due: Instant


class Anchored(Model):
    """The anchor there is."""

    number: int
    hash: str
    file: str
    """Name of the file in the folder of anchors."""
    made: bool
    """False where the day had its anchor already."""
