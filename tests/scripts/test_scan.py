"""The scan of tracked files finds each kind of thing that must be in none, names it without repeating it, and lets the made-up pass."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from pathlib import Path

import pytest

from scripts.scan import CHECKS, WEIGHTS, findings, scan

BODY = "52011119900101123"
CHECK = CHECKS[sum(int(digit) * weight for digit, weight in zip(BODY, WEIGHTS, strict=True)) % 11]
RANDOM = base64.b64encode(hashlib.sha512(b"key").digest()).decode()
"""Put together here, so that no such thing stands in this file."""

PLANTED = {
    "identity number": BODY + CHECK,
    "mobile number": "139" + "8512" + "7746",
    "private key": "-----BEGIN " + f"PRIVATE KEY-----\n{RANDOM}\n",
    "token": "jf_" + RANDOM[:40].replace("+", "x").replace("/", "y"),
    "string like a key": f'"{RANDOM}"',
    "registry host": "https://" + "pypi" + ".org/simple",
    "machine path": "see " + "/ro" + "ot/secret.txt",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_each_kind_is_found_with_its_place_and_not_repeated(kind: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "notes.md").write_text(f"one\ntwo {PLANTED[kind]} three\n")
    (tmp_path / "untracked.md").write_text(PLANTED[kind])
    assert scan(tmp_path) == []
    subprocess.run(["git", "-C", str(tmp_path), "add", "notes.md"], check=True)
    (found,) = scan(tmp_path)
    assert (found.file, found.line, found.kind) == ("notes.md", 2, kind)
    assert PLANTED[kind].strip() not in str(found)


@pytest.mark.parametrize(
    "text",
    [
        "000000" + BODY[6:] + "X",
        BODY + CHECKS[(CHECKS.index(CHECK) + 1) % 11],
        "13800000001 13911112222 13912345678",
        "520111105202001",
        hashlib.sha256(b"x").hexdigest(),
        "a" * 60,
        '"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"',
        "/api/v1/" + "work/x and ./" + "work/x and ~/" + "root/x",
        "-----BEGIN PRIVATE KEY-----",
        "jf_…",
    ],
)
def test_what_is_made_up_or_harmless_passes(text: str) -> None:
    assert list(findings(text)) == []


def test_the_repository_itself_is_clean() -> None:
    assert scan(Path(__file__).resolve().parents[2]) == []
