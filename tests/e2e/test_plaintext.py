"""Nothing personal lies in clear: not in the databases, not in Temporal's own file, not in a log, figure, export or refusal.

All stories of the casebook are played with every name, number and text replaced by one that stands nowhere else; then every
byte that was written is searched. What is planted in each kind of place is found, so nothing passes because nobody looked.
Another thing that leaves the system without being meant for the eyes of one person goes into `handed_out`.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio.testing import WorkflowEnvironment

from models.export import ExportFormat
from service.errors import Refused
from service.exporting.exports import Exports
from service.oversight.archive import Wanted
from service.proof.notary import Notary
from service.rehearsal import FLAGS, Player, stage, virtual_server
from service.settings import Settings
from store.desk.lists import Filter
from store.places import LoadedPlace
from store.secrecy.erasures import Erasures
from tests.conftest import Database
from tests.postgres import Postgres
from tests.support.disguise import STEMS, Secrets, story
from tests.support.running import ROOT, Desk, desk, settings
from tests.web.console.visitors import desk_of

STORIES = sorted((ROOT / "casebook").glob("*.yaml"))
FEW = [path for path in STORIES if path.stem == "05-threat-to-life"]
"""For PostgreSQL, where only the database differs."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("temporal")


@pytest.fixture(scope="module")
async def env(folder: Path) -> AsyncIterator[WorkflowEnvironment]:
    async with virtual_server(FLAGS, database=folder / "temporal.db") as made:
        yield made


def forms(word: str) -> Iterator[bytes]:
    """How a word may lie in a file."""
    yield word.encode()
    yield word.encode("utf-16-le")
    yield json.dumps(word).strip('"').encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + word.encode())
        yield coded[4 if shift else 0 : -4]


def found_in(data: bytes, words: list[str]) -> list[str]:
    return [word for word in words if any(form in data for form in forms(word))]


def every_file(*folders: Path) -> dict[str, bytes]:
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            with suppress(FileNotFoundError):  # servers are at work: a journal may be gone before it is read
                if path.is_file():
                    found[str(path.relative_to(folder.parent))] = path.read_bytes()
    return found


async def refused(here: Desk, case_id: str, secrets: Secrets) -> list[str]:
    """Ask for what can't be, with private words in it; return what the refusals say."""
    person = {"id": "z", "side": "third", "kind": "person", "name": secrets.text("name"), "phone": secrets.phone()}
    said: list[str] = []
    wrong: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("clerk@yanlou-centre", "add_party", {"party": {**person, "id": "a"}}),
        ("clerk@yanlou-centre", "add_party", {"party": {**person, "phone": f"x{secrets.phone()}"}}),
        ("clerk@yanlou-centre", "add_party", {"party": {**person, secrets.text("key"): 1}}),
        ("clerk@yanlou-centre", "note", {"text": f"{secrets.text('text')}\x00"}),
        ("clerk@yanlou-centre", "note", {"text": secrets.text("text") * 2000}),
        ("clerk@qingyan-centre", "note", {"text": secrets.text("text")}),
        ("clerk@yanlou-centre", secrets.text("do"), {"text": secrets.text("text")}),
        ("mediator@yanlou-gumeng", "agree", {"form": "oral", "terms": secrets.text("terms")}),
        (f"clerk@{secrets.text('unit')}", "note", {"text": "x"}),
    )
    for post, do, fields in wrong:
        with pytest.raises(Refused) as caught:
            await here.act(case_id, post, do, **fields)
        said += [
            str(caught.value),
            repr(caught.value),
            caught.value.refusal.zh,
            caught.value.refusal.en,
            caught.value.refusal.model_dump_json(),
        ]
    return said


async def play(env: WorkflowEnvironment, huaxi: LoadedPlace, chosen: Settings, secrets: Secrets, stories: list[Path]) -> None:
    """Play the stories, all in one office."""
    async with stage(env, huaxi, chosen) as office:
        for path in stories:
            played = await Player(env, office).play(story(path, secrets))
            assert played.failures == (), path.stem


async def more(here: Desk, secrets: Secrets) -> list[str]:
    parties = [
        {"id": "a", "side": "applicant", "kind": "person", "name": secrets.text("name"), "phone": secrets.phone()},
        {"id": "b", "side": "respondent", "kind": "person", "name": secrets.text("name"), "id_number": secrets.number()},
    ]
    case_id = await here.open(1, parties=parties, summary=secrets.text("summary"))
    clerk, dispatcher = "clerk@yanlou-centre", "dispatcher@yanlou-centre"
    lawyer = {"name": secrets.text("lawyer"), "phone": secrets.phone(), "address": secrets.text("address")}
    await here.act(case_id, clerk, "represent", party="a", representative=lawyer, authority=secrets.text("authority"))
    await here.act(case_id, clerk, "attach", title=secrets.text("title"), sha256="0" * 64, size=1)
    await here.act(case_id, "screener@yanlou-centre", "amend", summary=secrets.text("summary"), reason=secrets.text("reason"))
    await here.act(case_id, clerk, "add_party", party={"id": "c", "side": "third", "kind": "person", "name": secrets.text("name")})
    await here.act(case_id, dispatcher, "route", level="village")
    await here.act(case_id, "officer@yanlou-gumeng", "object", reason=secrets.text("reason"), to="yanlou-justice")
    await here.act(case_id, dispatcher, "rule", uphold=True, reason=secrets.text("reason"))
    await here.act(case_id, "officer@yanlou-justice", "sign")
    await here.act(case_id, dispatcher, "raise_task", unit="yanlou-court", title=secrets.text("title"))
    await here.act(
        case_id, "screener@yanlou-centre", "split", parties=["c"], summary=secrets.text("summary"), reason=secrets.text("reason")
    )
    said = await refused(here, case_id, secrets)
    other = await here.open(0, parties=parties, summary=secrets.text("summary"))
    await here.act(other, clerk, "merge", into=case_id)
    await here.act(case_id, "officer@yanlou-justice", "withdraw", party="a", reason=secrets.text("reason"))
    await here.act(case_id, clerk, "reopen", reason=secrets.text("reason"))
    return said


async def handed_out(here: Desk) -> dict[str, bytes]:
    """What is given away whole: figures, lists as files, registers, logs of the record. A new one of that kind is read here.

    The file of one case is for who may read the case, and holds its words.
    """
    office = here.office
    found: dict[str, bytes] = {}
    async with desk_of(office) as visitors:
        for post, paths in HANDED_OUT.items():
            visitor = await visitors.at(post)
            for path in paths:
                answer = await visitor.client.get(path)
                assert answer.status_code == 200, (path, answer.status_code)
                found[path] = answer.content
    director = await here.cases.actor("director@huaxi-centre")
    for wanted in (Filter(), Wanted()):
        made = await Exports(office).listed(director, wanted, ExportFormat.CSV, "核对台账")
        found[made.name] = made.path.read_bytes()
        assert b"YANLOU-" in found[made.name]
        made.path.unlink()
    await Notary(office).now()
    assert any(name.endswith(".json") for name in every_file(office.settings.home))
    found["register"] = repr(await Erasures(office.store).register()).encode()
    return found


HANDED_OUT = {
    "director@huaxi-centre": ("/cockpit/league.csv", "/metrics"),
    "admin_audit@huaxi-centre": ("/access-log", "/account-log"),
}
"""By post: what holds numbers, codes and posts, and no word of a party."""


def written(tmp_path: Path, folder: Path, database: Database, postgres: Postgres | None) -> dict[str, bytes]:
    """Every byte on the disk: the folders of the office and of Temporal, and PostgreSQL's own with its log of writes."""
    if postgres is None:
        return every_file(tmp_path, folder)
    postgres.sql("CHECKPOINT")
    return every_file(tmp_path, folder, postgres.folder)


@pytest.mark.timeout(400)
async def test_no_name_number_or_word_lies_in_clear_anywhere(
    env: WorkflowEnvironment,
    folder: Path,
    huaxi: LoadedPlace,
    database: Database,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    secrets, log = Secrets(), StringIO()
    handler, root = logging.StreamHandler(log), logging.getLogger()
    root.addHandler(handler)
    monkeypatch.setattr(root, "level", logging.DEBUG)
    postgres = request.getfixturevalue("postgres") if database.kind == "postgresql" else None
    chosen = settings(tmp_path / "home", database_url=database.url)
    await play(env, huaxi, chosen, secrets, STORIES if postgres is None else FEW)
    with env.with_time_skipping_disabled():
        async with desk(env.client, chosen.model_copy(update={"task_queue": f"{chosen.task_queue}-more"}), place=huaxi) as here:
            said = await more(here, secrets)
            handed = await handed_out(here)
            files = written(tmp_path, folder, database, postgres) | handed
            assert leaks(files, secrets) == {}
            await plant(here, PLANTED)
            during = written(tmp_path, folder, database, postgres)
    out, err = capfd.readouterr()
    root.removeHandler(handler)
    told = {"log": log.getvalue(), "stdout": out, "stderr": err, "refusals": "\n".join(said)}
    files = {name: text.encode() for name, text in told.items()}
    assert leaks(files, secrets) == {}
    assert len(secrets.all) > (120 if postgres is None else 40)
    assert all(any(stem in word for stem in STEMS) for word in secrets.all)
    # The search itself works: what may lie in clear is found, and so is what was planted, in each kind of place.
    during |= {"log": log.getvalue().encode()}
    hit = " ".join(name for name, data in during.items() if found_in(data, [PLANTED]))
    for place in ("temporal.db", "log", "home" if postgres is None else "base/"):
        assert place in hit or (place == "home" and "jiefen.db" in hit), (place, hit)
    temporal = b"".join(data for name, data in during.items() if "temporal.db" in name)
    assert found_in(temporal, ["yanlou-gumeng", "person:", "JiefenTown", "yanlou"]) == ["JiefenTown", "yanlou"]


PLANTED = "planted鼙gyre"


async def plant(here: Desk, word: str) -> None:
    """Put a word in clear where nobody may: into the database, into Temporal, into the log."""
    async with here.office.store.write() as db:
        await db.exec_driver_sql("CREATE TABLE planted (word VARCHAR)")
        await db.exec_driver_sql(f"INSERT INTO planted VALUES ('{word}')")  # noqa: S608 - a word of this file
    await here.office.client.start_workflow("Nothing", id=f"planted-{word}-{uuid4()}", task_queue="nobody", static_summary=word)
    logging.getLogger("planted").warning("%s", word)


def leaks(files: dict[str, bytes], secrets: Secrets) -> dict[str, list[str]]:
    """Return what was found, by file; the stems first, for they are few."""
    hit = {name: data for name, data in files.items() if found_in(data, list(STEMS))}
    return {name: words for name, data in hit.items() if (words := found_in(data, [*secrets.all, *STEMS]))}
