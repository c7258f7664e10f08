"""DOCX to PDF through LibreOffice without a window: one conversion at a time, with a profile of its own and a limit of time.

What goes in stands in a folder that only this user can read, for as long as the conversion takes. Where LibreOffice is missing, papers
are still made as DOCX, and asking for a PDF is refused in clear words.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from models.paper.refusal import PaperProblem
from service.errors import PaperRefused

PROGRAMS = ("soffice", "libreoffice")
LIMIT = 90.0
"""Seconds that a conversion may take before it is killed; the first one of a process makes its profile and is slow."""

PREFIX = "papers-"
STALE = 3600.0
"""Seconds after which a folder of a conversion belongs to nobody any more."""

MORE = 5.0
"""Seconds for each further document of the same conversion."""

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  {aliases}
</fontconfig>
"""

SERIF = ("Noto Serif CJK SC", "Source Han Serif SC", "AR PL UMing CN", "Noto Sans CJK SC")
SANS = ("Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei")
STAND_INS = {
    **dict.fromkeys(("仿宋", "仿宋_GB2312", "FangSong", "宋体", "SimSun", "楷体", "楷体_GB2312", "方正小标宋简体"), SERIF),
    **dict.fromkeys(("黑体", "SimHei", "微软雅黑"), SANS),
}
"""Free fonts that stand in for those of the templates where a system does not have these."""


class Converter:
    """One queue of conversions. Make one for each process; `close` at its end."""

    def __init__(self, home: Path, *, program: str | None = None, limit: float = LIMIT) -> None:
        self.home = home
        self._program = program
        self._limit = limit
        self._turn = asyncio.Semaphore(1)
        self._profile: Path | None = None

    def unnamed(self) -> IO[bytes]:
        """Return an open file without a name, beside what is converted: whatever ends this process, nothing of it is left behind."""
        self.home.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self.home)

    @property
    def there(self) -> bool:
        """Whether LibreOffice is installed here."""
        return self._found() is not None

    def _found(self) -> str | None:
        return self._program or next((path for name in PROGRAMS if (path := shutil.which(name))), None)

    async def pdf(self, docx: bytes) -> bytes:
        """Return one document as PDF. Raises PaperRefused."""
        return (await self.pdfs([docx]))[0]

    async def pdfs(self, documents: Sequence[bytes]) -> list[bytes]:
        """Return documents as PDF, in their order, all in one start of LibreOffice. Raises PaperRefused."""
        return await self.converted(documents, "pdf")

    async def converted(self, documents: Sequence[bytes], to: str) -> list[bytes]:
        """Return documents in another format, `pdf` or `txt:Text (encoded):UTF8`, in their order. Raises PaperRefused."""
        program = self._found()
        if program is None:
            raise PaperRefused(PaperProblem.CONVERTER_MISSING)
        if not documents:
            return []
        async with self._turn:
            self.home.mkdir(parents=True, exist_ok=True)
            self._sweep()
            with tempfile.TemporaryDirectory(prefix=PREFIX, dir=self.home) as folder:
                return await self._run(program, Path(folder), documents, to)

    def _sweep(self) -> None:
        """Take away what a process that was killed has left: no conversion lasts so long."""
        for folder in self.home.glob(f"{PREFIX}*"):
            if folder.stat().st_mtime < time.time() - STALE:
                shutil.rmtree(folder, ignore_errors=True)

    async def _run(self, program: str, folder: Path, documents: Sequence[bytes], to: str) -> list[bytes]:
        out, ending = folder / "out", to.partition(":")[0]
        out.mkdir()
        files = [folder / f"{number:04}.docx" for number in range(len(documents))]
        for file, document in zip(files, documents, strict=True):
            file.write_bytes(document)
        profile = self._own_profile()
        command = (
            *(program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nolockcheck", "--nodefault"),
            *("--convert-to", to, "--outdir", str(out), *map(str, files)),
        )
        environment = {**os.environ, "FONTCONFIG_FILE": str(profile / "fonts.conf"), "SAL_USE_VCLPLUGIN": "svp"}
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            await asyncio.wait_for(process.wait(), self._limit + MORE * len(documents))
        except TimeoutError:
            raise PaperRefused(PaperProblem.CONVERTER_FAILED) from None
        finally:
            # soffice starts a child that does the work: the whole group goes, also when the caller has gone.
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        made = [out / f"{file.stem}.{ending}" for file in files]
        if not all(file.exists() for file in made):
            raise PaperRefused(PaperProblem.CONVERTER_FAILED)
        return [file.read_bytes() for file in made]

    def _own_profile(self) -> Path:
        """Return the profile of this process, made at its first conversion: two that share one hinder each other."""
        if self._profile is None or not self._profile.exists():
            self._profile = Path(tempfile.mkdtemp(prefix="libreoffice-", dir=self.home))
            aliases = "\n  ".join(_alias(name, families) for name, families in STAND_INS.items())
            (self._profile / "fonts.conf").write_text(FONTS.format(aliases=aliases), encoding="utf-8")
        return self._profile

    def close(self) -> None:
        """Take the profile away."""
        if self._profile is not None:
            shutil.rmtree(self._profile, ignore_errors=True)
            self._profile = None


def _alias(name: str, families: Sequence[str]) -> str:
    accepted = "".join(f"<family>{family}</family>" for family in families)
    return f'<alias binding="same"><family>{name}</family><accept>{accepted}</accept></alias>'
