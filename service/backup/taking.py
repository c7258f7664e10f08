"""Taking a backup (备份) of a running instance: copies that fit together, in the order in which a restore can mend what lies between them.

The database of cases first, then Temporal's file, then the keys, and the register of erasures at the very end: keys are never older
than what they open, the engine never older than what it published, and what was erased meanwhile is erased again. The master key never
goes along.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from pathlib import Path

from models.base import Instant, Model
from service.office import Office
from store.backup.copies import NotCopied, copy, copy_file
from store.schema import HEAD
from store.secrecy.erasures import Erasures

TEMPORAL = "temporal.db"
"""The file of the embedded server; a server elsewhere has backups of its own."""


class Copied(Model):
    """One file of a backup."""

    name: str
    sha256: str
    size: int
    at: Instant
    """When it had been copied."""


class BackedUp(Model):
    """A backup: `cases/` and `keys/`, to be taken apart, and kept apart from the master key."""

    schema_version: str
    began: Instant
    files: tuple[Copied, ...]


async def backup(office: Office, folder: Path) -> BackedUp:
    """Copy everything into a new folder. Raises NotCopied, OSError, StoreAway."""
    settings, temporal = office.settings, office.settings.home / TEMPORAL
    cases, keys = await asyncio.to_thread(_folders, folder)
    began, files = office.now(), list[Copied]()
    files.append(await _noted(office, folder, await copy(settings.database_url, cases, "jiefen")))
    if await asyncio.to_thread(temporal.exists):
        await asyncio.to_thread(copy_file, temporal, cases / TEMPORAL)
        files.append(await _noted(office, folder, cases / TEMPORAL))
    files.append(await _noted(office, folder, await copy(settings.keys_url, keys, "keys")))
    files.append(await _noted(office, folder, await _register(office, folder / "register.json")))
    if await asyncio.to_thread(settings.anchors_folder.exists):
        await asyncio.to_thread(shutil.copytree, settings.anchors_folder, folder / "anchors")
    done = BackedUp(schema_version=HEAD, began=began, files=tuple(files))
    await asyncio.to_thread(_write, folder / "backup.json", done.model_dump_json(indent=1))
    return done


def _folders(folder: Path) -> tuple[Path, Path]:
    if folder.exists() and any(folder.iterdir()):
        raise NotCopied("the folder is not empty: a backup is never written over another one")
    made = folder / "cases", folder / "keys"
    for path in (folder, *made):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return made


def _write(path: Path, text: str) -> None:
    path.write_text(f"{text}\n", encoding="utf-8")
    path.chmod(0o600)


async def _register(office: Office, path: Path) -> Path:
    """Write the register of erasures as `restore-check --register` reads it."""
    erasures = Erasures(office.store)
    lines = await erasures.register()
    while more := await erasures.register(after=lines[-1].id if lines else 0):
        lines += more
    await asyncio.to_thread(_write, path, json.dumps([line.model_dump(mode="json") for line in lines], ensure_ascii=False))
    return path


async def _noted(office: Office, folder: Path, path: Path) -> Copied:
    def read() -> tuple[str, int]:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest(), path.stat().st_size

    sha256, size = await asyncio.to_thread(read)
    return Copied(name=path.relative_to(folder).as_posix(), sha256=sha256, size=size, at=office.now())
