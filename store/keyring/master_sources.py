"""Where master keys come from: a file, a variable of the environment, or a key service that is asked through a command.

The first that is set, from the last named to the first, makes new ones and wraps; what the others hold still unwraps, so that
moving from one to another is a rotation like any other. Used by `store/keyring/keys.py` and `store/keyring/rekeying.py`.

The command is called with one more word, `wrap` or `unwrap`. To `wrap` it reads a key as one line of base64 and writes what it
made of it, any text; to `unwrap` it reads that text and writes the line. It is asked once per master key and start.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from store.keyring.master import KEY_BYTES, KeyProblem, Master, key_id, new_key, parsed
from store.keyring.master_file import make_master, put_in_front, read_master, take_away

ENVIRONMENT = "JIEFEN_MASTER_KEY"
COMMAND = "JIEFEN_MASTER_KEY_COMMAND"

PATIENCE = 30.0
"""Seconds the command has to answer."""

LONGEST = 16_384
"""Characters of what it may make of a key."""


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """The places of one instance. `sealed` in its methods are the keys that the command has made something of, the last one leads."""

    file: Path
    environment: str = field(default="", repr=False)
    """Lines as in the file, with line breaks or commas between."""
    command: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """The place that leads, for people."""
        return COMMAND if self.command else ENVIRONMENT if self.environment else str(self.file)

    async def read(self, sealed: Mapping[str, str]) -> Master | None:
        """All keys at hand, or None where there are none yet; raises KeyProblem."""
        found = await asyncio.to_thread(read_master, self.file)
        if self.environment:
            found = parsed(self.environment.replace(",", "\n").split("\n"), ENVIRONMENT).beside(found)
        if self.command and sealed:
            keys = {name: await self._unwrapped(name, text) for name, text in sealed.items()}
            found = Master(COMMAND, list(keys)[-1], keys).beside(found)
        return found

    async def make(self, before: Master | None) -> tuple[Master, str | None]:
        """A new key in front of those at hand, and what the command made of it; raises KeyProblem where somebody else makes them."""
        if self.command:
            key = new_key()
            sealed = await self._ask("wrap", base64.b64encode(key).decode())
            if await self._unwrapped(key_id(key), sealed) != key:
                raise KeyProblem(f"the command of {COMMAND} does not give back what it took")
            return Master(COMMAND, key_id(key), {key_id(key): key}).beside(before), sealed
        if self.environment:
            raise KeyProblem(f"put a new key in front of those in {ENVIRONMENT}, everywhere; `jiefen keys make` writes one")
        made = await asyncio.to_thread(put_in_front if self.file.exists() else make_master, self.file)
        return made.beside(before), None

    async def take_away(self, ids: set[str]) -> None:
        """Take these keys out of the file, where it leads; those of the environment go by hand, those of the command with its words."""
        if not self.command and not self.environment and self.file.exists():
            await asyncio.to_thread(take_away, self.file, ids)

    async def _unwrapped(self, name: str, sealed: str) -> bytes:
        try:
            key = base64.b64decode(await self._ask("unwrap", sealed), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != KEY_BYTES or key_id(key) != name:
            raise KeyProblem(f"the command of {COMMAND} does not open the master key {name}: point it at the right key")
        return key

    async def _ask(self, word: str, text: str) -> str:
        """What the command answers; nothing that it says on stderr is repeated."""
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(*self.command, word, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
        except OSError as error:
            raise KeyProblem(f"the command of {COMMAND} can't be run: {type(error).__name__}") from None
        try:
            out, _ = await asyncio.wait_for(process.communicate(f"{text}\n".encode()), PATIENCE)
        except TimeoutError:
            raise KeyProblem(f"the command of {COMMAND} gives no answer to `{word}`") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        answer = out.decode(errors="replace").strip()
        if process.returncode or not answer or len(answer) > LONGEST:
            raise KeyProblem(f"the command of {COMMAND} fails at `{word}`: exit code {process.returncode}")
        return answer
