"""Who asks on the command line: `--as` in the embedded default alone, elsewhere a personal token, by the same tables."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest

from faces.asking import asker, maybe_asker
from faces.process import CannotAsk
from models.account import TokenScope
from service.crew import connect
from service.entry.accounts import Accounts
from service.office import Office
from service.settings import Settings
from tests.faces.stack import Answer, command

CLERK, DIRECTOR, AUDIT = "clerk@yanlou-centre", "director@yanlou-centre", "admin_audit@huaxi-centre"
CLUSTER = {"TEMPORAL_ADDRESS": "127.0.0.1:1"}
"""A Temporal of one's own: this is no embedded default any more."""


async def issued(home: Path) -> dict[str, str]:
    """Make an instance with people in it; gives their tokens."""
    settings = Settings(home=home)
    office = await Office.open(settings, await connect(settings, lazy=True))
    accounts, found = Accounts(office), {}
    for name, post, scopes in (("clerk", CLERK, ("read",)), ("director", DIRECTOR, ("read", "export")), ("audit", AUDIT, ())):
        made = await accounts.create(name, "某人", [post], local=post != AUDIT)
        found[name] = (await accounts.issue_token(made.account.id, "cli", scopes=scopes)).text
    local = await accounts.create("audit-2", "某人", [AUDIT])
    found["no-factor"] = (await accounts.issue_token(local.account.id, "cli")).text
    await office.close()
    return found


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    home = tmp_path_factory.mktemp("asking")
    return home, asyncio.run(issued(home))


async def as_(home: Path, post: str = "", scope: TokenScope = TokenScope.READ, **more: object) -> str:
    """Who asks, or why it can't be told."""
    settings = Settings(home=home, **more)  # type: ignore[arg-type]
    office = await Office.open(settings, await connect(settings, lazy=True))
    try:
        return (await asker(office, post, scope)).person
    except CannotAsk as error:
        return str(error)
    finally:
        await office.close()


async def test_the_embedded_default_takes_a_post_at_its_word(here: tuple[Path, dict[str, str]]) -> None:
    home, _ = here
    assert await as_(home, CLERK) == CLERK
    assert await as_(home) == "who_needed"
    assert await as_(home, CLERK, cli_as="never") == "token_needed"


async def test_elsewhere_a_token_is_wanted_and_the_same_tables_are_asked(
    here: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, tokens = here
    monkeypatch.setenv("TEMPORAL_ADDRESS", CLUSTER["TEMPORAL_ADDRESS"])
    assert await as_(home, CLERK) == await as_(home) == "token_needed"
    assert await as_(home, token="jf_x_y") == "token_wrong"
    assert await as_(home, token=tokens["clerk"]) == await as_(home, CLERK, token=tokens["clerk"]) == CLERK
    assert await as_(home, DIRECTOR, token=tokens["clerk"]) == "as_not_taken"
    assert await as_(home, scope=TokenScope.ACT, token=tokens["clerk"]) == "token_scope"
    assert await as_(home, scope=TokenScope.EXPORT, token=tokens["director"]) == DIRECTOR
    assert await as_(home, token=tokens["audit"]) == AUDIT
    assert await as_(home, token=tokens["no-factor"]) == "second_factor"


async def test_a_token_s_file_is_its_owner_s_alone(here: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    home, tokens = here
    path = tmp_path / "token"
    assert await as_(home, token_file=path) == "token_file"
    path.write_text(f"{tokens['clerk']}\n", encoding="ascii")
    path.chmod(0o640)
    assert await as_(home, token_file=path) == "token_file_open"
    path.chmod(0o600)
    assert await as_(home, token_file=path) == CLERK


async def test_nobody_is_somebody_only_where_nobody_has_to_be(here: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    home, _ = here
    settings = Settings(home=home)
    office = await Office.open(settings, await connect(settings, lazy=True))
    assert await maybe_asker(office, "") is None
    monkeypatch.setenv("TEMPORAL_ADDRESS", CLUSTER["TEMPORAL_ADDRESS"])
    with pytest.raises(CannotAsk, match="token_needed"):
        await maybe_asker(office, "")
    await office.close()


def jiefen(home: Path, *words: str, **environment: str) -> Answer:
    given = {**os.environ, "JIEFEN_HOME": str(home), **environment}
    return command(words, given)


def test_commands_say_so_with_a_code_and_export_with_a_mark(here: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    home, tokens = here
    for asked in (("list", "--as", CLERK), ("explain", "YANLOU-2026-00001")):
        answer = jiefen(home, *asked, **CLUSTER)
        assert (answer.code, answer.err.partition(":")[0]) == (2, "token_needed"), asked
    file = tmp_path / "cases.csv"
    words = ("export", str(file), "--why", "supervising", "--json")
    assert jiefen(home, *words, **CLUSTER, JIEFEN_TOKEN=tokens["clerk"]).err.startswith("token_scope: ")
    made = jiefen(home, *words, **CLUSTER, JIEFEN_TOKEN=tokens["director"])
    assert (made.code, made.json["rows"], file.stat().st_mode & 0o777) == (0, 0, 0o600)
    assert file.read_text("utf-8-sig").count(made.json["id"]) == 2
    found = jiefen(home, "exports", made.json["id"], "--as", AUDIT, "--json")
    assert [(one["person"], one["why"]) for one in found.json["exports"]] == [(DIRECTOR, "supervising")]
    assert jiefen(home, *words, "--as", DIRECTOR).code == 2


def test_no_command_takes_a_post_at_its_word_by_itself() -> None:
    faces = Path(__file__).resolve().parents[2] / "faces"
    by_itself = [
        path.name
        for path in faces.glob("*.py")
        if path.name != "asking.py" and re.search(r"resolve_actor|\.actor\(", path.read_text("utf-8"))
    ]
    assert by_itself == []
