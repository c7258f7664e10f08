"""The limits of a whistle (吹哨时限): which run, who owes what they count for, who holds the ball, what an end leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from models.affair.whistle import happenings as h
from models.affair.whistle.book import WhistleBook
from models.affair.whistle.state import Call, CallState, CallWhy, Whistle
from models.clock import Clock
from models.words import Role
from rules.affair.draft import AffairDraft
from rules.affair.kind import AffairBundle, Owes, Want
from rules.affair.units import village_of
from rules.obligations import acting
from rules.whistle.calling import in_charge, level_of, next_rung, substitute

ACTS = {"answer": "respond", "arrive": "arrive", "resolve": "resolve_part"}
"""The action by which a unit meets a limit of its own."""


def wants(whistle: Whistle, bundle: AffairBundle) -> Mapping[str, Want]:
    """The clocks that should run."""
    book: WhistleBook = bundle.book
    if whistle.stage == "proposed":
        return {"endorse": Want("endorse", book.endorse, whistle.moments["blown"])}
    if whistle.stage == "resolved":
        return {"conclude": Want("conclude", book.conclude, whistle.moments["resolved"])}
    return dict(_running(whistle, bundle))


def _running(whistle: Whistle, bundle: AffairBundle) -> Iterator[tuple[str, Want]]:
    level = level_of(whistle, bundle)
    done = {call.part for call in whistle.calls if call.state is CallState.RESOLVED}
    for call in whistle.calls:
        step = None if call.part in done else _step(whistle, call)
        if step is not None:
            limit = {"answer": level.answer, "arrive": level.arrive, "resolve": level.resolve}[step]
            since = max(call.since, whistle.moments["begun"]) if step == "resolve" else call.since
            yield f"{step}:{call.unit}", Want(f"{whistle.level}.{step}", limit, since)
    if whistle.rung is not None:
        top = next_rung(whistle, bundle) is None
        # Below the top a level's time leads upwards; at the top there is nothing but cards left.
        limit = level.rungs[whistle.rung].model_copy(update={"cards": top, "expire": not top, "expire_after": None})
        yield "rung", Want(f"{whistle.level}.{whistle.rung}", limit, whistle.moments["rung"])


def _step(whistle: Whistle, call: Call) -> str | None:
    """What a unit has to do next within a limit, or None."""
    if call.silent:
        return "answer"
    if call.part is None:
        return None
    if call.state is CallState.ANSWERED:
        return "arrive"
    return "resolve" if call.state is CallState.ARRIVED and whistle.stage == "working" else None


def owes(whistle: Whistle, clock: str, bundle: AffairBundle) -> Owes:
    """Who owes what a clock counts for."""
    step, _, unit = clock.partition(":")
    if step in ACTS:
        return Owes(ACTS[step], acting(unit), unit)
    if step == "conclude":
        return Owes("conclude", whistle.author_role or Role.GRID, whistle.author_unit, whistle.author)
    if step == "endorse":
        return _endorser(whistle, bundle)
    charged = in_charge(whistle, bundle)
    top = next_rung(whistle, bundle) is None
    return Owes("call_unit", Role.LEADER if top and charged == bundle.network.county_centre else acting(charged), charged)


def _endorser(whistle: Whistle, bundle: AffairBundle) -> Owes:
    """The grid director (网格指导员), an officer of the place's committee; the centre where the place has none."""
    unit = village_of(whistle, bundle.network) or bundle.network.centre(whistle.town)
    return Owes("endorse", acting(unit), unit)


def ball(whistle: Whistle, bundle: AffairBundle) -> str | None:
    """The duty that moves it on: of the units' own the one due first, for all that is not late or silent already."""
    if whistle.stage in {"proposed", "resolved"}:
        return "endorse" if whistle.stage == "proposed" else "conclude"
    open_calls = [(whistle.call(name.partition(":")[2]), name, clock) for name, clock in whistle.clocks.items() if name != "rung"]
    first = sorted(
        (call.state is CallState.SILENT, call.part is None, clock.due.at if clock.due else clock.anchor, name)
        for call, name, clock in open_calls
        if call is not None
    )
    return first[0][3] if first else "rung"


def expire(draft: AffairDraft, clock: Clock) -> None:
    """What the end of a limit leads to: a substitute, the next level, or a deemed confirmation."""
    step, _, unit = clock.id.partition(":")
    if step == "answer":
        silent(draft, unit)
    elif step == "rung":
        climb(draft, "limit")
    elif step == "conclude":
        draft.add(h.WhistleConcluded(deemed=True), stage="closed")


def silent(draft: AffairDraft, unit: str) -> None:
    """Note that a unit is silent, and call somebody in its place; it still owes its answer."""
    whistle: Whistle = draft.affair
    call = whistle.call(unit)
    if call is None or call.state is CallState.SILENT:
        return
    stand_in = substitute(whistle, unit, draft.bundle.network)
    draft.add(h.UnitSilent(unit=unit, substitute=stand_in))
    if stand_in is not None:
        draft.add(h.UnitCalled(unit=stand_in, part=call.part, why=CallWhy.SUBSTITUTE))


def climb(draft: AffairDraft, why: Literal["limit", "returned"]) -> None:
    """Go up one level: its centre is in charge, and called in unless it was called already."""
    whistle: Whistle = draft.affair
    to = next_rung(whistle, draft.bundle)
    if to is None:
        return
    unit = in_charge(whistle, draft.bundle, to)
    draft.add(h.WhistleClimbed(to=to, unit=unit, why=why))
    if draft.affair.call(unit) is None:
        draft.add(h.UnitCalled(unit=unit, part=None, why=CallWhy.CLIMBED))
