"""Papers through the API: made once, handed out to be saved and never shown, refused with their own codes."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest
from PIL import Image

from models.paper.refusal import PaperProblem
from tests.web.running import CLERK, Api
from web.problems import KINDS

APPLICATION = {"kind": "application", "entries": {"requests": "恢复排水沟原状"}}


async def test_a_paper_is_made_listed_and_handed_out(api: Api) -> None:
    code = await api.open()
    made = await api.post(f"/cases/{code}/papers", APPLICATION, headers={"Idempotency-Key": "k1"})
    again = await api.post(f"/cases/{code}/papers", APPLICATION, headers={"Idempotency-Key": "k1"})
    assert (made.status_code, again.status_code) == (201, 201), made.text
    assert made.json() == again.json()
    listed = (await api.get(f"/cases/{code}/papers")).json()
    assert [(paper["id"], paper["zh"], paper["attached"]) for paper in listed["papers"]] == [(made.json()["id"], "人民调解申请书", True)]
    assert [offer["kind"] for offer in listed["offers"]] == ["application"]
    assert listed["file"]["missing"] == []
    answer = await api.get(f"/cases/{code}/papers/{made.json()['id']}/content")
    assert hashlib.sha256(answer.content).hexdigest() == made.json()["sha256"]
    headers = answer.headers
    assert headers["content-disposition"].startswith('attachment; filename="YANLOU-2026-')
    assert "filename*=UTF-8''YANLOU-2026-" in headers["content-disposition"]
    assert headers["content-security-policy"].startswith("sandbox;")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "private, no-store"
    story = (await api.get(f"/cases/{code}/timeline")).json()["events"]
    assert story[-1]["type"] == "attached"
    assert story[-1]["words"] == {"title": "人民调解申请书"}


async def test_the_file_comes_as_one_zip(api: Api) -> None:
    code = await api.open()
    await api.post(f"/cases/{code}/papers", APPLICATION)
    answer = await api.get(f"/cases/{code}/dossier")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        assert len(file.namelist()) == 4


@pytest.mark.parametrize(
    ("body", "post", "problem"),
    [
        ({"kind": "nothing"}, CLERK, PaperProblem.UNKNOWN_KIND),
        ({"kind": "application"}, CLERK, PaperProblem.FIELD_MISSING),
        ({"kind": "acceptance"}, CLERK, PaperProblem.NOT_NOW),
        (APPLICATION, "dispatcher@yanlou-centre", PaperProblem.NOT_YOURS),
    ],
)
async def test_what_can_not_be_made_has_a_code_of_its_own(api: Api, body: dict[str, str], post: str, problem: PaperProblem) -> None:
    code = await api.open()
    answer = await api.post(f"/cases/{code}/papers", body, post)
    assert (answer.status_code, answer.json()["code"]) == (KINDS[problem].status, problem), answer.text


async def test_a_signature_is_recorded(api: Api) -> None:
    code = await api.open()
    made = (await api.post(f"/cases/{code}/papers", APPLICATION)).json()
    path = f"/cases/{code}/papers/{made['id']}/signatures"
    answer = await api.post(path, {"signer": "a", "how": "fingerprint", "on": "2026-11-03"})
    assert [(one["signer"], one["how"], one["recorded_by"]) for one in answer.json()["signatures"]] == [("a", "fingerprint", CLERK)]
    assert (await api.post(path, {"signer": "nobody", "how": "ink", "on": "2026-11-03"})).json()["code"] == "paper_field_missing"


async def test_papers_out_of_sight_are_not_there(api: Api) -> None:
    code = await api.open()
    made = (await api.post(f"/cases/{code}/papers", APPLICATION)).json()
    content = f"/cases/{code}/papers/{made['id']}/content"
    assert (await api.get(content, "clerk@qingyan-centre")).json()["code"] == "unknown_case"
    assert (await api.get(content, "archivist@yanlou-justice")).json()["code"] == "paper_not_yours"
    assert (await api.get(f"/cases/{code}/papers/{'0' * 8}-0000-0000-0000-{'0' * 12}/content")).json()["code"] == "unknown_paper"


async def test_a_file_is_brought_in_with_its_metadata_in_the_form(api: Api) -> None:
    code = await api.open()
    address, headers = f"/api/v1/cases/{code}/papers/uploads", {"Authorization": f"Bearer demo:{CLERK}", "Idempotency-Key": "u1"}
    form = {"kind": "evidence", "title": "现场照片", "shows": ["a"]}
    picture = io.BytesIO()
    Image.new("RGB", (1200, 900), "red").save(picture, "PNG")
    content = picture.getvalue() + bytes(3_000_000)
    answers = [await api.client.post(address, data=form, files={"file": ("a.png", content)}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[0].json() == answers[1].json()
    listed = (await api.get(f"/cases/{code}/papers")).json()["papers"]
    assert [(paper["title"], paper["made"], paper["media_type"]) for paper in listed] == [("现场照片", False, "image/png")]
    handed = await api.get(f"/cases/{code}/papers/{listed[0]['id']}/content")
    assert (handed.headers["content-type"], len(handed.content)) == ("image/png", listed[0]["size"])
    assert handed.headers["content-disposition"].startswith("attachment;")


async def test_a_file_that_is_not_taken_has_a_code_of_its_own(api: Api) -> None:
    code = await api.open()
    address, headers = f"/api/v1/cases/{code}/papers/uploads", {"Authorization": f"Bearer demo:{CLERK}"}
    form = {"kind": "evidence", "title": "x"}
    for name, content, problem in (
        ("a.png", b"<html>", PaperProblem.TYPE_DIFFERS),
        ("a.svg", b"<svg/>", PaperProblem.TYPE_NOT_TAKEN),
        ("a.pdf", bytes(20_000_001), PaperProblem.TOO_MANY_BYTES),
    ):
        answer = await api.client.post(address, data=form, files={"file": (name, content)}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (KINDS[problem].status, problem)
    nothing = await api.client.post(address, data=form, headers=headers)
    assert nothing.json()["code"] == "paper_field_missing"
    far_too_much = await api.client.post(address, content=b"x", headers=headers | {"Content-Length": "60000000"})
    assert far_too_much.json()["code"] == "too_large"
    nobody = await api.client.post(address, data=form, files={"file": ("a.png", b"x")})
    assert nobody.status_code == 401


def test_every_problem_of_papers_has_its_sentences_and_status() -> None:
    for problem in PaperProblem:
        assert KINDS[problem].zh
        assert KINDS[problem].en
