"""Recorded runs still replay, and into the state they were recorded with; released states can still be read."""

from __future__ import annotations

import ast
import asyncio
import base64
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.case import Case
from models.event import Event
from models.library import Documents
from rules.fold import fold
from rules.library import Library
from rules.view import view
from tests.histories.shelf import DOCUMENTS, RUNS, STATES, fill, recorded

ROOT = Path(__file__).resolve().parents[2]
MOST = 300_000
"""Bytes of one recorded file."""

ADVICE = """
Running cases replay their history under the new code. These recorded runs say that they could not, or that they would end up
in another state (other deadlines, other events):

{found}

- Was this not meant? Then the change is a bug for every case that is running: undo it, or guard it.
- Was it meant? Running cases will be told by `starter.py replay --check` and start again from the record with `--restart`
  (docs/upkeep.md). Record the runs anew with `make histories` and say in the commit what changed for running cases.
"""


@pytest.mark.parametrize("seed", ["0", "1", "2"])
async def test_recorded_runs_replay_into_the_same_state(seed: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.histories.check"),
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    lines = out.decode().splitlines()
    assert lines, err.decode()[-3000:]
    found = json.loads(lines[-1])
    assert not found, ADVICE.format(found="\n".join(f"{name}: {why}" for name, why in found))


def test_recorded_runs_cover_the_ways_of_a_case() -> None:
    seen = {event["what"]["type"] for path in STATES.glob("*/*.json") for event in json.loads(path.read_text(encoding="utf-8"))["events"]}
    wanted = {
        *("registered", "screened", "routed", "signed", "contacted", "assigned", "consented", "agreed", "agreement_effective"),
        *("performed", "visited", "audited", "archived", "reopened", "objected", "rerouted", "designated", "deemed_signed"),
        *("escalated", "suspended", "resumed", "extended", "recused", "merged", "absorbed", "refused", "channelled"),
        *("recalendared", "restarted", "noted"),
    }
    assert wanted <= seen, wanted - seen


def typed() -> set[str]:
    """All Chinese words that the recording types in."""
    found: set[str] = set()
    for path in (RUNS.parent / "write.py", ROOT / "tests" / "support" / "running.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"[\u4e00-\u9fff]", node.value):
                found.add(node.value)
    return found


def plain(value: object) -> Iterator[str]:
    """Every text in a history, payloads decoded."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from [base64.b64decode(item).decode(errors="replace")] if key == "data" and isinstance(item, str) else plain(item)
    elif isinstance(value, list):
        for item in value:
            yield from plain(item)
    elif isinstance(value, str):
        yield value


def test_recorded_files_are_small_and_carry_no_words_that_were_typed() -> None:
    words = typed()
    assert len(words) > 10
    for path in (*RUNS.glob("*.json"), *STATES.glob("*/*.json")):
        assert path.stat().st_size < MOST, path.name
        text = "\n".join(plain(json.loads(path.read_text(encoding="utf-8"))))
        found = [word for word in words if word in text]
        assert not found, f"{path.name} carries words that belong into the vault: {found}"
    assert DOCUMENTS.stat().st_size < MOST


@pytest.mark.parametrize("path", sorted(STATES.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_released_state_is_read_folded_and_seen(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    state = Case.model_validate(kept["state"])
    events = [Event.model_validate(event) for event in kept["events"]]
    case = Case(
        id=state.id, source=state.source, intake_id=state.intake_id, docs=Documents.model_validate(kept["events"][0]["what"]["docs"])
    )
    for event in events:
        case = fold(case, event)
    wanted = state.model_dump(mode="json", exclude={"head", "code", "undo"})
    assert case.model_dump(mode="json", exclude={"head", "code", "undo"}) == wanted
    library = Library()
    fill(library)
    assert view(state, library.bundle(state.docs), events[-1].at).seq == len(events)


def test_every_recorded_run_has_its_state_on_the_shelf() -> None:
    assert {run.name for run in recorded()} <= {path.stem for path in STATES.glob("*/*.json")}
