"""Making reports (报表): GB/T 31000 items, the register of petitions, the justice statistics; page by page, in constant memory.

A report is an export: with its purpose, its mark, its line in the access log and its limit of rows (`service/exporting/`). It shows each
case as its reader sees it; what must be filled and is not stands in the last column of its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from models.case import Case
from models.export import ExportFormat, ExportKind
from models.kpi import CaseFact, Mediation
from models.party import Actor
from models.period import Period
from models.refusal import RefusalCode
from models.report import Report
from rules.labels import Both
from rules.periods import bounds
from rules.reporting import hard, justice_row, source_column
from rules.visibility import sight
from service.errors import refuse
from service.exporting.columns import Cell, Writer
from service.exporting.exports import Exports, Made
from service.kpi.keeping import tell
from service.office import Office
from service.reports.entries import Entry
from store.desk.lists import Filter
from store.desk.states import States
from store.kpi.book import FactBook

PAGE = 200
"""Cases that are read, opened and written at once."""

MISSING: Both = ("缺项", "missing")

SUMS: tuple[Both, ...] = (
    ("受理件数", "cases"),
    ("涉及人数", "people"),
    ("调解成功", "successes"),
    ("疑难复杂", "hard or complex"),
    ("涉及金额（元）", "amount (yuan)"),
    ("书面协议", "written agreements"),
    ("口头协议", "oral agreements"),
    ("司法确认", "confirmed by a court"),
    ("已履行", "kept so far"),
)


@dataclass(slots=True)
class Gaps:
    """What was missing, over all rows of a report."""

    rows: int = 0
    columns: Counter[str] = field(default_factory=Counter)


class Reporting(Exports):
    """Reports for one person after another. Every method refuses `not_allowed` to who may take nothing out."""

    async def report(
        self, actor: Actor, report_id: str, wanted: Filter, form: ExportFormat, why: str, *, language: str = "zh", person: str = ""
    ) -> tuple[Made, Gaps]:
        """Make a report with a row for each case; return it with what was missing.

        Raises Refused: `invalid` for an unknown report or purpose, `too_many_rows` beyond the setting; StoreAway.
        """
        report = self._office.place.reports.get(report_id)
        if report is None:
            raise refuse(RefusalCode.INVALID, "report")
        purpose, limit = await self._begun(actor, wanted, why)
        writer, gaps = Writer(language, self._office.bundle.cal), Gaps()
        heads = (*(writer.both((column.zh, column.en)) for column in report.columns), writer.both(MISSING))
        note = self._note(ExportKind.REPORT, form, purpose, f"{report_id} {_asked(wanted)}")
        made = await self._made(actor, note, person, heads, self._rows(actor, report, wanted, writer, gaps), limit)
        return made, gaps

    async def justice(
        self, actor: Actor, period: Period, form: ExportFormat, why: str, *, town: str | None = None, language: str = "zh", person: str = ""
    ) -> Made:
        """Make the justice statistics of the cases registered in a period and accepted. Raises as `report` does."""
        wanted = registered_in(self._office, period, town).model_copy(update={"accepted": True})
        purpose, limit = await self._begun(actor, wanted, why)
        writer, reports = Writer(language, self._office.bundle.cal), self._office.place.reports
        heads = tuple(
            writer.both(words) for words in (("纠纷类型", "type"), *SUMS, *((source.zh, source.en) for source in reports.sources))
        )
        note = self._note(ExportKind.REPORT, form, purpose, f"justice {_asked(wanted)}")
        return await self._made(actor, note, person, heads, self._statistics(actor, wanted, writer), limit)

    async def _begun(self, actor: Actor, wanted: Filter, why: str) -> tuple[str, int]:
        granted = await self._granted(actor, wanted, why)
        async for _ in tell(self._office):
            pass
        return granted

    async def _rows(
        self, actor: Actor, report: Report, wanted: Filter, writer: Writer, gaps: Gaps
    ) -> AsyncIterator[list[tuple[Cell, ...]]]:
        async for page in self._cases(actor, wanted):
            of_report = [(case, fact) for case, fact in page if report.channels is None or case.channel in report.channels]
            rows: list[tuple[Cell, ...]] = []
            for entry in await self._entries(actor, of_report):
                cells, missing = entry.row(report.columns)
                names = [writer.both((column.zh, column.en)) for column in missing]
                gaps.rows += bool(names)
                gaps.columns.update(names)
                rows.append((*cells, "、".join(names) or None))
            yield rows

    async def _entries(self, actor: Actor, page: Sequence[tuple[Case, CaseFact]]) -> list[Entry]:
        """Return the cases of a page with their words, opened in two calls."""
        grids, entries = await self._reader.grids(actor), []
        for case, fact in page:
            bundle = self._office.library.bundle(case.docs)
            entry = Entry(self._office, actor, case, bundle, sight(case, actor, bundle.network, grids))
            entry.fact, entry.reports = fact, self._office.place.reports
            entries.append(entry)
        refs = [entry.refs() for entry in entries]
        texts = await self._office.vault.open_texts([ref for found, _ in refs for ref in found])
        persons = await self._office.vault.open_persons([ref for _, found in refs for ref in found])
        for entry in entries:
            entry.fill(texts, persons)
        return entries

    async def _cases(self, actor: Actor, wanted: Filter) -> AsyncIterator[list[tuple[Case, CaseFact]]]:
        """Yield the cases of somebody's eyes page by page, with their facts; one without facts is told at the next look."""
        eyes, now, after, book = await self._reader.eyes(actor), self._office.now(), None, FactBook(self._office.store)
        while True:
            page = await self._office.queries.page(eyes, wanted, now, after=after, limit=PAGE)
            ids = [row.case_id for row in page.rows]
            states, facts = await States(self._office.store).of(ids), await book.facts(ids)
            yield [(states[one], facts[one]) for one in ids if one in states and one in facts]
            after = page.next
            if after is None:
                return

    async def _statistics(self, actor: Actor, wanted: Filter, writer: Writer) -> AsyncIterator[list[tuple[Cell, ...]]]:
        reports = self._office.place.reports
        width = len(SUMS) + len(reports.sources)
        sums = [[0.0] * width for _ in reports.justice]
        async for page in self._cases(actor, wanted):
            for case, fact in page:
                row = sums[justice_row(reports, case.category, wages=case.wage_workers > 0)]
                for at, value in enumerate(_counted(case, fact, hard=hard(reports, case))):
                    row[at] += value
                row[len(SUMS) + source_column(reports, fact.channel)] += 1
        total = [sum(row[at] for row in sums) for at in range(width)]
        named = [writer.both((kind.zh, kind.en)) for kind in reports.justice]
        rows = [*zip(named, sums, strict=True), (writer.both(("合计", "total")), total)]
        yield [(name, *(int(value) if value == int(value) else round(value, 2) for value in row)) for name, row in rows]


def registered_in(office: Office, period: Period, town: str | None) -> Filter:
    """Return the filter of the cases registered in a period."""
    since, until = bounds(period, office.bundle.cal)
    return Filter(town=town, opened_from=since, opened_to=until)


def _counted(case: Case, fact: CaseFact, *, hard: bool) -> tuple[float, ...]:
    """Return what a case adds to the columns, in the order of `SUMS`."""
    agreed = fact.mediation is Mediation.AGREED
    form = case.agreement.form if agreed and case.agreement is not None else ""
    kept = agreed and fact.resolved_at is not None
    return (1, case.people, agreed, hard, case.amount or 0, form == "written", form == "oral", fact.confirmation == "granted", kept)


def _asked(wanted: Filter) -> str:
    return " ".join(f"{name}={value}" for name, value in wanted.model_dump(mode="json", exclude_none=True).items())
