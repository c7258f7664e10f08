"""Service orders: what the book refuses, that free is never tied to paid, prices below the market, who is served first, the ledger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from models.affair import order as o
from models.affair.base import AffairDocuments
from models.affair.common import TickAffair
from models.affair.order_book import OrderBook
from models.party import SYSTEM, Actor
from models.refusal import Refusal, RefusalCode
from models.words import Role
from rules.affair.deciding import decide
from rules.affair.folding import append
from rules.affair.kind import AffairContext, bundle
from rules.affair.views import beside
from rules.library import Library
from rules.order.kind import ORDER
from rules.order.ledger import ledger
from service.settings import ROOT
from store.places import load_place

PLACE = load_place(ROOT / "places" / "huaxi")
LIBRARY = Library()
DOCS = AffairDocuments(network=LIBRARY.add(PLACE.network), calendar=LIBRARY.add(PLACE.calendar), book=LIBRARY.add(PLACE.books["order"]))
MORNING = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
GUMENG = "520111105202"


def who(post: str) -> Actor:
    role, _, unit = post.partition("@")
    return Actor(person=post, role=Role(role), unit=unit)


GRID, STEWARD = who("grid@yanlou-gumeng"), who("steward@yanlou-steward")


def book() -> OrderBook:
    found = PLACE.books["order"]
    assert isinstance(found, OrderBook)
    return found


def decided(order: Any, action: Any, now: datetime = MORNING) -> Any:
    return decide(ORDER, order, action, AffairContext(now=now, library=LIBRARY))


def after(order: Any, action: Any, now: datetime = MORNING) -> Any:
    found = decided(order, action, now)
    assert not isinstance(found, Refusal), found
    return append(ORDER, order, found)[0]


def code(order: Any, action: Any, now: datetime = MORNING) -> RefusalCode:
    found = decided(order, action, now)
    assert isinstance(found, Refusal)
    return found.code


def blank(docs: AffairDocuments = DOCS) -> o.Order:
    return o.Order(id="x", source="s", intake_id="1", docs=docs)


def request(**changes: Any) -> o.RequestOrder:
    given = {"id": "r", "actor": GRID, "place": GUMENG, "item": "roof", "customer_person": "person:1", "text": "t", **changes}
    return o.RequestOrder(**given)


def closed(**changes: Any) -> o.Order:
    """An order that was worked on and confirmed."""
    order = after(blank(), request(**changes))
    if order.stage == "requested":
        order = after(order, o.QuoteOrder(id="q", actor=STEWARD, price=40))
        order = after(order, o.AcceptQuote(id="a", actor=GRID))
    order = after(order, o.StartOrder(id="s", actor=STEWARD))
    order = after(order, o.FinishOrder(id="f", actor=STEWARD, text="t"))
    found: o.Order = after(order, o.ConfirmOrder(id="c", actor=GRID, accepted=True))
    return found


def test_the_lists_are_as_long_as_the_source_says() -> None:
    lists = book()
    assert [(len(part.classes), len(part.items)) for part in (lists.free, lists.paid)] == [(8, 29), (8, 39)]
    assert all(item.ours for item in lists.items.values())
    assert all({item.cls for item in part.items.values()} == set(part.classes) for part in (lists.free, lists.paid))


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("paid", "items", "roof", "price"), 60, "below the market"),
        (("paid", "items", "roof", "market"), None, "market reference"),
        (("paid", "items", "roof", "class"), "nothing", r"paid\.items\.roof\.class"),
        (("free", "items", "roof"), {"class": "upkeep", "zh": "x", "en": "x"}, "free list, too"),
    ],
)
def test_a_book_that_asks_too_much_is_refused(path: tuple[str, ...], value: Any, why: str) -> None:
    plain = book().model_dump(mode="json", by_alias=True)
    where = plain
    for part in path[:-1]:
        where = where[part]
    where[path[-1]] = value
    with pytest.raises(ValidationError, match=why):
        OrderBook.model_validate(plain)


def test_a_free_service_is_never_quoted_and_waits_for_no_price() -> None:
    free = after(blank(), request(item="medicine"))
    assert (free.stage, list(free.clocks)) == ("accepted", ["start"])
    assert code(free, o.QuoteOrder(id="q", actor=STEWARD, price=1)) is RefusalCode.WRONG_STAGE


def test_no_ground_of_declining_is_a_debt_or_another_order() -> None:
    for key, ground in book().declines.items():
        assert not any(word in f"{key} {ground.en} {ground.zh}".lower() for word in ("debt", "owe", "paid", "欠", "费", "有偿"))


def test_who_is_served_first_waits_for_a_shorter_time() -> None:
    first = after(blank(), request(item="medicine", group="elderly_alone"))
    plain = after(blank(), request(item="medicine"))
    assert first.clocks["start"].due.at < plain.clocks["start"].due.at
    assert code(blank(), request(group="friends")) is RefusalCode.INVALID


@pytest.mark.parametrize(("price", "expected"), [(60, RefusalCode.INVALID), (61, RefusalCode.INVALID)])
def test_a_quote_lies_below_the_market_reference(price: float, expected: RefusalCode) -> None:
    order = after(blank(), request(quantity=2.5))
    assert code(order, o.QuoteOrder(id="q", actor=STEWARD, price=price)) is expected
    quoted = after(order, o.QuoteOrder(id="q", actor=STEWARD, price=59.99))
    assert (quoted.quote.total, quoted.quote.market.source) == (149.98, "镇集市三家询价均价")


def test_an_old_reference_has_to_be_asked_anew() -> None:
    late = MORNING + timedelta(days=400)
    order = after(blank(), request(), late)
    assert code(order, o.QuoteOrder(id="q", actor=STEWARD, price=40), late) is RefusalCode.TOO_LATE


def test_the_team_neither_takes_its_own_quote_nor_confirms_its_own_work() -> None:
    order = after(after(blank(), request()), o.QuoteOrder(id="q", actor=STEWARD, price=40))
    assert code(order, o.AcceptQuote(id="a", actor=STEWARD)) is RefusalCode.NOT_ALLOWED
    far = who("grid@yanlou-baigu")
    assert code(order, o.AcceptQuote(id="a", actor=far)) is RefusalCode.NOT_HOLDER


def test_another_hand_of_the_team_does_not_finish_what_one_has_begun() -> None:
    order = after(after(blank(), request(item="medicine")), o.StartOrder(id="s", actor=STEWARD))
    other = STEWARD.model_copy(update={"person": "steward@yanlou-steward#2"})
    assert code(order, o.FinishOrder(id="f", actor=other, text="t")) is RefusalCode.NOT_HOLDER


def test_silence_withdraws_a_quote_and_confirms_work() -> None:
    later, tick = MORNING + timedelta(days=9), TickAffair(id="tick", actor=SYSTEM)
    quoted = after(after(blank(), request()), o.QuoteOrder(id="q", actor=STEWARD, price=40))
    assert after(quoted, tick, later).stage == "withdrawn"
    working = after(after(blank(), request(item="medicine")), o.StartOrder(id="s", actor=STEWARD))
    done = after(working, o.FinishOrder(id="f", actor=STEWARD, text="t"))
    confirmed = after(done, tick, later)
    assert (confirmed.stage, confirmed.cards) == ("closed", ())
    assert decided(confirmed, tick, later) == ()


def test_a_quarrel_opens_a_case_with_the_worker_as_kin_of_the_other_side() -> None:
    order = closed()
    clerk = who("clerk@yanlou-centre")
    disputed = after(order, o.DisputeOrder(id="d", actor=clerk, text="vault:x:y"))
    (work,) = disputed.work.values()
    assert (work.kind, work.actor, work.detail["texts"]) == ("open_case", clerk, ["summary"])
    assert work.detail["fields"]["parties"][0]["person"] == "person:1"
    assert work.detail["fields"]["parties"][1]["kin"] == [STEWARD.person]
    assert code(disputed, o.DisputeOrder(id="e", actor=clerk, text="t")) is RefusalCode.ALREADY_DONE
    assert code(order, o.DisputeOrder(id="d", actor=STEWARD, text="t")) is RefusalCode.NOT_ALLOWED


def test_the_town_at_large_does_not_see_who_asked_for_help() -> None:
    order = after(blank(), request())
    found = beside(ORDER, order, bundle(order, LIBRARY, ORDER.book)).access
    assert {kind for kind, _ in found} == {"unit", "task", "place", "party", "post"}


def test_the_ledger_adds_up_what_was_confirmed_in_the_period_and_names_nobody() -> None:
    day = date(2026, 3, 2)
    orders = [closed(quantity=2), closed(quantity=3), closed(item="medicine"), after(blank(), request())]
    found = ledger(orders, day, day, MORNING)
    assert [(row.item, row.orders, row.income, row.market) for row in found.rows] == [("medicine", 1, 0, 0), ("roof", 2, 200, 300)]
    assert (found.orders, found.income, found.saved) == (3, 200, 100)
    assert "person:1" not in found.model_dump_json()
    assert STEWARD.person not in found.model_dump_json()
    assert ledger(orders, day + timedelta(days=1), day + timedelta(days=2), MORNING).rows == ()
