"""Files that a test changes on purpose."""

from __future__ import annotations

from pathlib import Path


def swap(path: Path, old: str, new: str) -> None:
    """Change the first `old` in a file to `new`; it has to be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path.name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
