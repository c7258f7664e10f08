"""A client generated from the served description compiles and works: open a case, act on it, read it, be refused."""

from __future__ import annotations

import asyncio
import compileall
import importlib
import json
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from service.office import Office
from tests.web.running import INTAKE, asked, served

PACKAGE = "jiefen_client"

KNOWN_AS = {
    "application/problem+json": "application/json",
    **dict.fromkeys(("application/pdf", "application/zip"), "application/octet-stream"),
}
"""The generator knows JSON and files by one name each."""


@pytest.fixture
async def client(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    async with asked(office) as api:
        description = (await api.get("/openapi.json", None)).json()
    (tmp_path / "openapi.json").write_text(json.dumps(description), encoding="utf-8")
    (tmp_path / "config.yml").write_text(f"content_type_overrides: {json.dumps(KNOWN_AS)}\n", encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--path", str(tmp_path / "openapi.json"),
        "--config", str(tmp_path / "config.yml"), "--meta", "none", "--output-path", str(tmp_path / PACKAGE), "--fail-on-warning",
    ]  # fmt: skip
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}  # it calls ruff
    made = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    told = (await made.communicate())[0].decode()
    assert made.returncode == 0, told
    assert compileall.compile_dir(tmp_path / PACKAGE, quiet=2)
    monkeypatch.syspath_prepend(str(tmp_path))
    return importlib.import_module(PACKAGE)


def use(address: str) -> dict[str, Any]:
    """Walk with the generated client, as a program of somebody else would."""

    def module(name: str) -> Any:
        return importlib.import_module(f"{PACKAGE}.{name}")

    with ExitStack() as open_ones:

        def signed_in(post: str) -> Any:
            return open_ones.enter_context(module("client").AuthenticatedClient(base_url=address, token=f"demo:{post}"))

        models = module("models")
        clerk, screener, dispatcher = (signed_in(f"{role}@yanlou-centre") for role in ("clerk", "screener", "dispatcher"))
        opened = module("api.cases.open_case").sync(client=clerk, body=models.OpenForm.from_dict(INTAKE), idempotency_key="client-1")
        code = opened.receipt.code
        body = models.ScreenForm.from_dict({"accept": True, "category": "0201"})
        return {
            "code": code,
            "receipt": module("api.actions.screen").sync(code, client=screener, body=body),
            "refused": module("api.actions.screen").sync(code, client=screener, body=body),
            "seen": module("api.cases.get_case").sync(code, client=clerk),
            "page": module("api.cases.list_cases").sync(client=clerk, limit=200),
            "inbox": module("api.inbox.get_inbox").sync(client=dispatcher),
        }


@pytest.mark.timeout(240)
async def test_a_generated_client_opens_acts_reads_and_is_refused(client: ModuleType, office: Office) -> None:
    async with served(office) as address:
        found = await asyncio.to_thread(use, address)
    assert found["receipt"].stage == "screened"
    assert found["refused"].code == "wrong_stage"
    assert (found["seen"].code, found["seen"].category) == (found["code"], "0201")
    assert found["code"] in [case.code for case in found["page"].cases]
    assert found["code"] in [item.case.code for item in found["inbox"].items if item.case]
