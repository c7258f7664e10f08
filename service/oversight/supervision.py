"""The supervisor's cockpit (督导驾驶舱): how things stand, and how they went. The table by unit is in `service/oversight/league.py`.

Units are told apart, persons never: nobody is ranked, nobody's sign-ins are counted (domain 10).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.network import Network
from models.party import Actor
from models.period import Step
from models.words import CardKind, Role, Stage, Tier
from rules.desks import WHOLE, Desk
from rules.periods import bounds, latest
from rules.visibility import Group
from service.office import Office
from service.oversight.figures import Both, Cockpit, Course, Figure, Point, StageNow, UnitNow
from service.oversight.figuring import Figuring, named, one, sit_down
from service.reading import Reader
from service.showing import town_name, unit_name
from store.desk.figures import Stay
from store.desk.lists import Filter
from store.desk.tallies import ALL, Tallies, Tally

PARTS: dict[str, Filter] = {
    "overdue": Filter(overdue=True),
    "suspended": Filter(suspended=True),
    "yellow": Filter(card=CardKind.YELLOW),
    "red": Filter(card=CardKind.RED),
}
"""What the open cases of each unit are counted by."""

ALL_UNITS = WHOLE | {Role.ANALYST}
"""Whose figures hold all that a unit leads in their scope. Others would see of other units only what they share with them."""


class Supervision:
    """Figures for one person after another; keeps nothing between two questions."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._reader = Reader(office)
        self._tallies = Tallies(office.store)

    async def cockpit(self, actor: Actor, *, town: str | None = None, lead: str | None = None) -> Cockpit:
        """Return how things stand now in one's own scope, or in one town or unit of it. Refused to whom the desk is not for."""
        sit_down(Desk.COCKPIT, actor)
        now, eyes = self._office.now(), await self._reader.numbers(actor)
        figures = Figuring(actor, Filter(ended=False, town=town, lead=lead))
        wanted, network = figures.narrowed(), self._office.bundle.network
        split = await self._tallies.split(eyes, wanted, now, ("lead",), PARTS)
        split |= await self._tallies.split(eyes, wanted, now, ("stage", "tier", "level", "category", "town"), {})
        stays = await self._tallies.stays(eyes, wanted, now)
        total = {name: sum(row[name] for row in split["lead"].values()) for name in (ALL, *PARTS)}
        units = split["lead"] if actor.role in ALL_UNITS else {key: row for key, row in split["lead"].items() if key == actor.unit}
        return Cockpit(
            as_of=now,
            open=figures.figure(total[ALL]),
            overdue=figures.figure(total["overdue"], overdue=True),
            suspended=figures.figure(total["suspended"], suspended=True),
            red=_of_tier(figures, split["tier"], Tier.RED),
            orange=_of_tier(figures, split["tier"], Tier.ORANGE),
            yellow_cards=figures.figure(total["yellow"], card=CardKind.YELLOW),
            red_cards=figures.figure(total["red"], card=CardKind.RED),
            stages=tuple(_stages(figures, split["stage"], stays)),
            tiers=figures.slices("tier", split["tier"], named("tier")),
            levels=figures.slices("level", split["level"], named("level")),
            categories=figures.slices("category", split["category"], self._classes()),
            towns=figures.slices("town", split["town"], _town_names(network, split["town"])),
            units=tuple(_units(figures, units, network)),
        )

    async def course(
        self, actor: Actor, step: Step = Step.MONTH, *, count: int = 12, town: str | None = None, lead: str | None = None
    ) -> Course:
        """Return how many cases were registered, ended and agreed in each of the last periods, this one included.

        Refused to whom the desk is not for; raises ValueError for more than 60 periods.
        """
        sit_down(Desk.COCKPIT, actor)
        if not 0 < count <= MOST_PERIODS:
            raise ValueError(f"at most {MOST_PERIODS} periods")
        now, cal, eyes = self._office.now(), self._office.bundle.cal, await self._reader.numbers(actor)
        figures = Figuring(actor, Filter(town=town, lead=lead))
        periods = latest(step, cal.local_date(now), count)
        stretches = [bounds(period, cal) for period in periods]
        counted = await self._tallies.course(eyes, figures.narrowed(), now, stretches)
        points = (
            Point(
                period=period,
                registered=figures.figure(counted["opened"][number], opened_from=since, opened_to=until),
                ended=figures.figure(counted["ended"][number], ended_from=since, ended_to=until),
                agreed=figures.figure(counted["agreed"][number], agreed_from=since, agreed_to=until),
            )
            for number, (period, (since, until)) in enumerate(zip(periods, stretches, strict=True))
        )
        return Course(as_of=now, step=step, points=tuple(points))

    def _classes(self) -> dict[str, Both]:
        """Return the names of the classes of categories."""
        return {entry.code: (entry.zh, entry.en) for entry in self._office.place.categories.categories.values() if len(entry.code) == 2}


MOST_PERIODS = 60
"""Longest course that can be asked for."""


def _of_tier(figures: Figuring, tally: Tally, tier: Tier) -> Figure | None:
    if not figures.counts_by(Group.RISK):
        return None
    return figures.figure(tally.get(tier, {ALL: 0})[ALL], tier=tier)


def _stages(figures: Figuring, tally: Tally, stays: Iterable[Stay]) -> Iterator[StageNow]:
    """Yield every stage that open cases are in, in the order of the way."""
    stayed = {stay.stage: stay for stay in stays}
    for piece in figures.slices("stage", tally, named("stage")):
        stay = stayed.get(piece.key)
        yield StageNow(
            stage=Stage(piece.key),
            name=piece.name,
            open=piece.cases,
            # Another machine's clock may be ahead of this one's: nobody has been anywhere for less than no time.
            days_mean=max(0.0, stay.days_mean) if stay else None,
            days_longest=max(0.0, stay.days_longest) if stay else None,
        )


def _units(figures: Figuring, tally: Tally, network: Network) -> Iterator[UnitNow]:
    """Yield what each unit leads, the most first."""
    for key, row in sorted(tally.items(), key=lambda item: (-item[1][ALL], item[0])):
        if key:
            yield UnitNow(
                unit=key,
                name=unit_name(network, key) or key,
                open=figures.figure(row[ALL], **one("lead", key)),
                overdue=figures.figure(row["overdue"], overdue=True, **one("lead", key)),
                yellow=figures.figure(row["yellow"], card=CardKind.YELLOW, **one("lead", key)),
                red=figures.figure(row["red"], card=CardKind.RED, **one("lead", key)),
            )


def _town_names(network: Network, towns: Iterable[str]) -> dict[str, Both]:
    """Return the names of towns, and the district's for cases of its own."""
    found = {town: town_name(network, town or None) or town for town in sorted(towns)}
    return {town: (name, name) for town, name in found.items()}
