"""Making papers on both databases: numbers, the timeline, permissions, versions, erasure, and the access log."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Any

import pytest
from docx import Document
from sqlalchemy import select

from models.event import Event
from models.happening import Attached
from models.paper.record import Signature, SignedBy
from models.paper.refusal import PaperProblem
from service.errors import PaperRefused, UnknownCase
from service.papers.making import Maker
from service.papers.rendering import render
from store.tables import access_log
from tests.service.papers.conftest import CLERK, MEDIATOR, OFFICER, PaperHands

SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
APPLICATION = {"requests": "恢复排水沟"}


def text(docx: bytes) -> str:
    document = Document(io.BytesIO(docx))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


async def attached(hands: PaperHands, case_id: str) -> list[Attached]:
    lines = await hands.here.office.records.lines(case_id)
    return [event.what for event in map(Event.model_validate_json, [line.body for line in lines]) if isinstance(event.what, Attached)]


def refused(problem: PaperProblem) -> Any:
    return pytest.raises(PaperRefused, match=f"^{problem}$")


async def test_a_paper_holds_the_facts_and_its_digest_stands_on_the_timeline(hands: PaperHands) -> None:
    case_id = await hands.case()
    await hands.agree(case_id)
    made = await hands.make(MEDIATOR, case_id, "agreement", entries={"manner": "现场施工"})
    assert made.number == "燕楼人调协字〔2026〕1号"
    content = await hands.take(MEDIATOR, case_id, made.id)
    for fact in ("甲一", "男", "520111198001010016", "13800000001", "谷蒙村二组", "修通排水沟", "2026年3月15日前", "现场施工", made.number):
        assert fact in text(content)
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (made.sha256, made.size)
    (what,) = await attached(hands, case_id)
    assert (what.sha256, what.size, what.media_type) == (made.sha256, made.size, made.media_type)
    assert await hands.here.office.vault.open_text(what.title) == "人民调解协议书 燕楼人调协字〔2026〕1号"


async def test_rendering_from_what_is_kept_gives_the_same_bytes(hands: PaperHands) -> None:
    case_id = await hands.case()
    made = await hands.make(CLERK, case_id, "application", entries=APPLICATION)
    template = hands.here.office.place.papers.templates["application"]
    assert made.template == template.hash
    assert render(template.body, await hands.reader.facts(made)) == await hands.take(CLERK, case_id, made.id)


@SQLITE
async def test_the_same_request_is_the_same_paper_and_another_is_its_next_version(hands: PaperHands) -> None:
    case_id = await hands.case()
    same = await asyncio.gather(*(hands.make(CLERK, case_id, "acceptance", action_id="x1") for _ in range(3)))
    again = await hands.make(CLERK, case_id, "acceptance", action_id="x2")
    assert len({paper.id for paper in same}) == 1
    assert (same[0].version, again.version) == (1, 2)
    assert same[0].number == again.number == "燕楼人调受字〔2026〕1号"
    assert len(await attached(hands, case_id)) == 2
    other = await hands.case()
    assert (await hands.make(CLERK, other, "acceptance")).number == "燕楼人调受字〔2026〕2号"


@SQLITE
async def test_what_broke_off_before_the_timeline_is_made_up_for(hands: PaperHands, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = await hands.case()

    async def broken(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(Maker, "attach", broken)
        with pytest.raises(ConnectionError):
            await hands.make(CLERK, case_id, "acceptance", action_id="x1")
    desk = await hands.reader.desk(await hands.here.cases.actor(CLERK), case_id)
    assert [paper.attached for paper in desk.papers] == [False]
    made = await hands.make(CLERK, case_id, "acceptance", action_id="x1")
    assert [what.sha256 for what in await attached(hands, case_id)] == [made.sha256]


@SQLITE
async def test_a_paper_is_made_by_its_makers_alone_and_at_its_time(hands: PaperHands) -> None:
    case_id = await hands.case()
    with refused(PaperProblem.NOT_YOURS):
        await hands.make(OFFICER, case_id, "mediation_record", entries={"place": "村里"})
    with refused(PaperProblem.NOT_YOURS):
        await hands.make("officer@yanlou-justice", case_id, "acceptance")
    with pytest.raises(UnknownCase):
        await hands.make("clerk@qingyan-centre", case_id, "acceptance")
    with refused(PaperProblem.NOT_NOW):
        await hands.make(MEDIATOR, case_id, "agreement")
    with refused(PaperProblem.UNKNOWN_KIND):
        await hands.make(CLERK, case_id, "catalogue")
    with refused(PaperProblem.FIELD_MISSING):
        await hands.make(CLERK, case_id, "application", entries={"requests": " "})
    with refused(PaperProblem.FIELD_MISSING):
        await hands.make(CLERK, case_id, "application", entries={**APPLICATION, "other": "x"})
    with refused(PaperProblem.NOTHING_TO_SAY):
        await hands.make(MEDIATOR, case_id, "mediation_record", entries={"place": "村里"}, about="7")
    assert await attached(hands, case_id) == []


@SQLITE
async def test_a_paper_is_read_by_whom_the_case_shows_its_papers(hands: PaperHands) -> None:
    case_id = await hands.case()
    made = await hands.make(CLERK, case_id, "acceptance")
    assert await hands.take(OFFICER, case_id, made.id)
    for post in ("officer@yanlou-justice", "archivist@yanlou-justice"):
        with refused(PaperProblem.NOT_YOURS):
            await hands.take(post, case_id, made.id)
    with pytest.raises(UnknownCase):
        await hands.take("clerk@qingyan-centre", case_id, made.id)
    other = await hands.case()
    with refused(PaperProblem.UNKNOWN_PAPER):
        await hands.take(CLERK, other, made.id)


@SQLITE
async def test_every_paper_handed_out_stands_in_the_access_log(hands: PaperHands) -> None:
    case_id = await hands.case()
    made = await hands.make(CLERK, case_id, "acceptance")
    await hands.take(OFFICER, case_id, made.id, purpose="核对")
    async with hands.here.office.store.read() as db:
        rows = (await db.execute(select(access_log).where(access_log.c.look == f"paper:{made.id[:13]}"))).all()
    assert [(row.person, row.case_id, row.purpose) for row in rows] == [(OFFICER, case_id, "核对")]


async def test_erasing_a_person_makes_every_paper_that_names_them_unreadable(hands: PaperHands) -> None:
    case_id = await hands.case()
    made = await hands.make(CLERK, case_id, "acceptance")
    case = await hands.here.stored(case_id)
    await hands.here.office.store.keys.erase(case.parties[0].person or "", hands.here.office.now())
    with refused(PaperProblem.ERASED):
        await hands.take(CLERK, case_id, made.id)
    with refused(PaperProblem.ERASED):
        await hands.reader.facts(made)
    (line,) = (await hands.reader.desk(await hands.here.cases.actor(CLERK), case_id)).papers
    assert (line.erased, line.number, line.sha256) == (True, made.number, made.sha256)


@SQLITE
async def test_signatures_are_recorded_and_those_of_an_agreement_come_from_the_record(hands: PaperHands) -> None:
    case_id = await hands.case()
    notice = await hands.make(MEDIATOR, case_id, "rights_notice")
    await hands.agree(case_id)
    await hands.make(MEDIATOR, case_id, "agreement")
    actor, now = await hands.here.cases.actor(MEDIATOR), hands.here.office.now()
    signed = Signature(signer="a", how=SignedBy.FINGERPRINT, on=now.date(), recorded_by=MEDIATOR, recorded_at=now)
    await hands.maker.sign(actor, case_id, notice.id, signed)
    with refused(PaperProblem.FIELD_MISSING):
        await hands.maker.sign(actor, case_id, notice.id, signed.model_copy(update={"signer": "nobody"}))
    lines = {line.kind: line.signatures for line in (await hands.reader.desk(actor, case_id)).papers}
    assert lines["rights_notice"] == (signed,)
    assert [signature.signer for signature in lines["agreement"]] == ["a", "b"]


@SQLITE
async def test_the_desk_offers_what_can_be_made_now_and_lists_what_is_missing(hands: PaperHands) -> None:
    case_id = await hands.case(amount=20_000)
    desk = await hands.reader.desk(await hands.here.cases.actor(CLERK), case_id)
    assert [offer.kind for offer in desk.offers] == ["application", "acceptance", "rights_notice"]
    assert [missing.kind for missing in desk.file.missing] == ["application", "rights_notice", "identity"]
    assert desk.file.difficulty == "ordinary"
    await hands.here.act(case_id, CLERK, "attach", title="纸质照片", sha256="a" * 64, size=5, media_type="image/png")
    desk = await hands.reader.desk(await hands.here.cases.actor(CLERK), case_id)
    assert [paper.title for paper in desk.digests] == ["纸质照片"]
