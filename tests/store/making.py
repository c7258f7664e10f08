"""Synthetic cases and publications for the store's tests, chained like real ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models.case import Case
from models.library import Documents
from models.party import Party
from models.record import Duty, Line, Publication
from models.words import PartyKind, Role, Side, Stage
from rules.chain import GENESIS, link

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
DOCS = Documents(network="n", procedure="p", risk="r", calendar="c")
PLACE = "520111103001"


def party(name: str, person: str | None = None) -> Party:
    return Party(id=name, side=Side.APPLICANT, kind=PartyKind.PERSON, person=person)


def duty(name: str = "sign", role: Role = Role.OFFICER, unit: str | None = "yanlou-justice", **more: Any) -> Duty:
    return Duty(id=name, act=name, role=role, unit=unit, **more)


@dataclass
class Making:
    """One case on its way: writes lines, and publications of all that was written since a given line."""

    name: str = "one"
    fields: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def write(
        self,
        *actions: str | None,
        stage: Stage | None = Stage.REGISTERED,
        at: datetime | None = None,
        note: str = "",
        by: str | None = None,
    ) -> Making:
        """Write one event for each action id given, done by a person."""
        for action in actions:
            seq = len(self.lines) + 1
            actor = {} if by is None else {"actor": {"person": by}}
            body = json.dumps({"seq": seq, "action_id": action, "stage": stage, "note": note, **actor}, sort_keys=True)
            when = at or NOW + timedelta(minutes=seq)
            kind = "registered" if seq == 1 else "noted"
            self.lines.append(Line(seq=seq, type=kind, at=when, action_id=action, hash=link(self.head, body), body=body))
        return self

    @property
    def head(self) -> str:
        return self.lines[-1].hash if self.lines else GENESIS

    @property
    def id(self) -> str:
        return f"case-{self.name}"

    def fork(self, length: int) -> Making:
        """The same case as it was after so many lines."""
        return Making(self.name, dict(self.fields), self.lines[:length])

    def case(self, **changes: Any) -> Case:
        own: dict[str, Any] = {
            "id": self.id, "source": "test", "intake_id": self.name, "docs": DOCS, "stage": Stage.REGISTERED,
            "town": "yanlou", "centre": "yanlou-centre", "place": PLACE, "happened_on": date(2026, 3, 1),
            "seq": len(self.lines), "head": self.head,
        }  # fmt: skip
        return Case(**(own | self.fields | changes))

    def publication(self, since: int = 0, **changes: Any) -> Publication:
        """The state with all lines after the first `since`."""
        head = self.lines[since - 1].hash if since else GENESIS
        return Publication(case=self.case(**changes), prev_head=head, lines=tuple(self.lines[since:]))


def bodies(lines: Sequence[Line]) -> list[str]:
    return [line.body for line in lines]
