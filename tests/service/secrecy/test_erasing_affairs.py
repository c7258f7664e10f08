"""Erasing somebody whom affairs alone name, and the words of affairs whose time is over: as of cases, and their chains stay whole."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.erasure import ErasureGround, ErasureProblem
from models.refusal import RefusalCode
from service import upkeep
from service.affairs.desk import Affairs
from service.affairs.reading import AffairReader
from service.errors import ErasureRefused, Refused
from service.office import Office
from service.secrecy.appraising import Appraisals
from service.secrecy.erasing import Eraser
from service.secrecy.redactions import Redactions
from store.files import BadFile
from store.persons import Person
from store.places import read_keeping
from tests.service.town import who
from tests.support.core import CoreCase
from tests.support.filled import publish
from tests.support.onward import done, opening

DIRECTOR, LEADER = who("director@huaxi-centre"), who("leader@huaxi-centre")
"""Of the whole district: they see files and cases of every town."""

MEMBER = who("grid@yanlou-gumeng")
NAME, PHONE = "欧阳翀骉", "13912345678"
FILE: dict[str, Any] = {
    "place": "520111105202",
    "number": "0147",
    "address": "谷蒙村三组12号",
    "needs": ["elderly_alone"],
    "noticed_on": "2026-03-02",
    "members": [{"id": "a", "relation": "head", "person": {"name": NAME, "phone": PHONE}}],
}


async def filed(office: Office) -> tuple[Affairs, str, str]:
    """A household's file with one visit, in whose words the head of the household is named."""
    grid = Affairs(office)
    opened = await grid.open("household", FILE, MEMBER)
    await grid.act(opened.affair_id, "visit", {"outcome": "well", "text": f"{NAME}身体平稳，电话 139-1234-5678"}, MEMBER)
    return grid, opened.affair_id, str((await grid.load(opened.affair_id)).code)


async def erased(office: Office, word: str, ground: ErasureGround = ErasureGround.ORDERED) -> int:
    await Eraser(office).ask(DIRECTOR, word, ground)
    return [step async for step in Eraser(office).approve(LEADER, word)][-1].listed


async def refusal(work: Any) -> ErasureProblem:
    with pytest.raises(ErasureRefused) as caught:
        await work
    return caught.value.code


async def test_somebody_in_a_household_file_alone_is_erased_and_its_chain_stays(bare_office: Office) -> None:
    grid, affair_id, code = await filed(bare_office)
    ref = (await grid.load(affair_id)).members["a"].person
    lines = await bare_office.affairs.lines(affair_id)
    reader = AffairReader(bare_office)
    assert NAME in (await reader.detail(MEMBER, code)).model_dump_json()
    assert await erased(bare_office, f"{code}:a") == 1
    assert await bare_office.vault.open_persons([ref]) == {}
    assert await bare_office.vault.find_persons(PHONE) == []
    said = (await reader.detail(MEMBER, code)).model_dump_json() + (await reader.timeline(MEMBER, code)).model_dump_json()
    assert not [secret for secret in (NAME, PHONE, "139-1234-5678") if secret in said]
    assert "〔已删除〕身体平稳" in said
    assert await bare_office.affairs.lines(affair_id) == lines
    assert (await upkeep.verify(bare_office, code)).ok
    await grid.act(affair_id, "visit", {"outcome": "well", "text": "照常走访"}, MEMBER)
    list_ = Redactions(bare_office)
    (waiting,) = await list_.listed(DIRECTOR)
    assert (waiting.code, (await list_.look(DIRECTOR, waiting.id)).original) == (code, f"{NAME}身体平稳，电话 139-1234-5678")
    assert await list_.listed(who("director@qingyan-centre")) == []
    await list_.settle(DIRECTOR, waiting.id)
    assert await list_.listed(DIRECTOR) == []


async def test_who_may_ask_sees_every_affair_and_a_file_that_goes_on_is_kept(bare_office: Office) -> None:
    grid, _, code = await filed(bare_office)
    eraser, word = Eraser(bare_office), f"{code}:members.a"
    assert await refusal(eraser.ask(MEMBER, word, ErasureGround.ORDERED)) is ErasureProblem.NOT_ALLOWED
    elsewhere = who("director@qingyan-centre")
    assert await refusal(eraser.ask(elsewhere, word, ErasureGround.ORDERED)) is ErasureProblem.UNKNOWN
    assert await refusal(eraser.ask(DIRECTOR, f"{code}:z", ErasureGround.ORDERED)) is ErasureProblem.UNKNOWN
    for ground in (ErasureGround.ASKED_FOR, ErasureGround.RETENTION_OVER):
        assert await refusal(eraser.ask(DIRECTOR, word, ground)) is ErasureProblem.RETAINED
    core = CoreCase(bare_office.now())
    done(core.act("clerk@qingyan-centre", "open", **opening(happened_on="2026-02-26", place="520111101201")))
    ref = await bare_office.vault.person(core.case.id, "a1", "parties.a", Person(name=NAME, phone=PHONE))
    await publish(bare_office, core)
    assert ref == (await grid.load(code)).members["a"].person
    assert await refusal(eraser.ask(who("director@yanlou-centre"), ref, ErasureGround.ORDERED)) is ErasureProblem.OUT_OF_SIGHT
    assert await refusal(eraser.ask(DIRECTOR, ref, ErasureGround.ORDERED)) is ErasureProblem.CASE_OPEN


async def test_words_of_an_ended_affair_go_when_its_time_is_over_and_somebody_decides(bare_office: Office) -> None:
    grid, affair_id, code = await filed(bare_office)
    await grid.act(affair_id, "close", {"ground": "moved"}, who("officer@yanlou-gumeng"))
    appraisals, eraser = Appraisals(bare_office), Eraser(bare_office)
    bare_office.shift += timedelta(days=3652 - 10)
    assert await appraisals.due(DIRECTOR) == []
    assert await refusal(eraser.ask(DIRECTOR, code, ErasureGround.RETENTION_OVER)) is ErasureProblem.RETAINED
    bare_office.shift += timedelta(days=20)
    (due,) = await appraisals.due(DIRECTOR)
    assert (due.code, due.kind, due.stage) == (code, "household", "closed")
    assert await appraisals.due(who("director@qingyan-centre")) == []
    await appraisals.keep(DIRECTOR, code, 1)
    assert await appraisals.due(DIRECTOR) == []
    bare_office.shift += timedelta(days=400)
    assert [one.code for one in await appraisals.due(DIRECTOR)] == [code]
    state = await grid.load(affair_id)
    await erased(bare_office, code, ErasureGround.RETENTION_OVER)
    assert await appraisals.due(DIRECTOR) == []
    assert await bare_office.vault.open_persons([state.members["a"].person]) == {}
    said = await AffairReader(bare_office).timeline(DIRECTOR, code)
    assert "身体平稳" not in said.model_dump_json()
    assert (await upkeep.verify(bare_office, code)).ok
    with pytest.raises(Refused) as refused:
        await grid.act(affair_id, "note", {"text": "补记"}, MEMBER)
    assert refused.value.refusal.code is RefusalCode.TOO_LATE


def test_how_long_kinds_are_kept_is_named_where_it_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "keeping.yaml"
    assert read_keeping(path).years_of("hazard") == 10
    for text, key in (("kinds: {dance: 3}", "kinds.dance"), ("kinds: {hazard: 0}", "kinds.hazard"), ("years: 200", "years")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(BadFile, match=key):
            read_keeping(path)
    path.write_text("years: null\nkinds: {hazard: 3}", encoding="utf-8")
    assert (read_keeping(path).years_of("order"), read_keeping(path).years_of("hazard")) == (None, 3)
