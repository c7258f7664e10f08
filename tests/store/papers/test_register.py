"""The register: numbers without gaps, versions, sealed content, and what an erased key leaves."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import select, update

from models.paper.record import DOCX, Paper, Signature, SignedBy
from models.words import Role
from store.engine import Store
from store.keyring.keys import Erased
from store.papers.paper_tables import paper_parts, papers
from store.papers.register import PaperRegister, Series
from store.papers.sealing import PART_BYTES
from store.papers.templates import Template

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEMPLATE = Template("a.docx", "f" * 64, b"template")


def paper(**changes: object) -> Paper:
    fields: dict[str, object] = {
        "id": str(uuid.uuid4()), "case_id": "case-1", "kind": "agreement",
        "sha256": "0" * 64, "size": 3, "media_type": DOCX, "ending": "docx",
        "made_at": NOW, "made_by": "mediator@yanlou-gumeng", "role": Role.MEDIATOR, "unit": "yanlou-gumeng", "owners": ("case:1",),
    }  # fmt: skip
    return Paper.model_validate(fields | changes)


async def parts(*content: bytes) -> AsyncIterator[bytes]:
    for part in content:
        yield part


async def owners(store: Store, *names: str) -> None:
    await store.keys.keys(names)


async def test_what_is_stored_comes_back_and_lies_open_nowhere(store: Store) -> None:
    await owners(store, "case:1", "person:1")
    register, content = PaperRegister(store), [secrets.token_bytes(PART_BYTES), b"the end"]
    made = paper(owners=("case:1", "person:1"), parts=2, number="燕楼人调协字〔2026〕1号", template=TEMPLATE.hash)
    assert await register.add(made, "甲一的事实".encode(), parts(*content), template=TEMPLATE)
    assert await register.find(made.id) == made
    assert await register.words(made) == "甲一的事实".encode()
    assert [part async for part in register.content(made)] == content
    assert await register.template(TEMPLATE.hash) == TEMPLATE
    async with store.read() as db:
        rows = [*(await db.execute(select(papers))).all(), *(await db.execute(select(paper_parts))).all()]
    assert b"the end" not in repr(rows).encode()
    assert "甲一" not in repr(rows)


async def test_numbers_have_no_gaps_and_no_twins_however_many_make_papers_at_once(store: Store) -> None:
    await owners(store, "case:1")
    register = PaperRegister(store)

    async def make(n: int) -> str:
        while True:
            serial = await register.next_serial("yanlou:人调协", 2026)
            made = paper(case_id=f"case-{n}", number=str(serial))
            if await register.add(made, b"{}", parts(b"abc"), series=Series("yanlou:人调协", 2026, serial)):
                return str(serial)

    assert sorted(await asyncio.gather(*(make(n) for n in range(8))), key=int) == [str(n) for n in range(1, 9)]
    assert await register.next_serial("yanlou:人调协", 2027) == 1


async def test_a_paper_that_could_not_be_stored_takes_no_number(store: Store) -> None:
    await owners(store, "case:1")
    register, series = PaperRegister(store), Series("yanlou:转办", 2026, 1)
    with pytest.raises(ValueError, match="1 parts came instead of 2"):
        await register.add(paper(parts=2), b"{}", parts(b"abc"), series=series)
    assert await register.add(paper(), b"{}", parts(b"abc"), series=series)
    assert not await register.add(paper(version=1), b"{}", parts(b"abc"), series=Series("yanlou:转办", 2026, 2))
    assert await register.next_serial("yanlou:转办", 2026) == 2


async def test_the_newest_version_is_found(store: Store) -> None:
    await owners(store, "case:1")
    register = PaperRegister(store)
    for version in (1, 2):
        assert await register.add(paper(version=version), b"{}", parts(b"abc"))
    newest = await register.newest("case-1", "agreement", "")
    assert newest is not None
    assert newest.version == 2
    assert await register.count("case-1") == 2


@pytest.mark.parametrize("erased", ["case:1", "person:1"])
async def test_a_paper_can_not_be_read_once_one_of_its_keys_was_erased(store: Store, erased: str) -> None:
    await owners(store, "case:1", "person:1", "person:2")
    register = PaperRegister(store)
    naming, other = paper(owners=("case:1", "person:1")), paper(kind="receipt", owners=("case:2",))
    await owners(store, "case:2")
    for one in (naming, other):
        assert await register.add(one, b"{}", parts(b"abc"))
    await store.keys.erase(erased, NOW)
    with pytest.raises(Erased):
        await register.words(naming)
    with pytest.raises(Erased):
        [part async for part in register.content(naming)]
    with pytest.raises(Erased):
        await register.add(paper(kind="cover", owners=("case:1", "person:1")), b"{}", parts(b"abc"))
    assert [part async for part in register.content(other)] == [b"abc"]
    assert (await register.find(naming.id)) == naming


async def test_parts_that_were_exchanged_or_cut_off_are_noticed(store: Store) -> None:
    await owners(store, "case:1")
    register, made = PaperRegister(store), paper(parts=2)
    assert await register.add(made, b"{}", parts(b"one", b"two"))
    with pytest.raises(InvalidTag):
        [part async for part in register.content(made.model_copy(update={"parts": 1}))]
    async with store.write() as db:
        first = (await db.execute(select(paper_parts.c.sealed).where(paper_parts.c.n == 0))).scalar_one()
        await db.execute(update(paper_parts).where(paper_parts.c.n == 1).values(sealed=first))
    with pytest.raises(InvalidTag):
        [part async for part in register.content(made)]


async def test_a_signature_is_noted_once(store: Store) -> None:
    await owners(store, "case:1")
    register, made = PaperRegister(store), paper()
    assert await register.add(made, b"{}", parts(b"abc"))
    signed = Signature(signer="a", how=SignedBy.FINGERPRINT, on=date(2026, 3, 3), recorded_by="mediator@yanlou-gumeng", recorded_at=NOW)
    assert await register.sign(made.id, signed)
    assert not await register.sign(made.id, signed)
    found = await register.find(made.id)
    assert found is not None
    assert found.signatures == (signed,)
