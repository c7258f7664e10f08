"""The register of hazards (隐患台账): open ones by village, item or severity, with their age."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from models.affair.hazard import HazardBook
from models.affair.hazard_register import AgeBand, RegisterBy
from models.base import Model
from rules.labels import Both
from service.affairs.hazards import Hazards
from web.console.caller import Caller, CallerDep

router = APIRouter()

BYS: dict[RegisterBy, Both] = {
    RegisterBy.VILLAGE: ("村（社区）", "Village or community"),
    RegisterBy.ITEM: ("隐患条目", "What is unsafe"),
    RegisterBy.SEVERITY: ("隐患等级", "Severity"),
}
AGES: dict[AgeBand, Both] = {
    AgeBand.TO_3: ("3天以内", "Up to 3 days"),
    AgeBand.TO_7: ("4至7天", "4 to 7 days"),
    AgeBand.TO_30: ("8至30天", "8 to 30 days"),
    AgeBand.OVER_30: ("30天以上", "Over 30 days"),
}


class Asked(Model):
    """What the address asks for."""

    by: RegisterBy = RegisterBy.VILLAGE


@router.get("/hazards")
async def hazards(who: CallerDep, asked: Annotated[Asked, Query()]) -> Response:
    """Return the register of what this person's numbers are made of."""
    found = await Hazards(who.office).register(who.actor, asked.by)
    context: dict[str, Any] = {
        "found": found,
        "bys": [(str(by), who.words.both(words)) for by, words in BYS.items()],
        "ages": [(band, who.words.both(words)) for band, words in AGES.items()],
        "head": who.words.both(BYS[asked.by]),
        "named": {group.key: _named(who, asked.by, group.key) for group in found.groups},
    }
    return who.page("hazards.html", context)


def _named(who: Caller, by: RegisterBy, key: str) -> str:
    """A group by its name: of the place, or of the hazard list."""
    if by is RegisterBy.VILLAGE:
        place = who.office.bundle.network.place(key)
        return place.name if place is not None else key
    book = who.office.place.books.get("hazard")
    if not isinstance(book, HazardBook):
        return key
    entry = (book.items if by is RegisterBy.ITEM else book.severities).get(key)
    return key if entry is None else who.words.both((entry.zh, entry.en))
