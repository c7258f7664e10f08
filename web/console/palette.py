"""The colours of the token files, for what no style sheet reaches: pictures that are drawn on the server."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal

Theme = Literal["light", "dark"]

STATIC = Path(__file__).parent / "static"
TOKEN = re.compile(r"--([a-z0-9-]+):\s*([^;]+);")


@cache
def palette(theme: Theme) -> dict[str, str]:
    """Return every token by name; in the dark those that the dark file changes."""
    files = ("tokens.css",) if theme == "light" else ("tokens.css", "tokens-dark.css")
    return {name: value.strip() for file in files for name, value in TOKEN.findall((STATIC / file).read_text(encoding="utf-8"))}
