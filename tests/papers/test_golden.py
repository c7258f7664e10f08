"""Every kind of paper opens in LibreOffice, and its text is the golden one: `python -m tests.papers.test_golden` writes them anew."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from models.paper.facts import Facts
from models.paper.kinds import Kind
from service.papers.converting import Converter
from service.papers.rendering import render
from tests.papers.stories import all_papers, place, written

GOLDEN = Path(__file__).with_name("golden")
TEXT = "txt:Text (encoded):UTF8"


def docx(kind: Kind, said: Facts) -> bytes:
    return render(place().papers.templates[kind.id].body, said)


def plain(text: bytes) -> str:
    """A text as it is compared: LibreOffice's versions differ in spaces and empty lines."""
    lines = (re.sub(r"[ \t]+", " ", line).rstrip() for line in text.decode("utf-8-sig").splitlines())
    return "\n".join(line for line in lines if line.strip()) + "\n"


async def texts(converter: Converter) -> dict[str, str]:
    found = list(all_papers())
    made = await converter.converted([docx(kind, said) for kind, said in found], TEXT)
    return {kind.id: plain(text) for (kind, _), text in zip(found, made, strict=True)}


@pytest.fixture(scope="module")
async def converted(converter: Converter) -> dict[str, str]:
    return await texts(converter)


@pytest.mark.parametrize("kind", [kind.id for kind in place().papers.known.kinds])
def test_a_paper_reads_as_it_should(converted: dict[str, str], kind: str) -> None:
    assert converted[kind] == (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8")


def test_an_agreement_holds_what_the_law_asks_for(converted: dict[str, str]) -> None:
    text = converted["agreement"]
    for fact in ("甲一", "乙二", "雨水流入乙家堂屋", "修通排水沟", "2026年3月15日前", "200.50元", "谷蒙村人民调解委员会", "一式三份"):
        assert fact in text


@pytest.mark.parametrize("kind", ["agreement", "transfer_slip", "catalogue"])
def test_rendering_again_gives_the_same_bytes(kind: str) -> None:
    known = place().papers.known.kind(kind)
    assert known is not None
    said = written(known)
    assert docx(known, Facts.model_validate_json(said.model_dump_json())) == docx(known, said)


if __name__ == "__main__":
    folder = Path(tempfile.mkdtemp())
    for name, text in asyncio.run(texts(Converter(folder))).items():
        (GOLDEN / f"{name}.txt").write_text(text, encoding="utf-8")
    shutil.rmtree(folder)
