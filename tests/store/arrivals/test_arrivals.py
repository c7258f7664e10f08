"""Arrivals in the store, on both databases: each once, sealed until settled; and what a file of a sender may say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.affair.watch.book import WatchBook
from models.arrival import Arrival, ArrivalReason, ArrivalState
from service.settings import ROOT
from store.arrivals.arrival_tables import arrivals
from store.arrivals.arrivals import OPEN, Arrivals
from store.arrivals.mappings import read_sender, read_senders
from store.engine import Store
from store.files import BadFile
from store.keyring.keys import Erased
from store.places import LoadedPlace, load_place

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
S = ArrivalState


def arrival(name: str, town: str | None = "yanlou", minutes: int = 0) -> Arrival:
    return Arrival(id=name, sender="hotline", type="t", state=S.WAITING, town=town, at=NOW + timedelta(minutes=minutes))


async def test_an_event_is_kept_once_and_its_content_goes_when_it_is_settled(store: Store) -> None:
    shelf = Arrivals(store)
    assert await shelf.keep(arrival("1"), "张三丰") == arrival("1")
    assert await shelf.keep(arrival("1", minutes=5), "other") == arrival("1")
    assert await shelf.content("1") == "张三丰"
    async with store.read() as db:
        assert "张三丰".encode() not in (await db.scalar(select(arrivals.c.sealed)) or b"")
    await shelf.note("1", reason=ArrivalReason.UNMAPPED, detail="place <- data.area (missing)", town=None)
    noted = await shelf.get("1")
    assert noted is not None
    assert (noted.state, noted.reason, noted.town) == (S.QUARANTINED, "unmapped", None)
    assert await shelf.settle("1", S.ACCEPTED, NOW, "screener@yanlou-centre", case_id="c1", code="YANLOU-2026-00001", town="yanlou")
    assert not await shelf.settle("1", S.DISCARDED, NOW, None)
    await shelf.note("1", reason=ArrivalReason.REFUSED)
    settled = await shelf.get("1")
    assert settled is not None
    assert (settled.state, settled.code, settled.settled_by) == (S.ACCEPTED, "YANLOU-2026-00001", "screener@yanlou-centre")
    assert await shelf.content("1") is None
    assert await store.keys.existing(["arrival:1"]) == {}
    assert await shelf.get("2") is None


async def test_what_was_thrown_away_stays_so(store: Store) -> None:
    shelf = Arrivals(store)
    await shelf.keep(arrival("1"), "x")
    assert await shelf.settle("1", S.DISCARDED, NOW, None)
    with pytest.raises(Erased):
        await store.keys.key("arrival:1")


async def test_lists_are_of_a_town_or_of_all_page_by_page(store: Store) -> None:
    shelf = Arrivals(store)
    for number in range(5):
        await shelf.keep(arrival(str(number), town=("yanlou", None)[number % 2], minutes=number // 2), "x")
    assert [one.id for one in await shelf.page(OPEN, None)] == ["4", "3", "2", "1", "0"]
    assert [one.id for one in await shelf.page(OPEN, "yanlou", limit=2)] == ["4", "2"]
    assert [one.id for one in await shelf.page(OPEN, None, after=(NOW + timedelta(minutes=1), "3"))] == ["2", "1", "0"]
    assert (await shelf.count(OPEN, None), await shelf.count(OPEN, "yanlou"), await shelf.count([S.ACCEPTED], None)) == (5, 3, 0)
    assert [one.id for one in await shelf.waiting(NOW + timedelta(minutes=1))] == ["0", "1"]


@pytest.fixture(scope="session")
def huaxi() -> LoadedPlace:
    return load_place(ROOT / "places" / "huaxi")


FILE = """
version: 1
zh: 甲
en: a
sources: [/a]
proof: token
channel: wechat
post: clerk@{town}-centre
types:
  t:
    do: open
    fields: {place: data.p, summary: data.s, happened_on: time, risk_signs: {path: data.r, table: {x: weapon, y: ""}}}
    parties: [{fields: {side: =applicant, name: data.n}}]
"""


def test_a_file_that_is_right_is_read(huaxi: LoadedPlace, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(FILE, encoding="utf-8")
    sender = read_sender(path, huaxi.network, huaxi.risk)
    assert sender.id == "a"
    assert sender.speaks_for("/a")
    assert not sender.speaks_for("/a/b")


CHANGES: list[tuple[Callable[[str], str], str]] = [
    (lambda text: text.replace("weapon", "bad"), 'a.yaml: types.t.fields.risk_signs: unknown sign "bad"'),
    (lambda text: text.replace("place: data.p", "place: =111"), 'a.yaml: types.t.fields.place: unknown place "111"'),
    (lambda text: text.replace("clerk@", "doctor@"), 'a.yaml: post: there is no post "doctor@{town}-centre"'),
    (lambda text: text.replace("clerk@", "screener@"), "a.yaml: types.t.do: a screener may not open"),
    (lambda text: text.replace("=applicant", "=somebody"), 'a.yaml: types.t.parties.0.fields.side: unknown word "somebody"'),
    (lambda text: text.replace("summary", "sumary"), "a.yaml: types.t.fields.sumary: open has no such field"),
    (lambda text: text.replace("time,", "tme,"), "a.yaml: types.t.fields.happened_on: a path begins with"),
    (lambda text: text.replace("proof: token", "proof: hope"), "a.yaml: proof: "),
]


@pytest.mark.parametrize(("change", "told"), CHANGES)
def test_a_file_that_is_wrong_is_refused_with_file_key_and_reason(
    huaxi: LoadedPlace, tmp_path: Path, change: Callable[[str], str], told: str
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(change(FILE), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        read_sender(path, huaxi.network, huaxi.risk)
    assert told in str(caught.value)


SIGNAL = """
version: 1
zh: 甲
en: a
sources: [/a]
proof: token
channel: police
post: police@{town}-police
types:
  t:
    do: signal
    fields: {place: data.p, household: data.h, signal: {path: data.s, table: {x: police_call}}}
"""


def test_a_sender_may_send_signals_of_types_that_the_book_of_watches_has(huaxi: LoadedPlace, tmp_path: Path) -> None:
    path, watches = tmp_path / "a.yaml", huaxi.books["watch"]
    assert isinstance(watches, WatchBook)
    path.write_text(SIGNAL, encoding="utf-8")
    assert read_sender(path, huaxi.network, huaxi.risk, watches).types["t"].do == "signal"
    for changed, told in (
        (SIGNAL.replace("police_call", "poverty"), 'fields.signal: unknown signal "poverty"'),
        (SIGNAL.replace("police_call", "group_tip"), 'fields.signal: "group_tip" is entered by a person alone'),
        (SIGNAL.replace("household", "summary"), "fields.summary: signal has no such field"),
        (SIGNAL.replace("police@{town}-police", "auditor@{town}-centre"), "t.do: a auditor may not signal"),
    ):
        path.write_text(changed, encoding="utf-8")
        with pytest.raises(BadFile, match=re.escape(told)):
            read_sender(path, huaxi.network, huaxi.risk, watches)
    path.write_text(SIGNAL, encoding="utf-8")
    with pytest.raises(BadFile, match="unknown signal"):
        read_sender(path, huaxi.network, huaxi.risk)


def test_two_senders_may_not_speak_for_the_same_source(huaxi: LoadedPlace, tmp_path: Path) -> None:
    (tmp_path / "arrivals").mkdir()
    (tmp_path / "arrivals" / "a.yaml").write_text(FILE.replace("[/a]", "[/x/*]"), encoding="utf-8")
    (tmp_path / "arrivals" / "b.yaml").write_text(FILE.replace("[/a]", "[/x/1]"), encoding="utf-8")
    with pytest.raises(BadFile, match=r'b.yaml: sources: "/x/1" is a source of a, too'):
        read_senders(tmp_path, huaxi.network, huaxi.risk)
