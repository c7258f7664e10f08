"""What each action on an order leads to, or why it is refused (服务单办理)."""

from __future__ import annotations

from typing import Any

from models.affair import order as o
from models.affair.order_book import Offering, OrderBook
from models.clock import Clock
from models.refusal import RefusalCode
from rules.affair.draft import AffairDraft
from rules.affair.units import unit_of, where
from rules.draft import Refuse, require
from rules.order.folding import yuan


def offering(draft: AffairDraft, item: str) -> tuple[str, Offering]:
    """Which list an item stands in, and what it is; refuses `invalid`."""
    book: OrderBook = draft.bundle.book
    found = book.offering(item)
    if found is None:
        raise Refuse(RefusalCode.INVALID, "item")
    return found


def request(draft: AffairDraft, act: o.RequestOrder) -> None:
    """Ask for an item. A free one needs no quote; nothing is asked of anybody's paid orders."""
    place = where(draft.bundle.network, act.place)
    name, _ = offering(draft, act.item)
    require(act.group is None or act.group in draft.bundle.book.groups, RefusalCode.INVALID, "group")
    what = o.OrderRequested(
        place=place.code,
        town=place.town,
        list="free" if name == "free" else "paid",
        item=act.item,
        team=unit_of(draft.bundle.network, draft.bundle.book.team, place),
        customer=act.customer_person,
        text=act.text,
        group=act.group,
        quantity=act.quantity,
    )
    free = what.list == "free"
    draft.add(what, stage="accepted" if free else "requested", moments=("requested", "accepted") if free else ("requested",))


def quote(draft: AffairDraft, act: o.QuoteOrder) -> None:
    """Say what it costs: below the market, by a reference that is not too old."""
    order: o.Order = draft.affair
    _, item = offering(draft, order.item or "")
    if item.market is None:
        raise Refuse(RefusalCode.WRONG_STAGE, "free")
    lasts = draft.bundle.book.reference_lasts.span
    today = draft.bundle.cal.local_date(draft.when)
    require(today - item.market.day <= lasts, RefusalCode.TOO_LATE, "market")
    require(act.price < item.market.price, RefusalCode.INVALID, "price")
    total = yuan(act.price * order.quantity)
    made = o.Quote(price=act.price, quantity=order.quantity, total=total, market=item.market, at=draft.when, by=draft.actor.person)
    draft.add(o.OrderQuoted(quote=made), stage="quoted", moments=("quoted",))


def accept(draft: AffairDraft, act: o.AcceptQuote) -> None:
    """Take the quote for the customer."""
    draft.add(o.QuoteAccepted(), stage="accepted", moments=("accepted",))


def withdraw(draft: AffairDraft, act: o.WithdrawOrder) -> None:
    """Take the order back."""
    require(act.reason, RefusalCode.MISSING_REASON)
    draft.add(o.OrderWithdrawn(reason=act.reason), stage="withdrawn")


def decline(draft: AffairDraft, act: o.DeclineOrder) -> None:
    """Say that the team can't do it, on a ground of the list."""
    require(act.ground in draft.bundle.book.declines, RefusalCode.INVALID, "ground")
    draft.add(o.OrderDeclined(ground=act.ground), stage="declined")


def start(draft: AffairDraft, act: o.StartOrder) -> None:
    """Begin."""
    draft.add(o.OrderStarted(worker=draft.actor.person), stage="working", moments=("started",))


def finish(draft: AffairDraft, act: o.FinishOrder) -> None:
    """Say that the work is done."""
    draft.add(o.OrderFinished(text=act.text), stage="done", moments=("finished",))


def confirm(draft: AffairDraft, act: o.ConfirmOrder) -> None:
    """Confirm for the customer, or give it back with what is lacking; never whoever did the work."""
    require(draft.affair.worker not in draft.actor.ids, RefusalCode.SAME_PERSON)
    if act.accepted:
        draft.add(o.OrderConfirmed(day=draft.bundle.cal.local_date(draft.when)), stage="closed")
        return
    require(act.text, RefusalCode.MISSING_REASON)
    draft.add(o.OrderReturned(text=act.text), stage="working", moments=("started",))


def rate(draft: AffairDraft, act: o.RateOrder) -> None:
    """Write down what the customer says; a low rating says why."""
    require(draft.affair.worker not in draft.actor.ids, RefusalCode.SAME_PERSON)
    require(act.text or act.stars > LOW, RefusalCode.MISSING_REASON)
    draft.add(o.OrderRated(rating=o.OrderRating(stars=act.stars, at=draft.when, text=act.text or None)))


LOW = 2
"""Up to so many stars a rating says why."""


def dispute(draft: AffairDraft, act: o.DisputeOrder) -> None:
    """Open a case about it. Whoever did the work is kin of the other party, so that no mediator is chosen from there."""
    order: o.Order = draft.affair
    kin = [order.worker] if order.worker is not None else []
    parties: list[dict[str, Any]] = [
        {"id": "a", "side": "applicant", "kind": "person", "person": order.customer},
        {"id": "b", "side": "respondent", "kind": "organisation", "kin": kin},
    ]
    fields = {
        "channel": "grid",
        "place": order.place,
        "summary": act.text,
        "happened_on": draft.bundle.cal.local_date(draft.when).isoformat(),
        "parties": parties,
        "people": 2,
        "amount": order.quote.total if order.quote else None,
    }
    draft.add(o.OrderDisputed(text=act.text))
    draft.ask("open_case", {"fields": {name: value for name, value in fields.items() if value is not None}, "texts": ["summary"]})


def expire(draft: AffairDraft, clock: Clock) -> None:
    """Silence withdraws a quote, and confirms work that was done."""
    if clock.id == "accept":
        draft.add(o.OrderWithdrawn(reason="code:lapsed"), stage="withdrawn", clocks=(clock,))
    elif clock.id == "confirm":
        draft.add(o.OrderConfirmed(day=draft.bundle.cal.local_date(draft.when), silent=True), stage="closed", clocks=(clock,))
