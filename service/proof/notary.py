"""The notary (锚定): makes anchors, writes each as a file for the office to keep elsewhere, and has it stamped by the site's own command.

Called once a day by a workflow (`workflows/anchor.py`), and by `jiefen anchor`. A file that is there is never written over.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shlex
from datetime import date
from pathlib import Path

from models.anchor import AnchorDue, Anchored, KeptAnchor
from service.errors import NotStamped
from service.office import Office
from store.proof.anchors import Anchors

PATIENCE = 240.0
"""Seconds that the site's command may take."""


class Notary:
    """Anchors of one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._anchors = Anchors(office.store)

    async def daily(self, due: AnchorDue) -> Anchored:
        """Make the anchor of the local day that `due` lies in, and write its file; asked again, find it. Raises StoreAway, OSError."""
        return await self._made(self._office.bundle.cal.local_date(due.due))

    async def now(self) -> Anchored:
        """Make one more anchor, of no day, and write its file. Raises StoreAway, OSError."""
        return await self._made(None)

    async def stamp(self, anchored: Anchored) -> None:
        """Give the file of an anchor to the site's command, where there is one. Raises NotStamped."""
        command = shlex.split(self._office.settings.anchor_command)
        if not command:
            return
        nothing = asyncio.subprocess.DEVNULL
        path = self._office.settings.anchors_folder / anchored.file
        try:
            process = await asyncio.create_subprocess_exec(*command, str(path), stdin=nothing, stdout=nothing, stderr=nothing)
        except OSError as error:
            raise NotStamped(f"the anchor command can't be run: {type(error).__name__}") from None
        try:
            code = await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            raise NotStamped("the anchor command does not end") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if code:
            raise NotStamped(f"the anchor command fails: exit code {code}")

    async def _made(self, day: date | None) -> Anchored:
        kept, made = await self._anchors.make(day, self._office.now())
        file = await asyncio.to_thread(written, kept, self._office.settings.anchors_folder)
        return Anchored(number=kept.anchor.number, hash=kept.hash, file=file.name, made=made)


def written(kept: KeptAnchor, folder: Path) -> Path:
    """Write an anchor into the folder and return its file; one of the same name with another anchor in it stays. Raises OSError."""
    text = file_text(kept)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kept.name}.json"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        # A restored database makes the day's anchor again; the older one is the very thing that shows what was lost.
        path = folder / f"{kept.name}-{kept.hash[-8:]}.json"
    if not path.exists():
        fresh = path.with_suffix(".part")
        with fresh.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.rename(path)
    return path


def file_text(kept: KeptAnchor) -> str:
    """Return what stands in the file of an anchor; each case on a line of its own."""
    head = json.dumps(kept.anchor.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, indent=1)
    rows = ",\n".join(json.dumps([end.case_id, end.seq, end.head]) for end in kept.changed)
    return f'{{"anchor": {head},\n"hash": {json.dumps(kept.hash)},\n"changed": [\n{rows}\n]}}\n'
