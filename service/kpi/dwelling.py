"""Where time goes (停留与责任): stays in stages and whose minutes, over the cases ended in a period; and the ledger of one case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from models.kpi import Whose
from models.party import Actor
from models.period import Period
from models.refusal import RefusalCode
from models.words import Stage
from rules.desks import Desk
from rules.kpi.ball import Held
from rules.kpi.counting import Window
from rules.labels import label
from rules.periods import bounds
from rules.visibility import Group
from service.errors import UnknownCase, refuse
from service.kpi.keeping import catch_up, ledger_of
from service.kpi.quiet import check_period, few, is_quiet
from service.kpi.told import Hand, KpiDwell, Ledger, Stay, Stretch
from service.office import Office
from service.oversight.figuring import sit_down
from service.reading import Reader
from service.showing import unit_name
from store.kpi.book import FactBook
from store.kpi.figures import KpiFigures, Scope

A_DAY = 1440


class Dwelling:
    """Stays and minutes for one person after another."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def dwell(self, actor: Actor, period: Period, scope: Scope | None = None) -> KpiDwell:
        """Return where the time of the cases went that ended in a period. Refused to whom the desk is not for."""
        sit_down(Desk.KPI, actor)
        check_period(actor, period)
        behind, now = await catch_up(self._office), self._office.now()
        eyes, figures, scope = await Reader(self._office).numbers(actor), KpiFigures(self._office.store), scope or Scope()
        since, until = bounds(period, self._office.bundle.cal)
        window = Window(since, until, now)
        least = self._office.place.kpis.suppress_below if is_quiet(actor) else 1
        stays = _stays(await figures.stays(eyes, window, scope), least)
        hands = _hands(await figures.hands(eyes, window, scope), least)
        return KpiDwell(as_of=now, behind=behind, period=period, stays=stays, hands=hands)

    async def ledger(self, actor: Actor, key: str, purpose: str = "") -> Ledger:
        """Return in whose hands a case has been; the look is logged. Raises UnknownCase, and Refused where its way is hidden."""
        case, _, seen = await Reader(self._office).look(actor, key, "ledger", purpose)
        if not seen.sees(Group.WAY):
            raise refuse(RefusalCode.NOT_ALLOWED)
        source = await FactBook(self._office.store).source(case.id)
        if source is None:
            raise UnknownCase(key)
        held = ledger_of(self._office, source)
        network = self._office.bundle.network
        stretches = tuple(
            Stretch(
                since=one.since,
                until=one.until,
                whose=one.whose,
                name=label("whose", one.whose),
                unit=one.unit,
                unit_name=unit_name(network, one.unit or "") or "",
                act=one.act,
                minutes=one.seconds // 60,
                off_minutes=one.off // 60,
            )
            for one in held
        )
        hands = _hands({name: (1 if minutes else 0, minutes, minutes) for name, minutes in _summed(held).items()}, 1)
        return Ledger(case_id=case.id, code=case.code, as_of=self._office.now(), stretches=stretches, hands=hands)


def _summed(held: Iterable[Held]) -> dict[str, int]:
    seconds = dict.fromkeys((str(whose) for whose in Whose), 0)
    for one in held:
        seconds[one.whose] += one.seconds
        seconds[Whose.OFF] += one.off
    return {name: total // 60 for name, total in seconds.items()}


def _stays(found: Mapping[str, tuple[int, int, int]], least: int) -> tuple[Stay, ...]:
    total = sum(minutes for _, minutes, _ in found.values())
    most = max((minutes for _, minutes, _ in found.values()), default=0)
    rows = []
    for name, (cases, minutes, longest) in found.items():
        hidden = few(cases, least)
        rows.append(
            Stay(
                stage=Stage(name),
                name=label("stage", name),
                cases=None if hidden else cases,
                days_mean=round(minutes / cases / A_DAY, 2) if cases and not hidden else None,
                # The longest stay is that of one case.
                days_longest=round(longest / A_DAY, 2) if cases and least == 1 else None,
                share=round(100 * minutes / total, 1) if total and not hidden else None,
                bottleneck=bool(minutes) and minutes == most and not hidden,
            )
        )
    return tuple(rows)


def _hands(found: Mapping[str, tuple[int, int, int]], least: int) -> tuple[Hand, ...]:
    total = sum(minutes for _, minutes, _ in found.values())
    return tuple(
        Hand(
            whose=Whose(name),
            name=label("whose", name),
            cases=None if few(cases, least) else cases,
            minutes=None if few(cases, least) else minutes,
            share=round(100 * minutes / total, 1) if total and not few(cases, least) else None,
        )
        for name, (cases, minutes, _) in found.items()
    )
