"""The property team's orders (红色物管队服务单): the catalogue to choose from, asking for an item, and the queue of a desk.

The forms on these pages go where all forms of affairs go (`pages/affairs.py`): a refusal brings the order's page with what was typed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from models.affair.order_book import Offering
from rules.affair.allowed import may_begin
from rules.order.kind import ORDER
from service.affairs.orders import Orders
from service.affairs.queue import Owed, Queue
from web.console.affair_forms import AffairChoices, at_post, form
from web.console.caller import Caller, CallerDep
from web.console.inputs import Form
from web.problems import WebProblem

router = APIRouter(prefix="/orders")


@dataclass(frozen=True, slots=True)
class Entry:
    """One order of the queue as its page shows it."""

    owed: Owed
    item: Offering | None
    form: Form | None
    """What is to be done now."""
    typed: FormData
    """What the form begins with: the price of the list."""


@router.get("")
async def queue(who: CallerDep) -> Response:
    """Return what this desk owes in orders: for the team what is to be quoted, begun and done, for others what customers are asked."""
    _there(who)
    found = await Queue(who.office).of(who.actor, ORDER.name)
    context: dict[str, Any] = {
        "entries": [_entry(who, owed) for owed in found.entries],
        "more": found.more,
        "begins": may_begin(ORDER, who.actor),
        "c": AffairChoices(who.words, who.office, ORDER, who.actor.unit),
        "new_id": lambda: uuid.uuid4().hex,
        "unit_of": lambda item: item.unit if item is not None and item.unit else who.words.message("次"),
    }
    return who.page("orders/queue.html", context)


def _entry(who: Caller, owed: Owed) -> Entry:
    book = Orders(who.office).book()
    item = book.items.get(owed.state.item or "")
    priced = {"price": f"{item.price:g}"} if owed.duty.act == "quote" and item is not None and item.price is not None else {}
    return Entry(owed, item, form(ORDER.name, owed.duty.act), FormData(priced))


@router.get("/catalogue")
async def catalogue(who: CallerDep) -> Response:
    """Return both lists, to choose from where one may ask for a service."""
    _there(who)
    return who.page("orders/catalogue.html", {"found": Orders(who.office).prices(), "begins": may_begin(ORDER, who.actor)})


@router.get("/new/{item}")
async def new(who: CallerDep, item: str) -> Response:
    """Return the form that asks for one item for somebody."""
    _there(who)
    asked = form(ORDER.name, ORDER.opens)
    priced = next((one for cls in Orders(who.office).prices().classes for one in cls.items if one.item == item), None)
    if priced is None or asked is None or not may_begin(ORDER, who.actor):
        raise WebProblem("not_found")
    context: dict[str, Any] = {
        "item": priced,
        "inputs": [one for one in asked.inputs if one.name != "item"],
        "typed": at_post(who.office, who.actor.unit),
        "c": AffairChoices(who.words, who.office, ORDER, who.actor.unit),
        "new_id": uuid.uuid4().hex,
    }
    return who.page("orders/new.html", context)


def _there(who: Caller) -> None:
    """Refuse where the place has no property team."""
    if ORDER.name not in who.office.place.books:
        raise WebProblem("not_found")
