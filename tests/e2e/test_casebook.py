"""The casebook on the real engine: workflows, activities and store, with virtual time. The delivered files on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from temporalio.testing import WorkflowEnvironment

from service.casebook import Casebook, read_casebook
from service.rehearsal import Played, rehearse
from store.files import BadFile
from store.places import LoadedPlace
from tests.conftest import Database

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "casebook").glob("*.yaml"))
MORE = sorted((ROOT / "tests" / "casebook").glob("*.yaml"))
OPEN: dict[str, Any] = {
    "as": "clerk@yanlou-centre",
    "do": "open",
    "with": {
        "channel": "window",
        "place": "520111105202",
        "summary": "雨水流入堂屋。",
        "happened_on": "2026-02-26",
        "parties": [
            {"id": "a", "side": "applicant", "kind": "person", "name": "甲"},
            {"id": "b", "side": "respondent", "kind": "person", "name": "乙"},
        ],
        "people": 2,
    },
}
SCREEN = {"as": "screener@yanlou-centre", "do": "screen", "with": {"category": "0201", "accept": True}}


def story(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "t", "place": "huaxi", "start": "2026-03-02T09:30", "steps": list(steps), **more}


async def play(env: WorkflowEnvironment, huaxi: LoadedPlace, *steps: dict[str, Any], **more: Any) -> Played:
    return await rehearse(env, Casebook.model_validate(story(*steps, **more)), huaxi)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_every_story_of_the_casebook_holds(path: Path, env: WorkflowEnvironment, huaxi: LoadedPlace, database: Database) -> None:
    played = await rehearse(env, read_casebook(path), huaxi, database_url=database.url)
    assert played.failures == ()


@pytest.mark.parametrize("path", MORE, ids=lambda path: path.stem)
async def test_every_other_story_holds(path: Path, env: WorkflowEnvironment, huaxi: LoadedPlace) -> None:
    played = await rehearse(env, read_casebook(path), huaxi)
    assert played.failures == ()


async def test_a_wrong_expectation_is_named_with_step_wanted_and_found(env: WorkflowEnvironment, huaxi: LoadedPlace) -> None:
    played = await play(
        env,
        huaxi,
        {**OPEN, "expect": {"stage": "screened", "cards": ["red"], "due": {"screen": "2026-03-04", "seal": "2026-03-04"}}},
        {**SCREEN, "refused": "not_allowed", "expect": {"holder": "officer", "tasks": {"yanlou-justice": "signed"}}},
        {"as": "officer@yanlou-court", "do": "sign"},
        {"as": "dispatcher@yanlou-centre", "do": "route", "with": {"levl": "village"}},
        {"case": "other", "expect": {"stage": "routed"}},
        {"at": "2026-03-01T09:00"},
        end={"events": ["screened", "registered"], "never": ["screened"], "counts": {"screened": 2}},
    )
    found = {(failure.step, failure.what): (failure.wanted, failure.found) for failure in played.failures}
    assert found == {
        ("1 open", "stage"): ("screened", "registered"),
        ("1 open", "cards"): ("[red]", "[]"),
        ("1 open", "due.screen"): ("2026-03-04", "2026-03-03"),
        ("1 open", "due.seal"): ("2026-03-04", "no such clock"),
        ("2 screen", "refused"): ("not_allowed", "ok"),
        ("2 screen", "holder"): ("officer", "dispatcher"),
        ("2 screen", "tasks.yanlou-justice"): ("signed", "no task"),
        ("3 sign", "refused"): ("ok", "wrong_stage (screened)"),
        ("4 route", "refused"): ("ok", "invalid (levl (extra_forbidden))"),
        ("5", "expect"): ("a case", "none was opened"),
        ("6", "at"): ("not before 2026-03-02T09:30", "2026-03-01T09:00"),
        ("end", "events"): ("registered in its order", "registered, screened"),
        ("end", "never"): ("no screened", "1 of them"),
        ("end", "counts.screened"): ("2", "1"),
    }


async def test_a_post_that_is_not_there_and_an_action_without_a_case_are_refusals(env: WorkflowEnvironment, huaxi: LoadedPlace) -> None:
    played = await play(
        env,
        huaxi,
        SCREEN,
        OPEN,
        {**SCREEN, "as": "screener@nowhere", "refused": "unknown_unit"},
        {**SCREEN, "as": "emperor@yanlou-centre", "refused": "invalid"},
        {**SCREEN, "as": "mediator@yanlou-court", "refused": "not_allowed"},
    )
    assert [(failure.step, failure.found) for failure in played.failures] == [("1 screen", "unknown_case")]


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (story({"expect": {"stagee": "routed"}}), "steps.0.expect.stagee"),
        (story({"expect": {"stage": "routet"}}), "steps.0.expect.stage"),
        (story({"expect": {"due": {"sign": "next week"}}}), "steps.0.expect.due.sign"),
        (story({"expect": {"cards": ["green"]}}), "steps.0.expect.cards.0"),
        (story({"at": "2026-13-01T10:00"}), "steps.0.at"),
        (story({"after": "2 weeks"}), "steps.0.after"),
        (story(OPEN, {**SCREEN, "do": "fly"}), "steps.1.do"),
        (story(OPEN, {**SCREEN, "do": "tick"}), "steps.1.do"),
        (story(OPEN, {**SCREEN, "refused": "no_way"}), "steps.1.refused"),
        (story({"as": "clerk@yanlou-centre"}), "steps.0"),
        (story({"with": {"reason": "x"}}), "steps.0"),
        (story(OPEN, end={"never": ["cardet"]}), "end.never.0"),
        (story(OPEN, end={"counts": {"cardet": 1}}), "end.counts.cardet"),
        (story(), "steps"),
        ({"title": "t"}, "place"),
    ],
)
def test_a_malformed_file_is_named_with_its_key(data: dict[str, Any], key: str, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        read_casebook(path)
    assert "story.yaml" in str(caught.value)
    assert key in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a\n", "title: [", "title: t\ntitle: u\n", "title: " + "[" * 5000, "title: &a [*a]\n"])
def test_what_is_no_mapping_is_named_with_its_file(text: str, tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"story\.yaml"):
        read_casebook(path)
