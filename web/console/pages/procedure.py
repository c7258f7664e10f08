"""The procedure and the calendar in force (规程与日历): every limit with the rule behind it, the ladder, the cards, the rest days.

Those who steer may try another rule or calendar (规则试算): they see what would move, and nothing is written.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.clock import Budget
from models.procedure import Limit, Procedure
from models.words import LEVELS
from rules.clock_explain import AUTHORITIES
from rules.closure import CHECKLIST
from rules.desks import Desk, may_use
from rules.labels import CLOCKS, Both
from rules.procedure_labels import KEPT, MOMENTS, THENS, budget_label, limit_label
from web.console import trying
from web.console.caller import Caller, CallerDep, FormDep
from web.console.choices import GROUNDS, MATTERS
from web.console.year import stretches, year, years

router = APIRouter()

TABS: tuple[tuple[str, str, str], ...] = (
    ("limits", "办理时限", "Limits"),
    ("ways", "层级、督办与结案", "Ladder, cards, closing"),
    ("calendar", "工作日历", "Calendar"),
    ("try", "规则试算", "Try a rule"),
)
"""Name in the address, and words; the last is for those who may try rules."""


@router.get("/procedure")
async def procedure(
    who: CallerDep, tab: Annotated[str, Query(max_length=20)] = "", shown: Annotated[int, Query(alias="year", ge=0, le=9999)] = 0
) -> Response:
    """Return one of the tabs."""
    return _page(who, tab, shown)


@router.post("/procedure/try")
async def try_rule(who: CallerDep, fields: FormDep) -> Response:
    """Return what another rule or calendar would move. Nothing is written."""
    found = await trying.tried(who, fields)
    return _page(who, "try", tried=found, status=422 if found.wrong else 200)


def _page(who: Caller, tab: str, shown: int = 0, *, tried: trying.Tried | None = None, status: int = 200) -> Response:
    tabs = [(name, who.words.pick(zh, en)) for name, zh, en in TABS if name != "try" or may_use(Desk.TRY, who.actor.role)]
    tab = tab if tab in dict(tabs) else TABS[0][0]
    found = who.office.bundle.procedure
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": tabs,
        "procedure": found,
        "budget": lambda budget: _budget(who, budget),
        "checklist": tuple(CHECKLIST),
        "named": lambda table, code: who.words.both(NAMES[table].get(code, (code, code))),
        "category": lambda code: f"{code} {who.words.both(_categories(who).get(code, (code, code)))}",
    }
    if tab == "limits":
        context["limits"] = _limits(who, found)
    if tab == "ways":
        context["ladder"] = tuple((level, found.ladder[level]) for level in LEVELS if level in found.ladder)
        context["visits"] = [(name, limit) for name, limit in _limits(who, found) if limit.key.startswith("visit.")]
    if tab == "calendar":
        context |= _calendar(who, shown)
    if tab == "try":
        limits = [limit for _, limit in _limits(who, found)]
        context |= trying.context(who, found, limits, _categories(who), tried or trying.Tried())
    return who.page("procedure.html", context, status=status)


NAMES: dict[str, dict[str, Both]] = {
    "moment": MOMENTS,
    "then": THENS,
    "authority": {str(authority): words for authority, words in AUTHORITIES.items()},
    "kept": KEPT,
    "ground": GROUNDS,
    "matter": MATTERS,
}


def _limits(who: Caller, found: Procedure) -> list[tuple[str, Limit]]:
    """Return the limits with their names, in the order in which a case meets them."""
    order = list(CLOCKS)
    names = _categories(who)

    def place(limit: Limit) -> tuple[int, int, str]:
        stem, _, variant = limit.key.partition(".")
        slots = ("first", "second", "third", "again")
        return (order.index(stem) if stem in order else len(order), slots.index(variant) if variant in slots else 0, variant)

    return [(who.words.both(limit_label(limit.key, names)), limit) for limit in sorted(found.limits.values(), key=place)]


def _categories(who: Caller) -> dict[str, Both]:
    return {code: (entry.zh, entry.en) for code, entry in who.office.place.categories.categories.items()}


def _budget(who: Caller, budget: Budget | None) -> str:
    return who.words.message("按约定日期") if budget is None else who.words.both(budget_label(budget))


def _calendar(who: Caller, wanted: int) -> dict[str, Any]:
    found, cal = who.office.bundle.calendar, who.office.bundle.cal
    told = years(found)
    today = who.today
    chosen = wanted if wanted in told else min(max(today.year, told[0]), told[-1])

    def of(days: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(day for day in days if day.year == chosen)

    return {
        "calendar": found,
        "years": told,
        "chosen": chosen,
        "today": today,
        "months": year(cal, chosen),
        "off": stretches(of(found.off)),
        "expected": stretches(of(found.expected_off)),
        "make_up": of(found.make_up),
        "weekdays": who.words.weekdays(),
    }
