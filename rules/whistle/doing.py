"""What authors, grid directors and centres do with a whistle (吹哨、确认、退哨、加派、销哨、评价). Each writes events or refuses."""

from __future__ import annotations

from typing import Any

from models.affair.base import Happened
from models.affair.whistle import actions as a
from models.affair.whistle import happenings as h
from models.affair.whistle.book import WhistleBook
from models.affair.whistle.state import CallState, CallWhy, Whistle
from models.network import Place
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft
from rules.affair.units import known_unit, where
from rules.draft import require
from rules.whistle.calling import first_rung, listed_units, named_units, parts
from rules.whistle.clocks import climb
from rules.whistle.joining import moves_to


def blow(draft: AffairDraft, act: a.BlowWhistle) -> None:
    """Call the units of the item, or wait until somebody has confirmed what is no item."""
    book: WhistleBook = draft.bundle.book
    place, item = where(draft.bundle.network, act.place), book.items.get(act.item or "")
    units = _units(draft, act.units, item.units if item else (), place, draft.actor.unit)
    require(len(units) <= book.most_units, RefusalCode.INVALID, "units")
    require(act.tried, RefusalCode.MISSING_REASON, "tried")
    require(act.of is None or act.found is not None, RefusalCode.INVALID, "of")
    level = act.level or (item.level if item else "")
    what = h.WhistleBlown(
        place=place.code,
        town=place.town,
        item=act.item,
        level=level,
        rung=first_rung(book.levels[level], place),
        author=draft.actor.holder,
        author_unit=draft.actor.unit,
        author_role=draft.actor.role,
        text=act.text,
        tried=act.tried,
        units=units,
        link=act.found,
    )
    if item is None:
        draft.add(what, stage="proposed", moments=("blown",))
        return
    draft.add(what, stage="called", moments=("blown", "called", "rung"))
    _call_all(draft, units)


def _units(draft: AffairDraft, named: tuple[str, ...], kinds: tuple[str, ...], place: Place, own: str) -> tuple[str, ...]:
    network = draft.bundle.network
    return named_units(network, named, place, own) if named else listed_units(network, kinds, place, own)


def _call_all(draft: AffairDraft, units: tuple[str, ...]) -> None:
    for unit in units:
        draft.add(h.UnitCalled(unit=unit, part=unit, why=CallWhy.FIRST))


def endorse(draft: AffairDraft, act: a.EndorseWhistle) -> None:
    """Confirm what is no item, or put it under one: now the units are called."""
    whistle: Whistle = draft.affair
    book: WhistleBook = draft.bundle.book
    place, item = where(draft.bundle.network, whistle.place or ""), book.items.get(act.item or "")
    units = whistle.asked_units
    if act.units or item is not None:
        units = _units(draft, act.units, item.units if item else (), place, whistle.author_unit or "")
    _somebody_else(draft)
    level = act.level or (item.level if item else whistle.level or "")
    what = h.WhistleEndorsed(item=act.item, level=level, rung=first_rung(book.levels[level], place), person=draft.actor.person)
    draft.add(what, stage="called", moments=("called", "rung"))
    _call_all(draft, units)


def turn_down(draft: AffairDraft, act: a.TurnDownWhistle) -> None:
    """Turn a whistle down before work has begun on it."""
    _somebody_else(draft)
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(h.WhistleTurnedDown(reason=act.reason, person=draft.actor.person), stage="turned_down")


def _somebody_else(draft: AffairDraft) -> None:
    require(draft.affair.author not in draft.actor.ids, RefusalCode.SAME_PERSON)


def withdraw(draft: AffairDraft, act: a.WithdrawWhistle) -> None:
    """Take one's own whistle back before work has begun on it."""
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(h.WhistleWithdrawn(reason=act.reason), stage="withdrawn")


def call_unit(draft: AffairDraft, act: a.CallUnit) -> None:
    """Call one more unit; it has a part of its own."""
    whistle: Whistle = draft.affair
    place = where(draft.bundle.network, whistle.place or "")
    (unit,) = named_units(draft.bundle.network, (act.unit,), place, whistle.author_unit or "")
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(h.UnitCalled(unit=unit, part=unit, why=CallWhy.ADDED, reason=act.reason))


def release_unit(draft: AffairDraft, act: a.ReleaseUnit) -> None:
    """Let a unit go; the last part is never released, a whistle without any is turned down instead."""
    whistle: Whistle = draft.affair
    require(whistle.call(known_unit(draft.bundle.network, act.unit)) is not None, RefusalCode.INVALID, "unit")
    require(act.reason, RefusalCode.MISSING_REASON)
    calls = whistle.with_call(act.unit, state=CallState.RELEASED)
    require(parts(calls), RefusalCode.CHECKLIST_OPEN)
    progress(draft, h.UnitReleased(unit=act.unit, reason=act.reason), moves_to(whistle, calls, draft.bundle))


def progress(draft: AffairDraft, what: Happened, stage: str | None) -> None:
    """Write an event with the stage that it leads to, and note when work began or was resolved."""
    moments = {"working": ("begun",), "resolved": ("resolved",)}.get(stage or "", ())
    draft.add(what, stage=stage, moments=moments)


def conclude(draft: AffairDraft, act: a.ConcludeWhistle) -> None:
    """Confirm that it is done, or give the parts back; what comes back once more climbs a level as well."""
    if act.done:
        draft.add(h.WhistleConcluded(deemed=False, text=act.text), stage="closed")
        return
    whistle: Whistle = draft.affair
    done = tuple(call.unit for call in whistle.calls if call.state is CallState.RESOLVED)
    for unit in act.units:
        require(known_unit(draft.bundle.network, unit) in done, RefusalCode.INVALID, f"units ({unit})")
    require(act.text, RefusalCode.MISSING_REASON)
    again = whistle.returned > 0
    draft.add(h.WhistleReturned(units=act.units or done, text=act.text), stage="working", moments=("rung",))
    if again:
        climb(draft, "returned")


def rate_unit(draft: AffairDraft, act: a.RateUnit) -> None:
    """Rate a unit; one or two stars want a sentence."""
    whistle: Whistle = draft.affair
    require(whistle.call(known_unit(draft.bundle.network, act.unit)) is not None, RefusalCode.INVALID, "unit")
    require(act.text or act.stars > 2, RefusalCode.MISSING_REASON)
    draft.add(h.UnitRated(unit=act.unit, stars=act.stars, text=act.text))


def open_case(draft: AffairDraft, act: a.OpenCaseOfWhistle) -> None:
    """Ask for a dispute to be opened in the whistle's place; it is linked when it is there."""
    fields: dict[str, Any] = act.model_dump(mode="json", exclude={"do", "id", "actor", "occurred_at"})
    draft.ask("open_case", {"fields": {**fields, "channel": "grid", "place": draft.affair.place}, "texts": ["summary"]})
