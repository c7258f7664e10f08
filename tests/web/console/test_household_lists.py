"""A list of households on the pages: refused where it can't be one, tried, brought in, seen by its unit alone."""

from __future__ import annotations

import uuid
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from service.office import Office
from tests.service.households.test_importing import ROW, listed
from tests.web.console.visitors import Desk, Visitor
from web.safety import MAX_BODY

CLERK, LISTS = "clerk@yanlou-centre", "/households/lists"


async def bring(visitor: Visitor, name: str, content: bytes, status: int = 303) -> httpx.Response:
    """Upload a list on the page for it."""
    await visitor.get(LISTS)
    return await visitor.upload(LISTS, name, content, status)


async def comes(visitor: Visitor, path: str, stage: str) -> None:
    """Load the page again until the list is so far."""
    await visitor.until(path, f'id="stage" role="status">{stage}<')


def book(*heads: str) -> bytes:
    """A workbook with these heads and nothing below."""
    content, made = BytesIO(), Workbook()
    made.worksheets[0].append(list(heads))
    made.save(content)
    return content.getvalue()


async def test_a_list_is_tried_and_brought_in_once(desk: Desk, office: Office, tmp_path: Path) -> None:
    clerk, mark = await desk.at(CLERK), uuid.uuid4().hex[:6]
    assert f'href="{LISTS}"' in await clerk.get("/households")
    wrong = {**ROW, "number": f"{mark}-2", "relation": "掌柜"}
    content = listed(office, tmp_path / "a.xlsx", {**ROW, "number": f"{mark}-1"}, wrong).read_bytes()
    path = (await bring(clerk, "a.xlsx", content)).headers["location"]
    await comes(clerk, path, "待确认")
    for words in ("与户主关系", "不在可填的内容里", "导入 1 户"):
        assert words in clerk.page, words
    assert "掌柜" not in clerk.page
    await clerk.submit(f"{path}/bring")
    await comes(clerk, path, "已导入")
    await clerk.client.post(f"{path}/drop", data={"csrf": clerk.form("/logout").fields["csrf"]})
    await comes(clerk, path, "已导入")
    again = (await bring(clerk, "a.xlsx", content)).headers["location"]
    await comes(clerk, again, "没有可导入的户")
    assert await (await desk.at("clerk@huaxi-centre")).get(path, 404)
    assert mark not in await clerk.get(LISTS)


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("a.csv", b"x", 422, "不接收这种类型的文件"),
        ("a.xlsx", b"no workbook at all", 422, "文件内容与扩展名不符"),
        ("a.xlsx", book("户号"), 422, "“村（社区）代码”这一列"),
        ("a.xlsx", b"", 422, "文件已损坏"),
    ],
)
async def test_what_can_not_be_a_list_is_refused_in_words(desk: Desk, name: str, content: bytes, status: int, words: str) -> None:
    clerk = await desk.at(CLERK)
    await bring(clerk, name, content, status)
    assert words in clerk.page


async def test_a_list_may_be_larger_than_other_forms_and_the_empty_one_can_be_filled_in(desk: Desk, office: Office) -> None:
    clerk = await desk.at(CLERK)
    await bring(clerk, "a.xlsx", bytes(MAX_BODY + 1), 422)
    empty = await clerk.client.get(f"{LISTS}/blank.xlsx")
    await bring(clerk, "a.xlsx", empty.content, 422)
    assert "表头下面没有数据" in clerk.page
    words = load_workbook(BytesIO(empty.content)).worksheets[1]
    assert "谷蒙村" in [cell.value for cell in words["A"]]


async def test_who_keeps_no_files_brings_none_in(desk: Desk) -> None:
    doctor = await desk.at("mediator@yanlou-gumeng")
    assert LISTS not in await doctor.get("/households")
    await doctor.get(LISTS, 403)
