"""The kind `order` (服务单): whose it is, which limits run, who sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter

from models.affair import order as o
from models.affair.order_book import OrderBook
from models.network import Network
from models.party import Actor
from models.words import Role
from rules.affair.kind import AffairBundle, AffairSpec, Kind, Owes, Want
from rules.affair.units import centre_posts, centres, of_centre, of_place, owed_there, unit_of, village_of
from rules.order import actions
from rules.order.folding import FOLDINGS
from rules.order.labels import LABELS

CUSTOMERS = frozenset({Role.GRID, Role.CLERK, Role.OFFICER, Role.DISPATCHER, Role.DIRECTOR})
"""Who speaks for a customer at the desk: the grid, the village, the centre; never the team."""

TEAM = frozenset({Role.STEWARD})
ENDS = frozenset({"closed", "declined", "withdrawn"})


def _near(order: o.Order, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Of the place, and not of the team itself."""
    place = act.place if isinstance(act, o.RequestOrder) else order.place
    return actor.unit != order.team and (of_place(place, actor, bundle.network) or bundle.network.place(place or "") is None)


def _asks(order: o.Order, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """Somebody of the place; the team takes a request down, too."""
    place = bundle.network.place(act.place)
    team = place is not None and actor.unit == unit_of(bundle.network, bundle.book.team, place)
    return team or _near(order, actor, act, bundle)


def _of_team(order: o.Order, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return actor.unit == order.team


def _works(order: o.Order, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    return actor.unit == order.team and (order.worker is None or actor.holder == order.worker)


def _wants(order: o.Order, bundle: AffairBundle) -> Mapping[str, Want]:
    book: OrderBook = bundle.book
    first = order.group is not None
    running = {
        "requested": ("quote", book.quote, "requested"),
        "quoted": ("accept", book.accept, "quoted"),
        "accepted": ("start", book.start_first if first else book.start, "accepted"),
        "working": ("finish", book.finish, "started"),
        "done": ("confirm", book.confirm, "finished"),
    }
    name, limit, moment = running[str(order.stage)]
    return {name: Want("start_first" if name == "start" and first else name, limit, order.moments[moment])}


def _owes(order: o.Order, clock: str, bundle: AffairBundle) -> Owes:
    if clock in {"quote", "start", "finish"}:
        worker = order.worker if clock == "finish" else None
        return Owes(clock, Role.STEWARD, order.team, worker)
    return owed_there(order, clock, bundle.network, Role.CLERK)


def _ball(order: o.Order, bundle: AffairBundle) -> str:
    return next(iter(order.clocks), "")


def _access(order: o.Order, bundle: AffairBundle) -> Iterator[tuple[str, str]]:
    """The team, the village, the centre; the customer their own. The town at large has no business here."""
    network = bundle.network
    for unit in (order.team, *centres(order.town, network), village_of(order, network)):
        if unit:
            yield "unit", unit
    yield from centre_posts(order.town, network)
    if order.team:
        yield "task", order.team
    if order.place:
        yield "place", order.place
    if order.customer:
        yield "party", order.customer


def _faults(book: OrderBook, network: Network) -> Iterator[tuple[str, str]]:
    if book.team not in {unit.kind for unit in network.units.values()}:
        yield "team", f'unknown kind of unit "{book.team}"'


def _seen_to(order: o.Order, actor: Actor, act: Any, bundle: AffairBundle) -> bool:
    """A quarrel is told by whoever stands near the customer, or by the centre."""
    return _near(order, actor, act, bundle) or of_centre(order, actor, bundle)


def _stages(*names: str | None) -> frozenset[str | None]:
    return frozenset(names)


ORDER = Kind(
    name="order",
    zh="服务单",
    en="Service order",
    mark="SO",
    workflow="ServiceOrder",
    state=o.Order,
    event=o.OrderEvent,
    actions=TypeAdapter(o.OrderAction),
    book=OrderBook,
    opens="request",
    ends=ENDS,
    specs={
        "request": AffairSpec(actions.request, CUSTOMERS | TEAM, _stages(None), holds=_asks),
        "quote": AffairSpec(actions.quote, TEAM, _stages("requested"), holds=_of_team),
        "accept": AffairSpec(actions.accept, CUSTOMERS, _stages("quoted"), holds=_near),
        "withdraw": AffairSpec(actions.withdraw, CUSTOMERS, _stages("requested", "quoted", "accepted"), holds=_near),
        "decline": AffairSpec(actions.decline, TEAM, _stages("requested", "accepted"), holds=_of_team),
        "start": AffairSpec(actions.start, TEAM, _stages("accepted"), holds=_of_team),
        "finish": AffairSpec(actions.finish, TEAM, _stages("working"), holds=_works),
        "confirm": AffairSpec(actions.confirm, CUSTOMERS, _stages("done"), holds=_near),
        "rate": AffairSpec(
            actions.rate, CUSTOMERS, _stages("closed"), holds=_near, done=lambda order, _act, _bundle: order.rating is not None
        ),
        "dispute": AffairSpec(
            actions.dispute,
            frozenset({Role.GRID, Role.CLERK}),
            _stages("accepted", "working", "done", "closed"),
            holds=_seen_to,
            done=lambda order, _act, _bundle: order.disputed,
        ),
    },
    foldings=FOLDINGS,
    wants=_wants,
    owes=_owes,
    ball=_ball,
    access=_access,
    expire=actions.expire,
    staff=lambda order: {"worker": order.worker} if order.stage == "working" and order.worker is not None else {},
    keys=lambda order: (("item", order.item or ""), ("team", order.team or "")),
    faults=_faults,
    labels=LABELS,
)
