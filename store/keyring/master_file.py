"""The file of master keys: for its owner's eyes alone, never overwritten by another one's first key.

Used by `store/keyring/master_sources.py`. A line is never changed: a rotation puts a new one in front, retiring takes old ones away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from store.keyring.master import KeyProblem, Master, new_key, parsed, written


def read_master(path: Path) -> Master | None:
    """The master keys of a file, or None where there is no file; raises KeyProblem when it can't be read or understood."""
    lines = _lines(path)
    return None if lines is None else parsed(lines, str(path))


def make_master(path: Path) -> Master:
    """Write a new master key into a new file. When another process was faster, its key is the one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Unlike a rename, a link fails where there is a file already.
    with _draft(path, [written(new_key())]) as draft, contextlib.suppress(FileExistsError):
        os.link(draft, path)
    return _again(path)


def put_in_front(path: Path) -> Master:
    """Put a new master key in front of those in the file."""
    return _rewritten(path, lambda lines: [written(new_key()), *lines])


def take_away(path: Path, ids: set[str]) -> Master:
    """Take these master keys out of the file; the first one stays whatever they say."""
    return _rewritten(path, lambda lines: [lines[0], *(line for line in lines[1:] if line.partition(" ")[0] not in ids)])


def _rewritten(path: Path, change: Callable[[list[str]], list[str]]) -> Master:
    """Replace the file as a whole, one process at a time, so that whoever reads it sees it before or after."""
    with path.with_name(f"{path.name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if read_master(path) is None:
            raise KeyProblem(f"{path} is missing: put the right one back")
        with _draft(path, change([line.strip() for line in _lines(path) or () if line.strip()])) as draft:
            draft.rename(path)
    return _again(path)


@contextlib.contextmanager
def _draft(path: Path, lines: list[str]) -> Iterator[Path]:
    """A file beside it with these lines, on the disk; gone at the end, and the folder's entries are on the disk, too."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write("".join(f"{line}\n" for line in lines).encode())
            file.flush()
            os.fsync(file.fileno())
        yield draft
        _settle(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _lines(path: Path) -> list[str] | None:
    try:
        return path.read_text("ascii").split("\n")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"{path} can't be read: {type(error).__name__}") from None


def _again(path: Path) -> Master:
    made = read_master(path)
    if made is None:
        raise KeyProblem(f"{path} vanished while it was made")
    return made


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
