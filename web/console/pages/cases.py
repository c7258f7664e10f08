"""Cases in lists: filters, pages, and the search by words, which comes in the body since names have no place in an address."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from models.base import Model
from models.words import Level, Stage, Tier
from rules.labels import LEVELS, STAGES, TIERS
from service.reading import Filter
from web.console.caller import Caller, CallerDep, FormDep
from web.console.fields import text
from web.console.tables import kinds, named, towns
from web.problems import WebProblem

router = APIRouter()

LIMIT = 50


class Asked(Model):
    """What the address of a list asks for; an empty field asks nothing."""

    town: str = ""
    stage: Stage | str = ""
    tier: Tier | str = ""
    level: Level | str = ""
    lead: str = ""
    category: str = ""
    state: str = "open"
    """`open`, `ended` or `all`."""
    overdue: bool = False
    suspended: bool = False
    card: str = ""
    mine: bool = False
    cursor: str = ""

    def filter(self, who: Caller) -> Filter:
        """Return the filter this asks for."""
        asked: dict[str, Any] = {
            "town": self.town,
            "stage": self.stage,
            "tier": self.tier,
            "level": self.level,
            "lead": self.lead,
            "category": self.category,
            "card": self.card,
            "overdue": self.overdue,
            "suspended": self.suspended,
            "handled_by": who.actor.holder if self.mine else "",
            "ended": {"open": False, "ended": True}.get(self.state),
        }
        return Filter.model_validate({name: value for name, value in asked.items() if value or (name == "ended" and value is not None)})


@router.get("/cases")
async def cases(who: CallerDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return a page of the list."""
    try:
        wanted = asked.filter(who)
        page = await who.reader.list(who.actor, wanted, after=asked.cursor or None, limit=LIMIT)
    except ValueError as error:
        raise WebProblem("invalid") from error
    tables = {
        "towns": towns(who),
        "stages": named(who, STAGES),
        "tiers": named(who, TIERS),
        "levels": named(who, LEVELS),
        "kinds": kinds(who),
    }
    counted = await who.reader.count(who.actor, wanted)
    return who.page("cases.html", {"page": page, "count": counted.count, "asked": asked, **tables})


@router.post("/cases/search")
async def search(who: CallerDep, fields: FormDep) -> Response:
    """Find cases by code, or by a party's whole name, phone or number."""
    words = text(fields, "text", 100)
    if len(words) < 2 or not words.isprintable():
        return RedirectResponse("/cases", 303)
    page = await who.reader.search(who.actor, words)
    if len(page.cases) == 1:
        return RedirectResponse(f"/cases/{page.cases[0].code}", 303)
    return who.page("found.html", {"page": page})
