"""A service order (服务单): somebody asks the property team for an item of one of its lists, and it is followed until confirmed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from models.affair.base import Affair, AffairAction, AffairEvent, Happened
from models.affair.common import CommonAction, CommonHappening
from models.affair.order_book import MarketReference
from models.base import Id, Instant, Label, Model, Reason, Text


class Quote(Model):
    """What the team asks for a paid order (报价), with the market reference it was held against."""

    price: float
    """Yuan for one unit."""
    quantity: float
    total: float
    market: MarketReference
    at: Instant
    by: Id


class OrderRating(Model):
    """What the customer said of it (评价)."""

    stars: int
    at: Instant
    text: str | None = None


class Order(Affair):
    """The state of one order.

    Free: `accepted` → `working` → `done` → `closed`. Paid: `requested` → `quoted` before. Ends: `closed`, `declined`, `withdrawn`.
    """

    kind: Literal["order"] = "order"
    list: Literal["free", "paid"] | None = None
    item: str | None = None
    team: str | None = None
    """Unit of the property team."""
    customer: str | None = None
    """Vault reference."""
    group: str | None = None
    """Why they are served first; None = in their turn."""
    text: str | None = None
    quantity: float = 1
    quote: Quote | None = None
    worker: str | None = None
    result: str | None = None
    ended_on: date | None = None
    """The local day it was confirmed on: what the ledger counts it by."""
    rating: OrderRating | None = None
    disputed: bool = False


class RequestOrder(AffairAction):
    """Ask for an item for somebody (申请服务)."""

    do: Literal["request"] = "request"
    place: Label
    item: Label
    customer_person: str = Field(max_length=80)
    text: Text
    group: Label | None = None
    quantity: float = Field(default=1, gt=0, le=10_000)


class QuoteOrder(AffairAction):
    """Say what a paid order costs (报价): for one unit, below the market reference of the book."""

    do: Literal["quote"] = "quote"
    price: float = Field(gt=0)


class AcceptQuote(AffairAction):
    """The customer takes the quote (接受报价)."""

    do: Literal["accept"] = "accept"


class WithdrawOrder(AffairAction):
    """The customer wants it no longer, before work has begun (撤单)."""

    do: Literal["withdraw"] = "withdraw"
    reason: Reason = ""


class DeclineOrder(AffairAction):
    """The team can't do it, on a ground of the list (不予受理)."""

    do: Literal["decline"] = "decline"
    ground: Label


class StartOrder(AffairAction):
    """Somebody of the team begins (开工)."""

    do: Literal["start"] = "start"


class FinishOrder(AffairAction):
    """The work is done (完工)."""

    do: Literal["finish"] = "finish"
    text: Text


class ConfirmOrder(AffairAction):
    """The customer confirms, or says what is still lacking (验收)."""

    do: Literal["confirm"] = "confirm"
    accepted: bool
    text: Reason = ""


class RateOrder(AffairAction):
    """What the customer says of it (评价)."""

    do: Literal["rate"] = "rate"
    stars: int = Field(ge=1, le=5)
    text: Reason = ""


class DisputeOrder(AffairAction):
    """There is a quarrel about it: a case is opened, for a mediator outside the team (服务纠纷转调解)."""

    do: Literal["dispute"] = "dispute"
    text: Text


class OrderRequested(Happened):
    """Somebody asked for an item."""

    type: Literal["order_requested"] = "order_requested"
    place: str
    town: str | None
    list: Literal["free", "paid"]
    item: str
    team: str
    customer: str
    text: str
    group: str | None
    quantity: float


class OrderQuoted(Happened):
    """The team said what it costs."""

    type: Literal["order_quoted"] = "order_quoted"
    quote: Quote


class QuoteAccepted(Happened):
    """The customer took the quote."""

    type: Literal["quote_accepted"] = "quote_accepted"


class OrderWithdrawn(Happened):
    """The customer wants it no longer, or let the quote lapse."""

    type: Literal["order_withdrawn"] = "order_withdrawn"
    reason: str


class OrderDeclined(Happened):
    """The team can't do it."""

    type: Literal["order_declined"] = "order_declined"
    ground: str


class OrderStarted(Happened):
    """Work has begun."""

    type: Literal["order_started"] = "order_started"
    worker: str


class OrderFinished(Happened):
    """Work is done."""

    type: Literal["order_finished"] = "order_finished"
    text: str


class OrderReturned(Happened):
    """Something is still lacking."""

    type: Literal["order_returned"] = "order_returned"
    text: str


class OrderConfirmed(Happened):
    """The customer confirmed, or kept silent until the limit was over."""

    type: Literal["order_confirmed"] = "order_confirmed"
    day: date
    silent: bool = False


class OrderRated(Happened):
    """The customer rated it."""

    type: Literal["order_rated"] = "order_rated"
    rating: OrderRating


class OrderDisputed(Happened):
    """A case is being opened about it."""

    type: Literal["order_disputed"] = "order_disputed"
    text: str


OrderAction = Annotated[
    RequestOrder
    | QuoteOrder
    | AcceptQuote
    | WithdrawOrder
    | DeclineOrder
    | StartOrder
    | FinishOrder
    | ConfirmOrder
    | RateOrder
    | DisputeOrder
    | CommonAction,
    Field(discriminator="do"),
]


class OrderEvent(AffairEvent):
    """One entry of an order's record."""

    what: Annotated[
        OrderRequested
        | OrderQuoted
        | QuoteAccepted
        | OrderWithdrawn
        | OrderDeclined
        | OrderStarted
        | OrderFinished
        | OrderReturned
        | OrderConfirmed
        | OrderRated
        | OrderDisputed
        | CommonHappening,
        Field(discriminator="type"),
    ]
