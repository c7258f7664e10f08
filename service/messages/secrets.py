"""The secrets of roads: read when they are needed, from a file or the environment, so that they can be changed without a restart."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PREFIX = "JIEFEN_SECRET_"


class NoSecret(Exception):
    """A secret is not there; its argument is its name."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets by name: a file of that name in the folder, else `JIEFEN_SECRET_<NAME>` with `_` for `-`."""

    folder: Path

    def get(self, name: str) -> str:
        """The secret without the line break at its end. Raises NoSecret."""
        try:
            text = (self.folder / name).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            text = os.environ.get(PREFIX + name.upper().replace("-", "_"), "").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text:
            raise NoSecret(name)
        return text
