"""Changed rules meet running cases at the command line: shown for each case, and gone over to now, at the next stage, or never."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.places import load_place
from tests.faces.stack import Answer, command
from tests.support.processes import Instance, instance
from tests.support.running import ROOT

pytestmark = pytest.mark.timeout(300)  # whole processes, on a machine that may be busy

OFFICER = "officer@yanlou-gumeng"


def longer_to_sign(folder: Path) -> Path:
    """The places, where a unit now has three working days to sign."""
    places = folder / "places"
    shutil.copytree(ROOT / "places", places)
    path = places / "huaxi" / "procedure.yaml"
    procedure: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    procedure["limits"]["sign"]["limit"] = "3wd"
    path.write_text(yaml.safe_dump(procedure, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return places


async def rules(here: Instance, places: Path, *words: str) -> Answer:
    """Run a command as somebody does who has started the program anew with these places."""
    settings = here.desk.office.settings
    environment = {**os.environ, "JIEFEN_HOME": str(settings.home), "JIEFEN_TEMPORAL_PORT": str(settings.temporal_port)}
    return await asyncio.to_thread(command, ["rules", *words, "--json"], {**environment, "JIEFEN_PLACES": str(places)})


async def test_an_operator_sees_each_case_and_says_when_it_goes_over(tmp_path: Path) -> None:
    async with instance(tmp_path / "home", load_place(ROOT / "places" / "huaxi")) as here:
        desk = here.desk
        cases = {when: await desk.open(2) for when in ("now", "next_stage", "never")}
        codes = {when: (await desk.stored(case_id)).code or "" for when, case_id in cases.items()}
        before = {when: (await desk.stored(case_id)).clocks["sign"].due for when, case_id in cases.items()}
        assert (await rules(here, ROOT / "places", "behind")).json["cases"] == []
        places = longer_to_sign(tmp_path)
        told = (await rules(here, places, "behind")).json
        assert [(case["code"], case["differs"], case["planned"]) for case in told["cases"]] == [
            (code, ["procedure"], False) for code in sorted(codes.values())
        ]
        wanted = {case["code"]: next(move["after"] for move in case["moves"] if move["clock"] == "sign") for case in told["cases"]}
        assert (await rules(here, places, "move", "--when", "now", codes["now"])).code == 2, "a reason is asked for"
        for when, code in codes.items():
            done = await rules(here, places, "move", code, "--when", when, "--reason", "新规程")
            assert (done.code, [one["outcome"] for one in done.json]) == (0, ["stays" if when == "never" else "done"])
        due = {when: (await desk.stored(case_id)).clocks["sign"].due for when, case_id in cases.items()}
        assert due["now"] is not None
        assert due["now"].model_dump(mode="json")["at"] == wanted[codes["now"]]
        assert (due["next_stage"], due["never"]) == (before["next_stage"], before["never"])
        for case_id in cases.values():
            await desk.act(case_id, OFFICER, "sign")
        assert {when: (await desk.types(case_id))[-1] for when, case_id in cases.items()} == {
            "now": "signed",
            "next_stage": "rebased",
            "never": "signed",
        }
        assert [case["code"] for case in (await rules(here, places, "behind")).json["cases"]] == [codes["never"]]
