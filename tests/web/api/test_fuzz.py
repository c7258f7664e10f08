"""schemathesis on the running API, every check and every phase on, the stateful one included: no failure, no 500.

The deterministic coverage phase tries a hundred bodies for each of 46 actions; here it does so for a few of each form, with
`JIEFEN_FUZZ=full` for all (about five minutes).
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from service.office import Office
from service.settings import ROOT
from tests.web.running import CLERK, Api, asked, served
from web.api.forms import FORMS

POSTS = {
    "screen": "screener@yanlou-centre",
    **dict.fromkeys(
        ("route", "rule", "replan", "raise_task", "meet", "call_off", "lift_card", "split", "merge"), "dispatcher@yanlou-centre"
    ),
    **dict.fromkeys(("sign", "object", "finish", "contact", "assign", "rework", "seal", "channel"), "officer@yanlou-justice"),
    **dict.fromkeys(("agree", "consent", "record", "suspend", "extend", "perform", "recuse"), "mediator@yanlou-justice"),
    **dict.fromkeys(("recalendar", "rebase", "sign_off", "escalate", "reply"), "director@yanlou-centre"),
    "audit": "auditor@yanlou-justice",
    "archive": "archivist@yanlou-justice",
}
"""Who asks for an action; the clerk for all others."""

ARRIVALS = ("list_arrivals", "get_arrival", "replay_arrival", "discard_arrival", "receive_events", "get_feed", "get_invitation")
COVERED_TOO = frozenset({"list_arrivals", "get_feed"})
COUNTY = "director@huaxi-centre"

COVERED = frozenset({"sign", "meet", "attach"})
"""Actions whose coverage phase is run in any case: no field of its own, a time, a digest."""

EXAMPLES = "3"

STATES = 12
"""Scenarios of the stateful phase; which links they follow hangs on ids that are new in each run."""


def settings(code: str) -> str:
    """Return schemathesis' settings as TOML."""
    lines = ["[parameters]", f'code = "{code}"', "", "[phases.stateful.generation]", f"max-examples = {STATES}"]
    # The links are those that the description names: guessed ones would take the few scenarios elsewhere.
    lines += ["", "[phases.stateful.inference]", "algorithms = []"]
    lines += ["", "[checks.positive_data_acceptance]"]
    # What is right in form may still be refused: an unknown unit, a reason that is owed, a version that is past.
    lines.append('expected-statuses = ["2xx", 401, 403, 404, 409, 412, 422]')
    for do in FORMS:
        if do == "open":
            continue
        lines += ["", "[[operations]]", f'include-operation-id = "{do}"']
        lines.append(f'headers = {{ Authorization = "Bearer demo:{POSTS.get(do, CLERK)}" }}')
        if do not in COVERED and os.environ.get("JIEFEN_FUZZ") != "full":
            lines.append("phases = { coverage = { enabled = false } }")
    for name in ARRIVALS:
        lines += ["", "[[operations]]", f'include-operation-id = "{name}"']
        lines.append(f'headers = {{ Authorization = "Bearer demo:{COUNTY}" }}')
        coverage = "" if name in COVERED_TOO else ", coverage = { enabled = false }"
        lines.append(f"phases = {{ stateful = {{ enabled = false }}{coverage} }}")
    # A whole file as PDF starts LibreOffice twice; it is asked for in tests of its own.
    lines += ["", "[[operations]]", 'include-operation-id = "get_dossier"', "enabled = false"]
    return "\n".join(lines) + "\n"


async def under_mediation(api: Api) -> str:
    """Open a case and bring it so far that every unit asked has something to do with it."""
    code = await api.open()
    await api.act(code, POSTS["screen"], "screen", category="0101", accept=True)
    await api.act(code, POSTS["route"], "route", lead="yanlou-justice", level="town")
    await api.act(code, POSTS["sign"], "sign")
    await api.act(code, POSTS["sign"], "contact", note="已联系")
    await api.act(code, POSTS["sign"], "assign", mediator=POSTS["agree"])
    for party in ("a", "b"):
        await api.act(code, POSTS["consent"], "consent", party=party, agrees=True)
    return code


@pytest.mark.timeout(900)
async def test_the_running_api_does_what_its_description_says(office: Office, tmp_path: Path) -> None:
    async with asked(office) as api, served(office) as address:
        code = await under_mediation(api)
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            # Made at its first reading, which takes seconds; schemathesis waits for ten.
            assert (await client.get("/api/v1/openapi.json")).status_code == 200
        config = tmp_path / "schemathesis.toml"
        config.write_text(settings(code), encoding="utf-8")
        command = [
            str(Path(sys.executable).with_name("st")), "--config-file", str(config), "run", f"{address}/api/v1/openapi.json",
            "--header", f"Authorization: Bearer demo:{CLERK}", "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all",
            "--max-examples", EXAMPLES, "--no-color", "--suppress-health-check", "all", "--seed", "20261123",
        ]  # fmt: skip
        env = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.web.api.fuzz_hooks"}
        process = await asyncio.create_subprocess_exec(
            *command, cwd=tmp_path, env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            told = (await process.communicate())[0].decode()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, told
        covered = re.search(r"API Links:\s+(\d+) covered", told)
        assert covered is not None, told
        assert int(covered.group(1)) > 10, told
