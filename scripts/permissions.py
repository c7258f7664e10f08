"""Writes `docs/permissions.md` from the permission tables: `python -m scripts.permissions`."""

from __future__ import annotations

from pathlib import Path

from rules.permissions import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
