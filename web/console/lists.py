"""What the address of a list of cases asks for, and the address of the list behind a figure; both tell it in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from service.asking import filter_of, params
from service.reading import Filter
from web.console.caller import Caller
from web.console.posts import unit_name

STATES: dict[str, bool | None] = {"open": False, "ended": True, "all": None}
"""`state` of an address, and what it asks."""

IN_FORM = frozenset({"town", "stage", "tier", "level", "category", "overdue", "suspended"})
"""What the form above a list has a field for, besides `state` and `mine`."""

TEXT = 200
"""Longest value in an address."""


@dataclass(frozen=True, slots=True)
class Told:
    """A condition that the form above a list has no field for: what it says, and what it is in the address."""

    words: str
    names: tuple[str, ...]
    without: str
    """The address of the list without it."""


def wanted(who: Caller) -> Filter:
    """Return what the address of this page asks for. Raises ValueError."""
    asked = who.request.query_params
    state = asked.get("state") or "open"
    if state not in STATES or any(len(value) > TEXT for _, value in asked.multi_items()):
        raise ValueError("state")
    found = filter_of((name, value) for name, value in asked.multi_items() if name != "ended")
    mine = {"handled_by": who.actor.holder} if asked.get("mine") else {}
    return found.model_copy(update={"ended": STATES[state], **mine})


def behind(found: Filter | None) -> str:
    """Return the address of the list behind a figure; nothing where there is none."""
    if found is None:
        return ""
    state = next(name for name, ended in STATES.items() if ended is found.ended)
    return "/cases?" + urlencode([("state", state), *((name, value) for name, value in params(found) if name != "ended")])


def kept(who: Caller) -> list[tuple[str, str]]:
    """Return what the form above the list must send along, since it has no field for it."""
    hidden = {name for told in told_of(who, wanted(who)) for name in told.names}
    return [(name, value) for name, value in who.request.query_params.multi_items() if name in hidden and value]


def told_of(who: Caller, found: Filter) -> list[Told]:
    """Return, in words, the conditions that the form has no field for."""
    asked = found.model_dump(exclude_none=True)
    return [
        Told(words, names, who.address(**dict.fromkeys(names, ""), cursor=""))
        for names, tell in TELLING.items()
        if any(name in asked for name in names)
        for words in tell(who, found)
    ]


def _unit(who: Caller, unit_id: str | None) -> str:
    return unit_name(unit_id, who.office.bundle.network)


def _span(who: Caller, since: datetime | None, until: datetime | None) -> str:
    """Return a stretch of time as its days; what ends at midnight ends on the day before."""
    cal, words = who.office.bundle.cal, who.words
    first = words.day(cal.local_date(since)) if since else ""
    last = words.day(cal.ending_date(until)) if until else ""
    if not (first and last):
        return words.message("自 %(day)s 起", day=first) if first else words.message("截至 %(at)s", at=last) if last else ""
    return first if first == last else words.message("%(first)s 至 %(last)s", first=first, last=last)


def _lead(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("主办单位：%(unit)s", unit=_unit(who, found.lead))


def _card(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("有未销的%(card)s", card=who.words.label("card", found.card))


def _place(who: Caller, found: Filter) -> Iterator[str]:
    place = who.office.bundle.network.place(found.place or "")
    yield who.words.message("地点：%(place)s", place=place.name if place else found.place)


def _opened(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("登记于 %(span)s", span=_span(who, found.opened_from, found.opened_to))


def _ended(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("办结于 %(span)s", span=_span(who, found.ended_from, found.ended_to))


def _agreed(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("协议生效于 %(span)s", span=_span(who, found.agreed_from, found.agreed_to))


def _settled(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("%(span)s办结，或仍在办且已超期", span=_span(who, found.settled_from, found.settled_to))


def _accepted(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("已受理") if found.accepted else who.words.message("未受理")


def _late(who: Caller, found: Filter) -> Iterator[str]:
    yield who.words.message("主办单位有逾期") if found.late else who.words.message("主办单位无逾期")


def _marks(who: Caller, found: Filter) -> Iterator[str]:
    about = [part for part in (_unit(who, found.mark_unit), _span(who, found.mark_from, found.mark_to)) if part]
    for kinds, says in ((found.marks, who.words.message("有")), (found.unmarked, who.words.message("没有"))):
        if kinds:
            listed = who.words.message(" 或 ").join(who.words.label("mark", kind) for kind in kinds)
            yield " · ".join((f"{says}{listed}" if who.words.language == "zh" else f"{says} {listed}", *about))


def _kpi(who: Caller, found: Filter) -> Iterator[str]:
    kpi = who.office.place.kpis.get(found.kpi or "")
    if kpi is None:
        return
    name = who.words.pick(kpi.zh, kpi.en)
    side = [who.words.message("分子") if found.kpi_part else who.words.message("分母")] if kpi.part is not None else []
    yield " · ".join(part for part in (name, *side, _unit(who, found.kpi_unit), _span(who, found.kpi_from, found.kpi_to)) if part)


def _without(who: Caller, found: Filter) -> Iterator[str]:
    names: Mapping[str, str] = {
        "town": who.words.message("镇街"),
        "lead": who.words.message("主办单位"),
        "level": who.words.message("层级"),
        "category": who.words.message("类别"),
        "place": who.words.message("地点"),
        "mediator": who.words.message("调解员"),
    }
    yield who.words.message("未定：%(what)s", what=who.words.sep.join(names[name] for name in found.without or ()))


TELLING: dict[tuple[str, ...], Callable[[Caller, Filter], Iterator[str]]] = {
    ("lead",): _lead,
    ("card",): _card,
    ("place",): _place,
    ("opened_from", "opened_to"): _opened,
    ("ended_from", "ended_to"): _ended,
    ("agreed_from", "agreed_to"): _agreed,
    ("settled_from", "settled_to"): _settled,
    ("accepted",): _accepted,
    ("late",): _late,
    ("marks", "unmarked", "mark_unit", "mark_from", "mark_to"): _marks,
    ("kpi", "kpi_part", "kpi_unit", "kpi_from", "kpi_to"): _kpi,
    ("without",): _without,
}
"""How each condition is told, by its names in the address."""
