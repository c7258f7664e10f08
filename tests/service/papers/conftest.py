"""A case on its way, and hands that make its papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from models.paper.record import Paper
from service.papers.dossier import Binder
from service.papers.making import Maker
from service.papers.reading import Handed, PaperReader
from tests.support.running import STEPS, Desk

CLERK, MEDIATOR, OFFICER = "clerk@yanlou-centre", "mediator@yanlou-gumeng", "officer@yanlou-gumeng"
PARTIES = [
    {"id": "a", "side": "applicant", "kind": "person", "name": "甲一", "phone": "13800000001", "id_number": "520111198001010016"},
    {"id": "b", "side": "respondent", "kind": "person", "name": "乙二", "phone": "13800000002", "address": "谷蒙村二组"},
]


@dataclass
class PaperHands:
    """Short words for what a test does with the papers of a case."""

    here: Desk

    @property
    def maker(self) -> Maker:
        return Maker(self.here.office)

    @property
    def reader(self) -> PaperReader:
        return PaperReader(self.here.office)

    @property
    def binder(self) -> Binder:
        return Binder(self.here.office)

    async def case(self, steps: int = len(STEPS), **changes: Any) -> str:
        return await self.here.open(steps, parties=PARTIES, **changes)

    async def make(self, post: str, case_id: str, kind: str, **fields: Any) -> Paper:
        return await self.maker.make(await self.here.cases.actor(post), case_id, kind, **fields)

    async def take(self, post: str, case_id: str, paper_id: str, **options: Any) -> bytes:
        return await read(await self.reader.hand_out(await self.here.cases.actor(post), case_id, paper_id, **options))

    async def agree(self, case_id: str) -> None:
        promise = {"id": "p1", "debtor": "a", "what": "修通排水沟", "due": "2026-03-15"}
        await self.here.act(case_id, MEDIATOR, "agree", form="written", terms="甲一修通排水沟；乙二不再阻工。", promises=[promise])
        for party in ("a", "b"):
            await self.here.act(case_id, MEDIATOR, "sign_agreement", party=party)
        await self.here.act(case_id, OFFICER, "seal")


async def read(handed: Handed) -> bytes:
    return b"".join([part async for part in handed.content])


@pytest.fixture
def hands(working: Desk) -> PaperHands:
    return PaperHands(working)
