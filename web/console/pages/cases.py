"""Cases in lists: filters, pages, and the search by words, which comes in the body since names have no place in an address.

The list behind a figure is this list, too; what the form has no field for is told in words above the table.
"""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from rules.labels import LEVELS, STAGES, TIERS
from web.console import lists
from web.console.caller import CallerDep, FormDep
from web.console.fields import text
from web.console.tables import kinds, named, towns
from web.problems import WebProblem

router = APIRouter()

LIMIT = 50


@router.get("/cases")
async def cases(who: CallerDep) -> Response:
    """Return a page of the list."""
    asked = who.request.query_params
    try:
        wanted = lists.wanted(who)
        page = await who.reader.list(who.actor, wanted, after=asked.get("cursor") or None, limit=LIMIT)
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
    told = lists.told_of(who, wanted)
    context = {"page": page, "count": counted.count, "wanted": wanted, "told": told, "kept": lists.kept(who), "asked": asked, **tables}
    return who.page("cases.html", context)


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
