"""The integrity checks (数据质量核查, domain 7.1): numbers that are too good, moved too fast, or came about in a strange way.

A finding is a question to a unit, never a verdict, and never about a person. It is for those who supervise and audit alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from models.kpi import Kpi
from models.party import Actor
from models.period import Period, Step
from rules.desks import Desk
from rules.kpi.counting import Window, percent
from rules.labels import Both, label
from rules.periods import DAY, bounds, holding
from service.kpi.keeping import catch_up
from service.kpi.told import Finding, Findings
from service.office import Office
from service.oversight.figures import Figure
from service.oversight.figuring import NOT_SET, sit_down
from service.reading import Reader
from service.showing import unit_name
from store.desk.lists import Eyes, Filter
from store.kpi.checks import Checks
from store.kpi.figures import KpiFigures, Scope

PARTIES = 4000
"""How many parties of visited cases are compared by phone."""

CODES = 100


class IntegrityDesk:
    """The checks of a period for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._checks = Checks(office.store)
        self._rules = office.place.kpis.suspicion

    async def findings(self, actor: Actor, day: date) -> Findings:
        """Return what the checks find in the month that a day lies in. Refused to whom the desk is not for."""
        sit_down(Desk.INTEGRITY, actor)
        await catch_up(self._office)
        now, eyes = self._office.now(), await Reader(self._office).numbers(actor)
        period = holding(Step.MONTH, day)
        since, until = bounds(period, self._office.bundle.cal)
        window = Window(since, until, now)
        found = [
            *await self._rates(eyes, period, window),
            *await self._month_ends(eyes, period, window),
            *_listed("agreed_after_end", await self._checks.agreed_after_end(eyes, window)),
            *_listed("own_visit", await self._checks.own_visits(eyes, window)),
            *await self._phones(eyes, window),
        ]
        return Findings(as_of=now, period=period, found=tuple(found))

    async def _rates(self, eyes: Eyes, period: Period, window: Window) -> list[Finding]:
        """Rates of units that are perfect, or moved far from the three months before."""
        earlier = holding(Step.MONTH, period.first - DAY)
        first = holding(Step.MONTH, holding(Step.MONTH, earlier.first - DAY).first - DAY)
        since, until = bounds(Period(first=first.first, last=earlier.last), self._office.bundle.cal)
        windows, figures, found = [window, Window(since, until, window.now)], KpiFigures(self._office.store), list[Finding]()
        for kpi in (kpi for kpi in self._office.place.kpis.kpis if kpi.id in self._rules.rates):
            counts = {"whole": kpi.of, "part": kpi.counted_part()}
            for unit, numbers in sorted((await figures.counted(eyes, counts, windows, Scope(), "unit")).items()):
                found.extend(self._judged(kpi, unit, numbers, window))
        return found

    def _judged(self, kpi: Kpi, unit: str, numbers: Mapping[str, list[int]], window: Window) -> Iterator[Finding]:
        (whole, whole_before), (part, part_before) = numbers["whole"], numbers["part"]
        if whole < self._rules.least:
            return
        rate, rate_before = percent(part, whole) or 0.0, percent(part_before, whole_before)
        name = self._unit(unit)
        about = (f"{name[0]} · {kpi.zh}", f"{name[1]} · {kpi.en}")
        wanted = Filter(kpi=kpi.id, kpi_unit=unit or None, kpi_from=window.since, kpi_to=window.until)
        behind = Figure(value=whole, behind=wanted if unit else None)
        if part == whole:
            yield _finding("perfect", about, (f"{part}/{whole}，恰为 100%", f"{part}/{whole}, exactly 100 %"), behind=behind)
        if rate_before is None or whole_before < self._rules.least or abs(rate - rate_before) < self._rules.jump_points:
            return
        said = (
            f"{rate:g}%（{part}/{whole}），前三个月 {rate_before:g}%（{part_before}/{whole_before}）",
            f"{rate:g} % ({part}/{whole}), {rate_before:g} % in the three months before ({part_before}/{whole_before})",
        )
        yield _finding("jump", about, said, behind=behind)

    async def _month_ends(self, eyes: Eyes, period: Period, window: Window) -> list[Finding]:
        days = self._rules.month_end_days
        last = self._office.bundle.cal.midnight(period.last - (days - 1) * DAY)
        found = []
        for unit, (ended, late) in sorted((await self._checks.ends_by_lead(eyes, window, last)).items()):
            share = percent(late, ended) or 0.0
            if ended < self._rules.least or share <= self._rules.month_end_percent:
                continue
            said = (
                f"归档 {ended} 件，其中月末最后 {days} 天 {late} 件（{share:g}%）",
                f"{ended} archived, {late} of them in the last {days} days of the month ({share:g} %)",
            )
            wanted = Filter(ended_from=last, ended_to=window.until, lead=unit) if unit else None
            found.append(_finding("month_end", self._unit(unit), said, behind=Figure(value=late, behind=wanted)))
        return found

    async def _phones(self, eyes: Eyes, window: Window) -> list[Finding]:
        """Persons of different cases that were confirmed by visits and share a phone; the phone itself is told to nobody."""
        pairs = await self._checks.confirmed(eyes, window, PARTIES)
        persons = await self._office.vault.open_persons(sorted({ref for _, ref in pairs}))
        by_phone: dict[str, dict[str, set[str]]] = {}
        for code, ref in pairs:
            phone = "".join(char for char in (persons[ref].phone or "") if char.isdigit()) if ref in persons else ""
            if phone:
                by_phone.setdefault(phone, {}).setdefault(ref, set()).add(code)
        found = []
        for refs in by_phone.values():
            codes = sorted(set().union(*refs.values()))
            if len(refs) >= self._rules.same_phone and len(codes) >= self._rules.same_phone:
                said = (
                    f"{len(refs)} 人、{len(codes)} 件案件留的是同一个电话",
                    f"{len(refs)} persons of {len(codes)} cases left the same phone",
                )
                found.append(_finding("same_phone", ("回访核实", "visits"), said, cases=tuple(codes[:CODES])))
        return found

    def _unit(self, unit: str) -> Both:
        name = unit_name(self._office.bundle.network, unit) or unit
        return (name, name) if unit else NOT_SET


def _finding(check: str, about: Both, said: Both, *, cases: tuple[str, ...] = (), behind: Figure | None = None) -> Finding:
    return Finding.model_validate(
        {"check": check, "name": label("integrity", check), "about": about, "said": said, "cases": cases, "behind": behind}
    )


def _listed(check: str, codes: list[str]) -> list[Finding]:
    if not codes:
        return []
    more = "+" if len(codes) >= CODES else ""
    return [_finding(check, ("全部单位", "all units"), (f"{len(codes)}{more} 件", f"{len(codes)}{more} cases"), cases=tuple(codes))]
