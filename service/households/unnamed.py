"""A path to a file that has no name: for readers that ask for a path, while nothing of the file may be left behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def named(file: IO[bytes], ending: str) -> Iterator[Path]:
    """Give an open file a path as long as it is read; `ending` begins with a dot.

    The path is a link into this process: when it is killed, a link to nothing is left and the words of nobody.
    """
    file.flush()
    with tempfile.TemporaryDirectory(prefix="jiefen-list-") as folder:
        path = Path(folder) / f"list{ending}"
        path.symlink_to(f"/proc/self/fd/{file.fileno()}")
        yield path
