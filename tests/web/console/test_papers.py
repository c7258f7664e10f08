"""The papers of a case in the console: what is missing, making one, downloading it, noting who signed."""

from __future__ import annotations

import io
import re

import httpx
from PIL import Image

from tests.web.console.visitors import Desk, Visitor
from tests.web.running import Api

CLERK = "clerk@yanlou-centre"


async def make(clerk: Visitor, code: str, requests: str, status: int = 303) -> httpx.Response:
    form = clerk.form(f"/cases/{code}/papers")
    form.fields["entry.requests"] = [requests]
    return await clerk.send(form, status)


async def test_a_clerk_makes_an_application_and_takes_it_along(api: Api, desk: Desk) -> None:
    code = await api.open()
    clerk = await desk.at(CLERK)
    page = await clerk.get(f"/cases/{code}?tab=papers")
    assert "尚缺：" in page
    assert "人民调解申请书" in page
    answer = await make(clerk, code, "恢复排水沟原状")
    page = await clerk.get(answer.headers["location"])
    for words in ("文书已制作", "按难易程度应有的材料齐全", f"/cases/{code}/dossier.zip"):
        assert words in page
    (content,) = re.findall(rf'href="(/cases/{code}/papers/[0-9a-f-]+/content)"', page)
    handed = await clerk.client.get(content)
    assert handed.headers["content-disposition"].startswith("attachment;")
    assert handed.content.startswith(b"PK")


async def test_a_refused_paper_comes_back_as_it_was_filled_in(api: Api, desk: Desk) -> None:
    code = await api.open()
    clerk = await desk.at(CLERK)
    await clerk.get(f"/cases/{code}?tab=papers")
    await make(clerk, code, " ", 422)
    assert "必填内容未填写" in clerk.page
    await make(clerk, code, "赔偿")


async def test_a_signature_is_noted(api: Api, desk: Desk) -> None:
    code = await api.open()
    clerk = await desk.at(CLERK)
    await clerk.get(f"/cases/{code}?tab=papers")
    await make(clerk, code, "恢复原状")
    page = await clerk.get(f"/cases/{code}?tab=papers")
    (sign,) = set(re.findall(rf'action="(/cases/{code}/papers/[0-9a-f-]+/sign)"', page))
    await clerk.submit(sign, 422, on="")
    answer = await clerk.submit(sign, signer="a", how="fingerprint", on="2026-11-03")
    assert "按指印 2026-11-03" in await clerk.get(answer.headers["location"])


async def test_whoever_sees_no_papers_is_told_so(api: Api, desk: Desk) -> None:
    code = await api.open()
    archivist = await desk.at("archivist@yanlou-justice")
    assert "您的岗位不能查看本案的材料" in await archivist.get(f"/cases/{code}?tab=papers")
    await archivist.get(f"/cases/{code}/dossier.zip", 403)
    await archivist.get(f"/cases/{code}/dossier.exe", 404)


async def test_a_photo_is_brought_in_by_a_form(api: Api, desk: Desk) -> None:
    code = await api.open()
    clerk = await desk.at(CLERK)
    await clerk.get(f"/cases/{code}?tab=papers")
    form, photo = clerk.form(f"/cases/{code}/papers/uploads"), io.BytesIO()
    Image.new("RGB", (30, 20), "red").save(photo, "JPEG")
    fields = {name: values[0] for name, values in form.fields.items() if name != "file"}
    wrong = await clerk.client.post(form.action, data={**fields, "kind": "evidence"}, files={"file": ("院坝.png", photo.getvalue())})
    assert wrong.status_code == 422
    assert "文件内容与扩展名不符" in wrong.text
    sent = [
        await clerk.client.post(form.action, data={**fields, "kind": "evidence"}, files={"file": ("院坝.jpg", photo.getvalue())})
        for _ in range(2)
    ]
    assert [answer.status_code for answer in sent] == [303, 303]
    page = await clerk.get(sent[0].headers["location"])
    assert "材料已收入案卷" in page
    assert page.count("证据材料 · 院坝") == 1
    stranger = await clerk.client.post(form.action, data={**fields, "csrf": "x"}, files={"file": ("a.jpg", photo.getvalue())})
    assert stranger.status_code == 403
