"""A procedure typed into a page: taken or refused with the key and the reason, never trusted with the server's memory."""

from __future__ import annotations

import pytest

from models.procedure import Procedure
from models.words import Level, Role, Tier
from service.settings import ROOT
from store.files import BadFile
from store.places import read_procedure
from store.trial_files import MOST, changed, typed, written

FILE = ROOT / "places" / "huaxi" / "procedure.yaml"
TEXT = FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return read_procedure(FILE)


def test_the_text_of_the_place_is_the_procedure_of_the_place(procedure: Procedure) -> None:
    assert typed(TEXT) == procedure
    assert changed(procedure, "version", str(procedure.version)) == procedure


@pytest.mark.parametrize(
    ("key", "value", "found"),
    [
        ("limits.sign.limit", "2wd", lambda p: str(p.limits["sign"].budget) == "2wd"),
        ("limits.visit.first.limit", "5d", lambda p: str(p.limits["visit.first"].budget) == "5d"),
        ("limits.mediate.07.limit", "10d", lambda p: str(p.limits["mediate.07"].budget) == "10d"),
        ("limits.mediate.limit", "20d", lambda p: str(p.limits["mediate"].budget) == "20d"),
        ("limits.contact.by_tier.yellow", "4h", lambda p: str(p.limits["contact"].by_tier[Tier.YELLOW]) == "4h"),
        ("ladder.town", "10wd", lambda p: str(p.ladder[Level.TOWN]) == "10wd"),
        ("cards.remind", "70%", lambda p: p.cards.remind == 0.7),
        ("sign_offs.orange", "[director, leader]", lambda p: p.sign_offs[Tier.ORANGE] == (Role.DIRECTOR, Role.LEADER)),
        ("retention.1.years", "20", lambda p: p.retention[1].years == 20),
        (" digest_above ", "7", lambda p: p.digest_above == 7),
    ],
)
def test_one_value_is_changed_by_its_key(procedure: Procedure, key: str, value: str, found: object) -> None:
    tried = changed(procedure, key, value)
    assert callable(found)
    assert found(tried)
    before, after = dict(written(procedure)), dict(written(tried))
    differing = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert differing
    assert all(name.startswith(key.strip()) for name in differing)


@pytest.mark.parametrize(
    ("key", "value", "where", "reason"),
    [
        ("limits.sign.limit", "two days", "limits.sign.limit", "a limit looks like"),
        ("limits.mediate.limit", "31d", "limits.mediate.limit", "longer than the 30d of the rule behind it"),
        ("limits.sing.limit", "1wd", "limits.sing.limit", "unknown key"),
        ("limits.sign.limits", "1wd", "limits.sign.limits", "unknown key"),
        ("lader", "1wd", "lader", "unknown key"),
        ("ladder.town.days", "1", "ladder.town", ""),
        ("version.main", "1", "version.main", "has nothing below it"),
        ("retention.9.years", "1", "retention.9.years", "there is no place 9"),
        ("retention.x.years", "1", "retention.x.years", "there is no place x"),
        ("", "1", "", "unknown key"),
        ("ladder.town", "[", "line 1", ""),
        ("ladder", "7wd", "ladder", ""),
    ],
)
def test_what_is_wrong_is_told_by_key_and_reason(procedure: Procedure, key: str, value: str, where: str, reason: str) -> None:
    with pytest.raises(BadFile) as wrong:
        changed(procedure, key, value)
    assert wrong.value.key.startswith(where)
    assert reason in wrong.value.reason


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (TEXT.replace("sign:           {limit: 1wd", "sign:           {limit: soon"), "limits.sign.limit", "a limit looks like"),
        (TEXT + "\nnonsense: 1\n", "nonsense", "unknown key"),
        (TEXT + "\nversion: 2\n", "line", "written twice"),
        ("- 1\n- 2\n", "", "must hold keys and values"),
        ("a: &x [1]\nb: *x\n", "line 2", "aliases are not taken"),
        ("a: [\n", "line", ""),
        ("x" * (MOST + 1), "", "longer than"),
    ],
)
def test_a_text_that_is_no_procedure_is_refused(text: str, where: str, reason: str) -> None:
    with pytest.raises(BadFile) as wrong:
        typed(text)
    assert wrong.value.key.startswith(where)
    assert reason in wrong.value.reason
