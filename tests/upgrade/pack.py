"""Keep the code of a release, so that later code can be shown to take over the cases it has begun: `make release`.

`python -m tests.upgrade.pack [REF]` packs what a worker of that commit needs, with `begin.py` of the working tree, which has to fit it,
into `release.tar.xz` beside this file, in the place of the release before. The same commit gives the same bytes.
"""

from __future__ import annotations

import io
import lzma
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RELEASE = HERE / "release.tar.xz"
"""The release before this code, as source: text that any Python here can run, with no history of the repository at hand."""

NEEDED = ("models", "rules", "workflows", "activities", "store", "service", "faces", "places", "worker.py", "pyproject.toml")
SUPPORT = ("tests/support/running.py",)
"""What `worker.py` imports and reads, and what `begin.py` does."""


def git(*words: str) -> bytes:
    """Ask git about this repository. Raises CalledProcessError."""
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True).stdout


def packed(ref: str) -> bytes:
    """Return the archive of a commit. The order, the times and the owners in it are always the same."""
    source = io.BytesIO(git("archive", "--format=tar", ref, "--", *NEEDED, *SUPPORT))
    at = int(git("log", "-1", "--format=%ct", ref))
    made = io.BytesIO()
    with tarfile.open(fileobj=source) as plain, tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in sorted(plain.getmembers(), key=lambda each: each.name):
            content = plain.extractfile(member) if member.isfile() else None
            if content is not None:
                _add(tar, member.name, content.read(), at)
        _add(tar, "begin.py", (HERE / "begin.py").read_bytes(), at)
        _add(tar, "COMMIT", git("rev-parse", ref), at)
    return lzma.compress(made.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def _add(tar: tarfile.TarFile, name: str, content: bytes, at: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = len(content), at, 0o644
    tar.addfile(info, io.BytesIO(content))


def unpack(folder: Path) -> dict[str, Any]:
    """Put the release's code into a folder; returns what its `pyproject.toml` says of the project."""
    with tarfile.open(RELEASE) as tar:
        tar.extractall(folder, filter="data")
    project: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


if __name__ == "__main__":
    RELEASE.write_bytes(packed(sys.argv[1] if len(sys.argv) > 1 else "HEAD"))
    sys.stdout.write(f"{RELEASE.name}: {RELEASE.stat().st_size:,} bytes\n")
