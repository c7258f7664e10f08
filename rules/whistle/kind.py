"""The kind `whistle` (网格吹哨、部门报到): its actions and who may do them, whose it is, what is wrong with its book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter

from models.affair.whistle import actions as a
from models.affair.whistle.book import WhistleBook, WhistleItem, WhistleLevel
from models.affair.whistle.happenings import WhistleEvent
from models.affair.whistle.state import CallState, Whistle
from models.network import VILLAGE, Network
from models.party import Actor
from models.words import Level, Role
from rules.affair.common import SUPERVISORS
from rules.affair.kind import AffairBundle, AffairSpec, Fault, Kind
from rules.affair.units import centres, of_centre, standard_access, village_of
from rules.whistle import answering, doing
from rules.whistle.calling import next_rung
from rules.whistle.clocks import ball, expire, owes, wants
from rules.whistle.foldings import FOLDINGS
from rules.whistle.labels import LABELS

AUTHORS = frozenset({Role.GRID, Role.DISPATCHER, Role.DIRECTOR})
DIRECTORS = SUPERVISORS | {Role.OFFICER}
"""Those who steer: the centre, and the officer of the grid's committee as its grid director (网格指导员)."""
UNITS = SUPERVISORS | {Role.OFFICER, Role.POLICE, Role.STEWARD}
BEFORE_WORK = frozenset({"proposed", "called"})
OPEN = frozenset({"called", "working"})
AFTER = frozenset({"called", "working", "resolved", "closed"})


def _blows(whistle: Whistle, actor: Actor, act: a.BlowWhistle, bundle: AffairBundle) -> bool:
    """A grid member in a grid of their committee, or the centre of the place's town or of the district."""
    place = bundle.network.place(act.place)
    if place is None:
        return True
    if actor.role is Role.GRID:
        return place.unit is not None and place.unit == actor.unit
    return actor.unit in centres(place.town, bundle.network)


def _author(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return whistle.author in actor.ids


def _steers(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    own = village_of(whistle, bundle.network) == actor.unit
    return of_centre(whistle, actor, bundle) or (own and actor.role is Role.OFFICER)


def _author_or_steers(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return _author(whistle, actor, act, bundle) or _steers(whistle, actor, act, bundle)


def _author_or_clerk(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return _author(whistle, actor, act, bundle) or (actor.role is Role.CLERK and of_centre(whistle, actor, bundle))


def _called(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    call = whistle.call(actor.unit)
    return call is not None and call.state is not CallState.RELEASED


def _has_part(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    call = whistle.call(actor.unit)
    return call is not None and call.part is not None and call.state is not CallState.RELEASED


def _was_called(whistle: Whistle, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return whistle.call(actor.unit) is not None


def _own(test: Callable[[Any], object]) -> Callable[[Whistle, Any, AffairBundle], bool]:
    """A check on the call of the actor's own unit; false where it has none."""

    def check(whistle: Whistle, act: Any, bundle: AffairBundle) -> bool:
        call = whistle.call(act.actor.unit)
        return call is not None and bool(test(call))

    return check


def _named(test: Callable[[Any], object]) -> Callable[[Whistle, Any, AffairBundle], bool]:
    """A check on the call of the unit that the action names; false where it was not called."""

    def check(whistle: Whistle, act: Any, bundle: AffairBundle) -> bool:
        call = whistle.call(act.unit)
        return call is not None and bool(test(call))

    return check


def _returned_enough(whistle: Whistle, act: a.ConcludeWhistle, bundle: AffairBundle) -> bool:
    """Whether it can't come back once more: it has before, and there is no level above."""
    return not act.done and whistle.returned > 0 and next_rung(whistle, bundle) is None


def _case_opened(whistle: Whistle, act: a.OpenCaseOfWhistle, bundle: AffairBundle) -> bool:
    opened = any(link.kind == "dispute" and link.why == "opened" for link in whistle.links)
    return opened or any(work.kind == "open_case" for work in whistle.work.values())


def _now_only(fault: Fault | None = None) -> Fault:
    """No claimed time: of all that is done to a whistle, only the check-in may be told later."""

    def check(whistle: Whistle, act: Any, bundle: AffairBundle) -> str | None:
        if act.occurred_at is not None:
            return "occurred_at"
        return fault(whistle, act, bundle) if fault is not None else None

    return check


def _blow_fault(whistle: Whistle, act: a.BlowWhistle, bundle: AffairBundle) -> str | None:
    book: WhistleBook = bundle.book
    if act.item is not None and act.item not in book.items:
        return "item"
    if act.item is None and not act.units:
        return "units"
    return _level_fault(book, act.item, act.level, None)


def _endorse_fault(whistle: Whistle, act: a.EndorseWhistle, bundle: AffairBundle) -> str | None:
    book: WhistleBook = bundle.book
    if act.item is not None and act.item not in book.items:
        return "item"
    return _level_fault(book, act.item, act.level, whistle.level)


def _level_fault(book: WhistleBook, item: str | None, level: str | None, before: str | None) -> str | None:
    """A level is one of the book's, and none less urgent than that of the item; without either there is none."""
    least = book.items[item].level if item is not None else before
    if level is None:
        return "level" if least is None else None
    too_low = item is not None and least is not None and level in book.levels and book.urgency(level) < book.urgency(least)
    return "level" if level not in book.levels or too_low else None


def access(whistle: Whistle, bundle: AffairBundle) -> Iterable[tuple[str, str]]:
    """Its town and grid, the units that were called, the author and the author's unit."""
    found = standard_access(whistle, bundle.network, *(call.unit for call in whistle.calls))
    author = [("unit", whistle.author_unit), ("person", whistle.author)]
    return (*found, *((kind, value) for kind, value in author if value is not None))


def faults(book: WhistleBook, network: Network) -> Iterator[tuple[str, str]]:
    """What is wrong with the list in this network."""
    for key, limit in (("endorse", book.endorse), ("conclude", book.conclude)):
        if limit.expire is not (key == "conclude"):
            yield key, "has to expire: silence confirms" if key == "conclude" else "can't expire: nobody confirms by silence"
    for key, level in book.levels.items():
        yield from _level_faults(f"levels.{key}", level)
    known = {unit.kind for unit in network.units.values()} | set(network.units)
    for key, item in book.items.items():
        yield from _item_faults(f"items.{key}", item, book, known)
    for key in book.classes:
        if all(item.of != key for item in book.items.values()):
            yield f"classes.{key}", "has no item"


def _level_faults(key: str, level: WhistleLevel) -> Iterator[tuple[str, str]]:
    if not level.answer.expire:
        yield f"{key}.answer", "has to expire: somebody is called in the place of a silent unit"
    for name, limit in (("arrive", level.arrive), ("resolve", level.resolve)):
        if limit.expire:
            yield f"{key}.{name}", "can't expire: it shows cards alone"
    for rung in level.rungs:
        if rung not in {Level.VILLAGE, Level.TOWN, Level.COUNTY}:
            yield f"{key}.rungs.{rung}", "a whistle climbs from village to town to county"


def _item_faults(key: str, item: WhistleItem, book: WhistleBook, known: set[str]) -> Iterator[tuple[str, str]]:
    if item.of not in book.classes:
        yield f"{key}.of", f'unknown class "{item.of}"'
    if item.level not in book.levels:
        yield f"{key}.level", f'unknown level "{item.level}"'
    if len(item.units) > book.most_units:
        yield f"{key}.units", "more than most_units"
    for unit in item.units:
        if unit == VILLAGE or unit not in known:
            yield f"{key}.units", f'unknown kind of unit "{unit}"' if unit != VILLAGE else "a grid does not call its own committee"


SPECS = {
    "blow": AffairSpec(body=doing.blow, roles=AUTHORS, stages=frozenset({None}), fault=_now_only(_blow_fault), holds=_blows),
    "endorse": AffairSpec(
        body=doing.endorse, roles=DIRECTORS, stages=frozenset({"proposed"}), fault=_now_only(_endorse_fault), holds=_steers
    ),
    "turn_down": AffairSpec(body=doing.turn_down, roles=DIRECTORS, stages=BEFORE_WORK, fault=_now_only(), holds=_steers),
    "withdraw_whistle": AffairSpec(body=doing.withdraw, roles=AUTHORS, stages=BEFORE_WORK, fault=_now_only(), holds=_author),
    "call_unit": AffairSpec(
        body=doing.call_unit,
        roles=AUTHORS | DIRECTORS,
        stages=OPEN,
        fault=_now_only(),
        done=_named(lambda call: True),
        holds=_author_or_steers,
    ),
    "release_unit": AffairSpec(
        body=doing.release_unit,
        roles=DIRECTORS,
        stages=OPEN,
        fault=_now_only(),
        done=_named(lambda call: call.state in {CallState.RELEASED, CallState.RESOLVED}),
        holds=_steers,
    ),
    "respond": AffairSpec(
        body=answering.respond, roles=UNITS, stages=OPEN, fault=_now_only(), done=_own(lambda call: not call.silent), holds=_called
    ),
    "arrive": AffairSpec(body=answering.arrive, roles=UNITS, stages=OPEN, done=_own(lambda call: call.arrived_at), holds=_has_part),
    "resolve_part": AffairSpec(
        body=answering.resolve_part,
        roles=UNITS,
        stages=frozenset({"working"}),
        fault=_now_only(),
        done=_own(lambda call: call.state is CallState.RESOLVED),
        holds=_has_part,
    ),
    "conclude": AffairSpec(
        body=doing.conclude, roles=AUTHORS, stages=frozenset({"resolved"}), fault=_now_only(), done=_returned_enough, holds=_author
    ),
    "rate_unit": AffairSpec(
        body=doing.rate_unit,
        roles=AUTHORS,
        stages=AFTER - {"called"},
        fault=_now_only(),
        done=_named(lambda call: call.stars is not None),
        holds=_author,
    ),
    "rate_whistle": AffairSpec(
        body=answering.rate_whistle,
        roles=UNITS,
        stages=AFTER,
        fault=_now_only(),
        done=_own(lambda call: call.useful is not None),
        holds=_was_called,
    ),
    "open_case": AffairSpec(
        body=doing.open_case,
        roles=frozenset({Role.GRID, Role.CLERK}),
        stages=AFTER,
        fault=_now_only(),
        done=_case_opened,
        holds=_author_or_clerk,
    ),
}
"""The rule of each action."""

WHISTLE = Kind(
    name="whistle",
    zh="吹哨报到",
    en="Whistle",
    mark="WH",
    workflow="Whistle",
    state=Whistle,
    event=WhistleEvent,
    actions=TypeAdapter(a.WhistleAction),
    book=WhistleBook,
    opens="blow",
    ends=frozenset({"closed", "turned_down", "withdrawn"}),
    specs=SPECS,
    foldings=FOLDINGS,
    wants=wants,
    owes=owes,
    ball=ball,
    expire=expire,
    access=access,
    staff=lambda whistle: {"author": whistle.author} if whistle.author is not None else {},
    keys=lambda whistle: (("item", whistle.item or "unlisted"),),
    urgent=lambda whistle: whistle.level == "hard",
    faults=faults,
    labels=LABELS,
)
