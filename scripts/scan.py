"""Looks through every tracked file for what must never be in one: `python -m scripts.scan [FOLDER]`.

Numbers of people (with the check digit of GB 11643, and mobile numbers), private keys, tokens, passwords in addresses, strings that
look like keys, hosts of package registries, paths of somebody's machine. A finding names file, line and kind, never the value.
What is made up on purpose is told from the real by `SYNTHETIC`.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
"""GB 11643: weights of the seventeen digits, and the check digit by the rest of their sum."""

SYNTHETIC = (
    r"000000\d{11}[\dXx]",  # no place has this code
    r"1[3-9]\d0{4}\d{4}",  # a block that no operator gives out to a person: 0000
    r"1[3-9]\d(\d)\1{7}",  # one digit eight times
    r"1[3-9]\d(\d)\1{3}(\d)\2{3}|1[3-9]\d{2}12345678|1[3-9]\d12345678|199000000\d\d",  # counted up
)
"""Values that are nobody's, and so may stand in tests and examples."""

IDENTITY = re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])")
MOBILE = re.compile(r"(?<![\w.])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![\w.])")
LONG = re.compile(r"[\"']([A-Za-z0-9+/=_-]{40,})[\"']")

PATTERNS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{20,}"),
    "token": re.compile(
        r"\bjf_[A-Za-z0-9_-]{24,}|\bgh[pousr]_[A-Za-z0-9]{30,}|\bAKIA[A-Z0-9]{16}\b|\bxox[bp]-[\w-]{20,}|\bsk-[A-Za-z0-9]{32,}"
        r"|\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"
    ),
    "registry host": re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmmirro[r]|deb\.debian\.org|mirrors?\.[a-z]+\.(?:com|edu|org|cn)|proxy\.golang\.org"
    ),
    "machine path": re.compile(r"(?<![\w.$}~-])/(?:work|root|tmp/wt|home/[a-z]+|Users/[A-Za-z]+)/"),
}
"""What is looked for as it is written; the host names above are no finding themselves, for their dots are escaped."""

ENTROPY = 4.7
"""Bits a character above which a long string counts as a key. Words of a language have about 4, random base64 nearly 6."""

CODE = frozenset({".py", ".toml", ".yaml", ".yml", ".sh", ".md", ".html", ".js", ".cfg", ".ini", ""})
"""Kinds of files that long strings are looked for in; recorded histories and locks are full of them."""


@dataclass(frozen=True, order=True)
class Finding:
    """Where something stands that must not, and what kind of thing it is."""

    file: str
    line: int
    kind: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind}"


def tracked(folder: Path) -> list[Path]:
    """Return the files that git knows: what the newest commit holds, and what the next one will."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, check=True).stdout
    return [folder / name for name in listed.decode().split("\0") if name]


def scan(folder: Path) -> list[Finding]:
    """Look through the tracked files of a folder."""
    found: set[Finding] = set()
    for path in tracked(folder):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes().decode("utf-8", "replace")
            found |= {Finding(str(path.relative_to(folder)), text.count("\n", 0, at) + 1, kind) for at, kind in findings(text, path.suffix)}
    return sorted(found)


def findings(text: str, suffix: str = ".py") -> Iterator[tuple[int, str]]:
    """Give the position and kind of each finding in a text."""
    for match in IDENTITY.finditer(text):
        if is_identity(match[0]) and not _synthetic(match[0]):
            yield match.start(), "identity number"
    for match in MOBILE.finditer(text):
        if not _synthetic(re.sub(r"\D", "", match[1])):
            yield match.start(), "mobile number"
    for kind, pattern in PATTERNS.items():
        for match in pattern.finditer(text):
            yield match.start(), kind
    if suffix in CODE:
        yield from ((match.start(), "string like a key") for match in LONG.finditer(text) if entropy(match[1]) > ENTROPY)


def is_identity(number: str) -> bool:
    """Whether eighteen characters are the number of an identity card: a day of birth, and the right check digit."""
    try:
        date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return CHECKS[total % 11] == number[17].upper()


def entropy(text: str) -> float:
    """Return the bits of a character of a text; a text that mostly counts up has none."""
    if sum(abs(ord(later) - ord(sooner)) <= 1 for sooner, later in pairwise(text)) > len(text) / 2:
        return 0.0
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def _synthetic(value: str) -> bool:
    return any(re.fullmatch(pattern, value) for pattern in SYNTHETIC)


def main(folder: Path) -> int:
    """Print what was found; 1 if anything was."""
    found = scan(folder)
    for finding in found:
        sys.stderr.write(f"{finding}\n")
    sys.stdout.write(f"scan: {len(tracked(folder))} tracked files, {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()))
