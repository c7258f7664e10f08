"""The versions of an affair (版本): what each changed, who made it and when, and the affair as it stood."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from rules.affair.kinds import KINDS
from rules.affair.labels import said
from service.affairs.versions import Versions
from web.console.caller import Caller, CallerDep

router = APIRouter(prefix="/affairs/{code}/versions")


@router.get("")
async def versions(who: CallerDep, code: str) -> Response:
    """Return the list of versions, the newest first."""
    found = await Versions(who.office).listed(who.actor, code)
    kind = await _kind(who, code)
    rows = [(one, _named(who, kind, one.changed)) for one in reversed(found.versions)]
    return who.page("affair/versions.html", {"found": found, "rows": rows})


@router.get("/{seq}")
async def version(who: CallerDep, code: str, seq: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
    """Return the affair as of a version, with what it said before where that changed."""
    found = await Versions(who.office).at(who.actor, code, seq)
    kind = found.affair.kind
    telling = who.affair_reader.telling(kind)
    context: dict[str, Any] = {
        "found": found,
        "changed": _named(who, kind, found.version.changed),
        "facts": telling.facts(found.affair.facts),
        "before": telling.facts(found.before),
        "stage": who.words.both(said(KINDS[kind].labels, "stages", found.affair.stage)),
    }
    return who.page("affair/version.html", context)


async def _kind(who: Caller, code: str) -> str:
    return (await who.affair_reader.row(who.actor, code)).kind


def _named(who: Caller, kind: str, names: tuple[str, ...]) -> list[str]:
    """Return what fields are called."""
    stage = who.words.message("阶段")
    return [stage if name == "stage" else who.words.both(said(KINDS[kind].labels, "fields", name)) for name in names]
