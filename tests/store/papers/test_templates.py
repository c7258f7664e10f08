"""Editing a place's papers, and what a person is told who has made a mistake."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from store.files import BadFile
from store.papers.templates import read_papers
from tests.support.editing import swap

HUAXI = Path(__file__).parents[3] / "places" / "huaxi" / "papers"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HUAXI, tmp_path / "places" / "huaxi" / "papers"))


def rewritten(path: Path, change: Callable[[str], str], part: str = "word/document.xml") -> None:
    """Change the text of a template."""
    kept = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(kept, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()).encode() if name == part else body)
    path.write_bytes(kept.getvalue())


def test_all_seventeen_kinds_have_their_templates() -> None:
    found = read_papers(HUAXI)
    assert len(found.known.kinds) == len(found.templates) == 17
    assert [slot.id for slot in found.known.slots][:3] == ["cover", "catalogue", "application"]
    assert found.known.slots[-1].id == "back_cover"


def test_an_edited_template_is_taken_and_has_another_hash(folder: Path) -> None:
    before = read_papers(folder).templates["agreement"].hash
    rewritten(folder / "agreement.docx", lambda xml: xml.replace("人民调解协议书", "调解协议书"))
    assert read_papers(folder).templates["agreement"].hash != before


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("papers.yaml", "  - id: application\n", "  - id: acceptance\n", 'kinds.3.id: "acceptance" is there twice'),
        ("papers.yaml", "template: agreement.docx", "template: nothing.docx", "nothing.docx: agreement: cannot be read"),
        ("papers.yaml", "template: agreement.docx", "template: papers.yaml", "kinds.7.template: String should match"),
        ("papers.yaml", "makers: [mediator]", "makers: [wizard]", "kinds.6.makers.0: "),
        ("papers.yaml", "{id: identity, zh", "{id: cover, zh", 'enclosures.0.id: "cover" is there twice'),
        ("papers.yaml", "{id: remark, zh: 备注", "{id: note, zh: 备注", 'acceptance.docx: acceptance: unknown placeholder "typed.remark"'),
    ],
)
def test_a_mistake_in_the_list_is_told_with_file_key_and_reason(folder: Path, file: str, old: str, new: str, told: str) -> None:
    swap(folder / file, old, new)
    with pytest.raises(BadFile) as error:
        read_papers(folder)
    assert str(error.value).startswith("places/huaxi/papers/")
    assert told in str(error.value)


def test_an_unknown_placeholder_is_told_also_where_word_has_cut_it_up(folder: Path) -> None:
    cut = "{{ </w:t></w:r><w:r><w:t>case.cod</w:t></w:r><w:r><w:t> }}"
    rewritten(folder / "agreement.docx", lambda xml: xml.replace("人民调解协议书", cut, 1))
    with pytest.raises(BadFile, match=r'agreement\.docx: agreement: unknown placeholder "case\.cod"'):
        read_papers(folder)


def test_a_template_with_macros_or_that_is_no_document_is_refused(folder: Path) -> None:
    with zipfile.ZipFile(folder / "agreement.docx", "a") as file:
        file.writestr("word/vbaProject.bin", b"x")
    with pytest.raises(BadFile, match=r"agreement\.docx: agreement: holds macros"):
        read_papers(folder)
    (folder / "agreement.docx").write_bytes(b"not a zip")
    with pytest.raises(BadFile, match=r"is no Word document"):
        read_papers(folder)


def test_a_template_that_unpacks_into_far_too_much_is_refused(folder: Path) -> None:
    rewritten(folder / "agreement.docx", lambda xml: xml.replace("人民调解协议书", "水" * 3_000_000, 1))
    with pytest.raises(BadFile, match=r"is larger than"):
        read_papers(folder)
