"""A sheet (网格任务单) as whoever walks it sees it: its targets with the open ones first, and what its plan asks for."""

from __future__ import annotations

from collections.abc import Mapping

from models.affair.round.book import Finding, Plan, Skip
from models.affair.round.sheet import Sheet
from models.base import Model
from models.party import Actor
from models.refusal import RefusalCode
from rules.affair.allowed import allowed
from rules.visibility import Group
from service.affairs.reading import AffairReader, Looked
from service.affairs.shown import LinkShown
from service.errors import refuse
from service.office import Office
from service.sighted import Sighted
from store.affairs.targets import TargetRow, Targets


class TargetShown(Model):
    """One target of a sheet (对象)."""

    row: TargetRow
    label: str
    """The words it is known by, where they may be read; else its number in the list."""
    about: str | None
    """Code of the affair it is, where that may be seen."""


class Walk(Model):
    """A sheet with its targets, those that nothing has come of yet first, and the plan with its reasons and findings."""

    sheet: Sheet
    targets: tuple[TargetShown, ...]
    plan: Plan
    skips: dict[str, Skip]
    findings: dict[str, Finding]
    """Those that may be reported by hand."""
    allowed: tuple[str, ...]
    """Actions that whoever looks may do now."""
    links: tuple[LinkShown, ...]
    """Its round, and what findings have opened, as far as that may be seen."""

    @property
    def open(self) -> tuple[TargetShown, ...]:
        """Targets that nothing has come of yet."""
        return tuple(target for target in self.targets if target.row.outcome is None)

    @property
    def ended(self) -> tuple[TargetShown, ...]:
        """The others."""
        return tuple(target for target in self.targets if target.row.outcome is not None)


class Walks:
    """Shows sheets to one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._targets = Targets(office.store)

    async def walk(self, actor: Actor, key: str) -> Walk:
        """Return a sheet to be walked, and log the look. Raises as `AffairReader.look`; Refused `invalid` for another kind."""
        reader = AffairReader(self._office)
        looked = await reader.look(actor, key, "affair")
        sheet = looked.affair
        if not isinstance(sheet, Sheet) or sheet.round is None or sheet.plan is None:
            raise refuse(RefusalCode.INVALID, "kind")
        rows = await self._targets.of_sheet(sheet.round, sheet.no)
        book = looked.bundle.book
        plan: Plan = book.plans[sheet.plan]
        return Walk(
            sheet=sheet,
            targets=await self._shown(actor, looked, rows),
            plan=plan,
            skips={name: book.skips[name] for name in plan.skips},
            findings={name: book.findings[name] for name in plan.findings},
            allowed=allowed(looked.kind, sheet, actor, looked.bundle),
            links=await reader.links(actor, sheet),
        )

    async def _shown(self, actor: Actor, looked: Looked, rows: list[TargetRow]) -> tuple[TargetShown, ...]:
        labels = await self._labels(looked, rows)
        eyes = await Sighted(self._office).eyes(actor)
        codes = await self._office.affair_queries.codes(eyes, [row.about for row in rows if row.about])
        network = looked.bundle.network

        def label(row: TargetRow) -> str:
            place = network.place(row.key)
            return labels.get(row.label or "") or (place.name if place is not None else row.key)

        shown = [TargetShown(row=row, label=label(row), about=codes.get(row.about or "")) for row in rows]
        return tuple(sorted(shown, key=lambda target: target.row.outcome is not None))

    async def _labels(self, looked: Looked, rows: list[TargetRow]) -> Mapping[str, str]:
        """The words of targets by their references; none where this person may not read them in full."""
        refs = dict.fromkeys(row.label for row in rows if row.label)
        return await self._office.vault.open_texts(refs) if refs and looked.seen.full(Group.SUMMARY) else {}
