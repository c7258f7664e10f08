"""Compares the messages in the console's pages and code with the English catalogues; prints what is missing, unused or doubled.

Exits 1 when they disagree. A message stands in Chinese in the page (`_("…")`, `words.message("…")`) and in English in one of
`web/console/locale/en/*.po`, one file for each subject.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po

CONSOLE = Path(__file__).resolve().parent.parent / "web" / "console"


def wanted() -> dict[str, str]:
    """Return every message of the pages and the code, with a place where it stands."""
    found: dict[str, str] = {}
    for path in sorted([*CONSOLE.rglob("*.html"), *CONSOLE.rglob("*.py")]):
        method, keywords = ("jinja2", {"_": None}) if path.suffix == ".html" else ("python", {"message": None})
        with path.open("rb") as file:
            for line, message, _comments, _context in extract(method, file, keywords, options={"trimmed": "true"}):
                if isinstance(message, str):
                    found.setdefault(message, f"{path.relative_to(CONSOLE)}:{line}")
    return found


def catalogues() -> dict[str, Catalog]:
    """Return the English catalogues by file."""
    found = {}
    for path in sorted((CONSOLE / "locale" / "en").glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale="en", abort_invalid=True)
    return found


def main() -> int:
    """Print the differences."""
    messages = wanted()
    known = [(message.id, message.string, name) for name, found in catalogues().items() for message in found if message.id]
    times = Counter(message for message, _, _ in known)
    lines = [f"missing  {place}  {message}" for message, place in messages.items() if message not in times]
    lines += [f"unused   {name}  {message}" for message, _, name in known if message not in messages]
    lines += [f"empty    {name}  {message}" for message, words, name in known if not words]
    lines += [f"doubled  {message}" for message, count in times.items() if count > 1]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
