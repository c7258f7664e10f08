"""Digests say what they were made with; the first ones, without a mark, are SHA-256."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.anchor import CaseEnd
from models.case import Case
from models.event import Event
from models.words import Algorithm
from rules import chain, merkle
from rules.digests import NoAlgorithm, algorithm_of, commitment, commits, digest, fits

STATES = sorted((Path(__file__).parents[1] / "histories" / "states").glob("*/*.json"))
SM3_OF_ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
"""GB/T 32905-2016, annex A."""

ADVICE = """{name}: the text of event {seq} is no longer the one that was hashed. Running cases that replay would part from their records.
A field that comes after a release is declared with `Field(default, exclude_if=lambda value: value == default)`."""


def test_each_says_what_it_was_made_with() -> None:
    assert digest("abc", None) == hashlib.sha256(b"abc").hexdigest()
    letters = urlsafe_b64encode(bytes.fromhex(SM3_OF_ABC)).decode().rstrip("=")
    assert digest("abc", Algorithm.SM3) == f"sm3:{letters}"
    assert [algorithm_of(digest("abc", one)) for one in (None, *Algorithm)] == [None, *Algorithm]
    assert all(len(digest("abc", one)) <= 64 for one in (None, *Algorithm))
    with pytest.raises(NoAlgorithm, match="md5"):
        algorithm_of("md5:abc")
    assert not fits("abc", "md5:abc")


@given(st.text(), st.sampled_from([None, *Algorithm]), st.integers(0, 63))
def test_a_digest_fits_its_text_alone(text: str, algorithm: Algorithm | None, at: int) -> None:
    text = text.encode(errors="ignore").decode()
    found = digest(text, algorithm)
    assert fits(text, found)
    assert not fits(f"{text}x", found)
    at %= len(found)
    assert not fits(text, found[:at] + ("0" if found[at] != "0" else "1") + found[at + 1 :])


@pytest.mark.parametrize("algorithm", [None, *Algorithm])
def test_a_commitment_is_short_and_fits_salt_and_text_alone(algorithm: Algorithm | None) -> None:
    found = commitment(b"saltabc", algorithm)
    assert (len(found), found.count(":")) == (32, 0)
    assert commits(b"saltabc", found)
    assert not commits(b"saltabd", found)


@pytest.mark.parametrize("path", STATES, ids=lambda path: path.stem)
def test_a_released_chain_is_still_the_one_that_was_hashed(path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    head = chain.GENESIS
    for event in kept["events"]:
        body = chain.canonical(Event.model_validate(event))
        assert body == json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":")), ADVICE.format(
            name=path.stem, seq=event["seq"]
        )
        head = chain.link(head, body)
    assert head == Case.model_validate(kept["state"]).head


@given(st.integers(1, 40), st.data())
def test_each_leaf_has_its_way_to_the_root_and_no_other(count: int, data: st.DataObject) -> None:
    ends = [CaseEnd(case_id=f"case-{number:02}", seq=number, head="h") for number in range(count)]
    leaves = merkle.ordered(ends, Algorithm.SHA256)
    root = merkle.root(leaves, Algorithm.SHA256)
    at = data.draw(st.integers(0, count - 1))
    steps = merkle.way(merkle.rows(leaves, Algorithm.SHA256), at)
    assert merkle.climbed(leaves[at], steps, Algorithm.SHA256) == root
    assert merkle.climbed(merkle.leaf(ends[at].model_copy(update={"seq": 99}), Algorithm.SHA256), steps, Algorithm.SHA256) != root
