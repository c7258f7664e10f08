"""An office whose cases, logs and anchors are small enough to try every change on them; no worker, no Temporal."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.account_log import OPERATOR, AccountAct, AccountEntry
from models.anchor import AnchorDue
from models.erasure import ErasureGround, RegisterEntry
from models.words import Algorithm, Role
from rules.affair.folding import append
from rules.affair.kinds import KINDS
from service.affairs.sending import views_of
from service.crew import connect
from service.office import Office
from service.proof.notary import Notary
from service.settings import Settings
from store.affairs.publishing import Burst
from store.entry.account_log import AccountLog
from store.looks import Look, Looks
from store.places import LoadedPlace
from store.secrecy.erasures import Erasures
from tests.support.affair import GUMENG, CoreAffair
from tests.support.core import CoreCase
from tests.support.filled import publish
from tests.support.onward import done, opening

SUMMARY = "甲家院坝抬高，雨水流入乙家。"
SEEN = "一楼过道停放六辆电动车"
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("screener@yanlou-centre", "screen", {"category": "0201", "accept": True}),
    ("dispatcher@yanlou-centre", "route", {"level": "village"}),
    ("officer@yanlou-gumeng", "sign", {}),
)


@dataclass
class Small:
    """The office, and what was put into it."""

    office: Office
    file: Path
    cases: list[CoreCase]
    affairs: list[CoreAffair]

    async def grow(self) -> None:
        """Let everything go on a little: a case, an affair, and each log by two lines."""
        number = len(self.cases)
        core = CoreCase(NOW)
        core.case = core.case.model_copy(update={"id": f"00000000-0000-5000-8000-00000000000{number + 4}", "intake_id": str(number)})
        ref = await self.office.vault.seal_text(core.case.id, "a1", "summary", SUMMARY)
        done(core.act("clerk@yanlou-centre", "open", **opening(happened_on="2026-02-26", place="520111105202", summary=ref)))
        for post, do, fields in STEPS:
            done(core.act(post, do, **fields))
        self.cases.append(core)
        await self._affair(number)
        case = await publish(self.office, core)
        for look in ("detail", "timeline"):
            await Looks(self.office.store).write(
                Look(
                    at=NOW, person="clerk@yanlou-centre", role=Role.CLERK, unit="yanlou-centre", case_id=case.id, look=look, purpose="办理"
                )
            )
            await AccountLog(self.office.store).add(AccountEntry.of(NOW, OPERATOR, AccountAct.POSTS, f"account-{number}", look))
        entries = [
            RegisterEntry(
                at=NOW, owner=f"person:{number}-{which}", ground=ErasureGround.ORDERED, request=str(number), asked_by="a", approved_by="b"
            )
            for which in range(2)
        ]
        await Erasures(self.office.store).destroy(entries, str(number), 0)

    async def _affair(self, number: int) -> None:
        """A hazard that was reported, dealt with and looked at again, as its run would have published it."""
        core = CoreAffair(KINDS["hazard"], NOW, affair_id=f"00000000-0000-5000-8000-0000000000{number + 1}0")
        found, mended = [await self.office.vault.seal_text(core.state.id, action, "text", SEEN) for action in ("a1", "a2")]
        core.done("grid@yanlou-gumeng", "report", place=GUMENG, item="exits", text=found)
        core.done("officer@yanlou-gumeng", "fix", text=mended)
        core.done("grid@yanlou-gumeng", "inspect", passed=True)
        blank, algorithm = core.blank, self.office.settings.hash_algorithm
        state, lines = append(core.kind, blank, core.events, algorithm)
        views = views_of(core.kind, state, core.bundle)
        await self.office.affairs.publish(Burst(affair=state, prev_head=blank.head, lines=lines), views)
        core.state = state
        self.affairs.append(core)


async def made(home: Path, place: LoadedPlace, algorithm: Algorithm = Algorithm.SHA256, url: str = "") -> Small:
    """An office with two cases, two days of anchors, and a third anchor that somebody asked for."""
    settings = Settings(home=home, hash_algorithm=algorithm, database_url=url)
    office = await Office.open(settings, await connect(settings, lazy=True), place)
    small = Small(office, home / "jiefen.db", [], [])
    for day in (1, 2):
        await small.grow()
        await Notary(office).daily(AnchorDue(due=NOW + timedelta(days=day)))
    await Notary(office).now()
    return small


@pytest.fixture(scope="module")
async def pristine(whole_huaxi: LoadedPlace, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Small]:
    home = tmp_path_factory.mktemp("proof")
    shutil.copyfile(sqlite_template, home / "jiefen.db")
    small = await made(home, whole_huaxi)
    yield small
    await small.office.close()
