"""Target lists that come as a file (名单导入), and how far a round is (覆盖率)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.affair.round.round import GivenTarget, Round
from models.affair.round.sheet import Broken
from models.base import Model
from models.network import Place
from models.party import Actor
from models.refusal import RefusalCode
from rules.affair.units import of_centre
from rules.round.kind import STEERING
from service.affairs.desk import Affairs
from service.affairs.rounds.sources import within
from service.errors import refuse
from service.importing.sheets import Form, rows_of
from service.office import Office
from store.affairs.targets import Coverage, ListClosed, Target, Targets

COLUMNS = ("key", "place")
"""Columns that a list has to have; `label` is known too."""

BUNCH = 1_000
"""Targets put down in one transaction."""


class Given(Model):
    """What became of a list: how many targets are new, how many were there already, and which rows can't be taken."""

    added: int
    known: int
    broken: tuple[Broken, ...] = ()


class Covered(Model):
    """How far a round is, as a whole and by grid. Of each: visited + skipped + overdue + left = targets."""

    code: str
    plan: str
    stage: str | None
    whole: Coverage
    grids: dict[str, Coverage]
    names: dict[str, str]
    """Of the grids, by division code."""


def rows_from(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Read a list of targets from a file (CSV or XLSX), each row with its number in the file. Raises BadFile."""
    wanted = (*COLUMNS, "label")
    return [
        (number, {name: str(cells[name]).strip() for name in wanted if cells.get(name) not in {None, ""}})
        for number, cells in rows_of(path, Form(columns=COLUMNS))
    ]


class Lists:
    """Takes lists for rounds, and says how far they are."""

    def __init__(self, office: Office, affairs: Affairs) -> None:
        self._office = office
        self._affairs = affairs
        self._targets = Targets(office.store)

    async def give(self, key: str, rows: Sequence[tuple[int, Mapping[str, Any]]], actor: Actor) -> Given:
        """Put targets on the list of a round that is still gathering; each key counts once. Raises UnknownAffair, Refused, StoreAway."""
        affair = await self._affairs.load(key)
        docs = await self._affairs.bundle(affair)
        if not isinstance(affair, Round):
            raise refuse(RefusalCode.INVALID, "kind")
        if actor.role not in STEERING:
            raise refuse(RefusalCode.NOT_ALLOWED)
        if affair.stage != "gathering":
            raise refuse(RefusalCode.WRONG_STAGE, affair.stage or "")
        if not of_centre(affair, actor, docs):
            raise refuse(RefusalCode.NOT_HOLDER)
        place = docs.network.place(affair.place or "")
        good, broken = self._sorted(rows, place, docs.network.places)
        added = 0
        try:
            for first in range(0, len(good), BUNCH):
                bunch = await self._sealed(affair.id, good[first : first + BUNCH])
                added += await self._targets.add(affair.id, bunch, stage="gathering")
        except ListClosed:
            raise refuse(RefusalCode.WRONG_STAGE) from None
        return Given(added=added, known=len(good) - added, broken=tuple(broken))

    def _sorted(
        self, rows: Sequence[tuple[int, Mapping[str, Any]]], place: Place | None, places: Mapping[str, Place]
    ) -> tuple[list[GivenTarget], list[Broken]]:
        good: list[GivenTarget] = []
        broken: list[Broken] = []
        for number, row in rows:
            try:
                target = GivenTarget.model_validate(row)
            except ValidationError as error:
                first = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
                field = str(first[0]) if first and str(first[0]) in GivenTarget.model_fields else ""
                broken.append(Broken(row=number, field=field, reason=str(RefusalCode.INVALID)))
                continue
            there = places.get(target.place)
            if place is None or there is None or there.unit is None or not within(there, place):
                broken.append(Broken(row=number, id=target.key, field="place", reason=str(RefusalCode.UNKNOWN_PLACE)))
                continue
            good.append(target)
        return good, broken

    async def _sealed(self, round_id: str, given: Sequence[GivenTarget]) -> list[Target]:
        """The targets with references in the place of their words, which are bound to the action that began the round."""
        words = {f"list.{target.key}": target.label for target in given if target.label}
        refs = await self._office.vault.seal_many(round_id, f"open:{round_id}", words) if words else {}
        return [Target(**{**target.model_dump(), "label": refs.get(f"list.{target.key}")}) for target in given]

    async def coverage(self, key: str) -> Covered:
        """How far a round is. The caller has seen to it that it may be looked at. Raises UnknownAffair, Refused for another kind."""
        affair = await self._affairs.load(key)
        if not isinstance(affair, Round):
            raise refuse(RefusalCode.INVALID, "kind")
        grids = await self._targets.coverage(affair.id)
        places = self._office.bundle.network.places
        return Covered(
            code=affair.code or "",
            plan=str(affair.plan),
            stage=affair.stage,
            whole=whole(grids),
            grids=grids,
            names={code: places[code].name for code in grids if code in places},
        )


def whole(grids: Mapping[str, Coverage]) -> Coverage:
    """The sum over all grids."""
    return Coverage(**{name: sum(getattr(grid, name) for grid in grids.values()) for name in Coverage.model_fields})
