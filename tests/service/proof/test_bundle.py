"""Bundles of cases and affairs verify with what lies in them, by us and by their own program, and name every record that was changed."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.refusal import RefusalCode
from models.words import Algorithm
from rules.digests import digest
from service.errors import Refused, UnknownAffair
from service.proof import standalone
from service.proof.bundle import Bundled, Bundler
from store.looks import LookFilter, Looks
from store.places import LoadedPlace
from tests.service.proof.conftest import SEEN, SUMMARY, Small, made
from tests.service.town import who
from tests.support.editing import swap

DIRECTOR = who("director@yanlou-centre")
WHY = "移送法院"
NEWLINE = b"\n"

Lines = list[dict[str, Any]]


async def written(small: Small, path: Path, *, with_words: bool = True) -> Bundled:
    codes = [(await small.office.records.load(core.case.id)).code for core in small.cases]  # type: ignore[union-attr]
    codes.append(await small.office.affairs.code(small.affairs[0].state.id))
    return await Bundler(small.office).write(DIRECTOR, [code for code in codes if code], path, WHY, with_words=with_words)


@pytest.fixture(scope="module", params=list(Algorithm))
async def bundle(request: pytest.FixtureRequest, whole_huaxi: LoadedPlace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("bundle")
    small = await made(home, whole_huaxi, request.param)
    path = home / "bundle.zip"
    done = await written(small, path)
    await small.office.close()
    assert (done.faults, done.withheld, len(done.cases), len(done.affairs)) == ((), 0, 2, 1)
    return path


def faults(files: Mapping[str, bytes]) -> list[str]:
    return standalone.check(files)[1]


def test_a_bundle_is_whole_and_holds_all_that_proves_it(bundle: Path) -> None:
    files = standalone.read(bundle)
    manifest, wrong = standalone.check(files)
    assert wrong == []
    assert (manifest["asked_by"], manifest["purpose"]) == (DIRECTOR.person, WHY)
    names = {name.rpartition("/")[2] for name in manifest["files"]}
    assert names == {"events.jsonl", "looks.jsonl", "inclusion.jsonl", "words.jsonl", "persons.jsonl", "anchors.jsonl"}
    assert all(manifest["files"][name]["records"] for name in manifest["files"] if not name.startswith("affairs") or "persons" not in name)
    words = b"".join(files[name] for name in files if name.endswith("words.jsonl"))
    assert SUMMARY.encode() in words
    assert SEEN.encode() in words
    assert {name.partition("/")[0] for name in manifest["files"]} == {"cases", "affairs", "anchors.jsonl"}


def test_its_own_program_says_the_same_without_us(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(tmp_path)
    for arguments in ([str(tmp_path / "verify.py")], [str(tmp_path / "verify.py"), str(bundle)]):
        done = subprocess.run([sys.executable, "-I", "-S", *arguments], capture_output=True, text=True, check=False, cwd="/")
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "WHOLE"), done.stderr
    swap(next(tmp_path.rglob("events.jsonl")), "0201", "0202")
    done = subprocess.run([sys.executable, "-I", "-S", str(tmp_path / "verify.py")], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 1
    assert "events.jsonl record 2: it is not the one that was written" in done.stdout
    assert subprocess.run([sys.executable, str(tmp_path / "verify.py"), "/dev/null"], capture_output=True, check=False).returncode == 2


@given(st.binary(max_size=300))
def test_sm3_without_openssl_is_sm3(data: bytes) -> None:
    assert standalone._letters(standalone.sm3(data)) == digest(data.decode("latin1"), Algorithm.SM3)[4:] or not data.isascii()
    assert standalone.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


# -- every change of one record, by somebody who leaves the rest as it is ---------------------------------------------


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every single value."""
    if isinstance(value, dict):
        for name in value:
            yield from leaves(value[name], (*path, name))
    elif isinstance(value, list) and value:
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number))
    else:
        yield path


def turned(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("0" if value[-1] != "0" else "1") if value else "x"


def with_lines(files: Mapping[str, bytes], name: str, lines: Sequence[bytes]) -> dict[str, bytes]:
    return {**files, name: b"".join(line + b"\n" for line in lines)}


def test_one_value_of_any_record_of_any_file(bundle: Path) -> None:
    files = standalone.read(bundle)
    for name in (name for name in files if name.endswith(".jsonl")):
        lines = files[name].splitlines()
        for index, line in enumerate(lines):
            for way in leaves(json.loads(line)):
                changed = json.loads(line)
                inner = changed
                for step in way[:-1]:
                    inner = inner[step]
                inner[way[-1]] = turned(inner[way[-1]])
                found = faults(with_lines(files, name, [*lines[:index], standalone.canonical(changed).encode(), *lines[index + 1 :]]))
                assert any(fault.startswith(f"{name} record {index + 1}: ") for fault in found), (name, index, way, found)


def test_a_byte_more_that_means_nothing(bundle: Path) -> None:
    files = standalone.read(bundle)
    for name in (name for name in files if name.endswith(".jsonl")):
        lines = files[name].splitlines()
        for index, line in enumerate(lines):
            found = faults(with_lines(files, name, [*lines[:index], line.replace(b"{", b"{ ", 1), *lines[index + 1 :]]))
            assert f"{name} record {index + 1}: it is not written as it was" in found, (name, index)


STRUCTURE: dict[str, Callable[[list[bytes], int], tuple[list[bytes], int]]] = {
    "taken away": lambda lines, at: (lines[:at] + lines[at + 1 :], at),
    "doubled": lambda lines, at: (lines[: at + 1] + lines[at:], at + 1),
    "put in": lambda lines, at: ([*lines[:at], b'{"hash":"x","n":1,"record":{}}', *lines[at:]], at),
    "put at the end": lambda lines, at: ([*lines, lines[at]], len(lines)),
    "changed places": lambda lines, at: (lines[:at] + lines[at : at + 2][::-1] + lines[at + 2 :], at),
}


@pytest.mark.parametrize("change", STRUCTURE)
def test_records_taken_away_put_in_and_moved(bundle: Path, change: str) -> None:
    files = standalone.read(bundle)
    for name in (name for name in files if name.endswith(".jsonl")):
        lines = files[name].splitlines()
        for at in range(len(lines) - (change == "changed places")):
            other, named = STRUCTURE[change](lines, at)
            found = faults(with_lines(files, name, other))
            assert any(fault.startswith(f"{name} record {named + 1}: ") for fault in found), (name, at, found)


def test_a_changed_byte_of_the_packed_file_names_the_record(bundle: Path, tmp_path: Path) -> None:
    raw = bundle.read_bytes()
    for name, content in standalone.read(bundle).items():
        begins = raw.index(content, raw.index(name.encode()))
        for at in range(0, len(content), max(1, len(content) // 40)):
            path = tmp_path / "changed.zip"
            path.write_bytes(raw[: begins + at] + bytes([raw[begins + at] ^ 1]) + raw[begins + at + 1 :])
            try:
                found = faults(standalone.read(path))
            except standalone.NoBundle:
                assert name == "manifest.json"
                continue
            record = f" record {content[:at].count(NEWLINE) + 1}" if name.endswith(".jsonl") else ""
            assert any(fault.startswith(f"{name}{record}: ") for fault in found), (name, at, found)


def test_a_file_that_is_missing_or_was_not_there_is_named(bundle: Path) -> None:
    files = standalone.read(bundle)
    for name in (name for name in files if name != "manifest.json"):
        assert f"{name}: it is missing" in faults({other: files[other] for other in files if other != name})
    assert faults({**files, "more.txt": b""}) == ["more.txt: it was not in the bundle"]
    with pytest.raises(standalone.NoBundle):
        faults({})


# -- and by somebody who makes the outer hashes anew -------------------------------------------------------------------


def remade(files: Mapping[str, bytes], name: str, change: Callable[[Lines], Lines], algorithm: Algorithm) -> dict[str, bytes]:
    """The bundle with other records in one file, and everything around them made to fit."""
    from service.proof.bundle import _chained

    manifest = json.loads(files["manifest.json"])
    records = change([json.loads(line)["record"] for line in files[name].splitlines()])
    text, manifest["files"][name] = _chained(records, algorithm)
    manifest = {key: value for key, value in manifest.items() if key != "hash"}
    manifest["hash"] = digest(standalone.canonical(manifest), algorithm)
    return {**files, name: text.encode(), "manifest.json": f"{standalone.canonical(manifest)}\n".encode()}


@pytest.mark.parametrize("folder", ["cases", "affairs"])
@pytest.mark.parametrize(
    ("kind", "field", "said"),
    [
        ("events.jsonl", "body", "its text or its hash was changed"),
        ("events.jsonl", "type", "the text says"),
        ("looks.jsonl", "text", "is not the one that was written"),
        ("looks.jsonl", "before", "is not the one that was written"),
        ("words.jsonl", "text", "the words are not those that event "),
        ("words.jsonl", "salt", "the words are not those that event "),
        ("inclusion.jsonl", "head", "saw another event"),
        ("inclusion.jsonl", "steps", "it does not lead to the root"),
        ("anchors.jsonl", "body", "is not the one that was made"),
    ],
)
def test_what_was_hashed_in_the_system_holds_within(bundle: Path, folder: str, kind: str, field: str, said: str) -> None:
    files = standalone.read(bundle)
    name = next(name for name in files if name.endswith(kind) and (name.startswith(folder) or kind == name))
    algorithm = Algorithm(json.loads(files["manifest.json"])["algorithm"])

    def change(records: Lines) -> Lines:
        value = records[-1][field]
        if isinstance(value, list):
            return [*records[:-1], {**records[-1], field: [[left, f"{beside}0"] for left, beside in value]}]
        other_year = value.replace("2026", "2027")
        other = other_year if other_year != value else ("1" if value[0] == "0" else "0") + value[1:]
        return [*records[:-1], {**records[-1], field: other}]

    found = faults(remade(files, name, change, algorithm))
    assert any(fault.startswith(f"{name} record ") and said in fault for fault in found), found


# -- who may, and what is left out -------------------------------------------------------------------------------------


async def test_words_are_left_out_unless_asked_for_and_every_case_and_affair_is_a_look(pristine: Small, tmp_path: Path) -> None:
    done = await written(pristine, tmp_path / "plain.zip", with_words=False)
    assert done.withheld == 4
    assert not any(word.encode() in (tmp_path / "plain.zip").read_bytes() for word in (SUMMARY, SEEN))
    looks = await Looks(pristine.office.store).page(LookFilter(person=DIRECTOR.person))
    assert [(look.look, look.purpose) for look in looks][:3] == [("bundle", WHY)] * 3


async def test_who_is_not_told_everything_gets_no_bundle(pristine: Small, tmp_path: Path) -> None:
    code = (await pristine.office.records.load(pristine.cases[0].case.id)).code  # type: ignore[union-attr]
    assert code is not None
    for post, purpose, wanted in (
        ("clerk@yanlou-centre", WHY, RefusalCode.NOT_ALLOWED),
        ("archivist@yanlou-justice", WHY, RefusalCode.NOT_ALLOWED),  # the case has not ended: its risk is not told
        ("director@yanlou-centre", " ", RefusalCode.MISSING_REASON),
    ):
        with pytest.raises(Refused) as refused:
            await Bundler(pristine.office).write(who(post), [code], tmp_path / "no.zip", purpose, with_words=False)
        assert refused.value.refusal.code is wanted
    assert not (tmp_path / "no.zip").exists()
    assert await Bundler(pristine.office).codes(DIRECTOR, "yanlou", 2026) == sorted(
        [(await pristine.office.records.load(core.case.id)).code for core in pristine.cases]  # type: ignore[union-attr, type-var]
    )


async def test_an_affair_leaves_the_house_only_with_who_is_told_all_of_it(pristine: Small, tmp_path: Path) -> None:
    """Neither with somebody who begins affairs, nor with whom its links are hidden from; and no words where they are masked."""
    code = await pristine.office.affairs.code(pristine.affairs[0].state.id) or ""
    for post, wanted in (("grid@yanlou-gumeng", Refused), ("director@gaopo-centre", UnknownAffair)):
        with pytest.raises(wanted):
            await Bundler(pristine.office).write(who(post), [code], tmp_path / "no.zip", WHY, with_words=True)
    county = await Bundler(pristine.office).write(who("director@huaxi-centre"), [code], tmp_path / "county.zip", WHY, with_words=True)
    assert (county.faults, county.withheld, county.affairs) == ((), 2, (code,))
    assert SEEN.encode() not in (tmp_path / "county.zip").read_bytes()
    # Of cases alone, a bundle is of the version that older verifiers know.
    assert standalone.check(standalone.read(tmp_path / "county.zip"))[0]["version"] == standalone.WITH_AFFAIRS
    case = (await pristine.office.records.load(pristine.cases[0].case.id)).code or ""  # type: ignore[union-attr]
    await Bundler(pristine.office).write(DIRECTOR, [case], tmp_path / "cases.zip", WHY, with_words=False)
    manifest = standalone.check(standalone.read(tmp_path / "cases.zip"))[0]
    assert (manifest["version"], "affairs" in manifest) == (standalone.VERSION, False)
