"""The papers of a case as its page shows them: the desk, where this person sees papers at all, and a form that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.datastructures import FormData

from models.paper.refusal import PaperProblem
from service.errors import PaperRefused
from service.papers.reading import PaperReader
from service.papers.shown import PaperDesk
from web.console.caller import Caller


@dataclass(slots=True)
class Papers:
    """What the tab shows."""

    desk: PaperDesk | None
    form: str = ""
    """Which form was refused: `make:<kind>`, `sign:<paper>`, `upload`."""
    typed: FormData = field(default_factory=FormData)
    words: str = ""


async def shown(who: Caller, code: str, purpose: str = "") -> Papers:
    """Return the papers of a case as far as this person sees them."""
    try:
        return Papers(await PaperReader(who.office).desk(who.actor, code, purpose))
    except PaperRefused as refused:
        if refused.code is not PaperProblem.NOT_YOURS:
            raise
        return Papers(None)
