"""The archive (档案查询): ended cases by what stands on the file, how long each is kept, and whether the seal of one still holds."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import ValidationError

from models.base import Model
from models.words import ENDS, Stage
from rules.labels import STAGES
from service.oversight.archive import Archive, Wanted
from web.console.caller import CallerDep
from web.console.tables import kinds, named, towns, whole
from web.problems import WebProblem

router = APIRouter()

LIMIT = 50


class Asked(Model):
    """What the address asks for; an empty field asks nothing."""

    code: str = ""
    year: str = ""
    category: str = ""
    town: str = ""
    outcome: str = ""
    retain_from: str = ""
    retain_to: str = ""
    permanent: bool = False
    cursor: str = ""
    check: str = ""
    """Code of the file whose seal is checked."""

    def wanted(self) -> Wanted:
        """Return what is looked for. Raises ValidationError."""
        given = self.model_dump(exclude={"cursor", "check"})
        return Wanted.model_validate({name: value for name, value in given.items() if value})


@router.get("/archive")
async def archive(who: CallerDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return a page of the files looked for; with a code to check, what came of it."""
    desk = Archive(who.office)
    try:
        page = await desk.search(who.actor, asked.wanted(), after=asked.cursor or None, limit=LIMIT)
    except (ValidationError, ValueError) as error:
        raise WebProblem("invalid") from error
    context: dict[str, Any] = {
        "page": page,
        "asked": asked,
        "report": await desk.check(who.actor, asked.check) if asked.check else None,
        "whole": whole(who),
        "towns": towns(who),
        "kinds": kinds(who),
        "outcomes": named(who, {stage: STAGES[stage] for stage in Stage if stage in ENDS}),
        "archived": Stage.ARCHIVED,
    }
    return who.page("archive.html", context)
