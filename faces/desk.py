"""An open office for one command: the store, and Temporal where the command needs it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.service import RPCError

from faces.process import CannotStart, NotStarted, read_settings
from models.refusal import RefusalCode
from service.cases import Cases
from service.crew import connect, quiet_runtime
from service.errors import Unavailable, refuse
from service.office import Office
from service.secrecy.transport import CLOSED, closed, refusal
from store.files import read_text, read_yaml

PATIENCE = 10.0
ONE_TRY = timedelta(seconds=2)
BETWEEN_TRIES = 0.1
"""How long Temporal is waited for, in all, at each try and between two of them."""

CUT_TRIES = 8
"""After how many closed connections it counts as meant."""


@asynccontextmanager
async def desk(*, engine: bool = False) -> AsyncIterator[tuple[Office, Cases]]:
    """Open the office of this instance. What only reads works without Temporal; `engine` waits for it a little.

    Raises Unavailable when it does not answer, NotStarted when nothing was ever started here.
    """
    settings = read_settings()
    if not settings.database_url.startswith("postgresql") and not settings.home.exists():
        raise NotStarted(f"{settings.home.name} is missing, run `make up`")
    client = await connect(settings, quiet_runtime(), lazy=True)
    office = await Office.open(settings, client)
    try:
        if engine:
            await _awake(office)
        yield office, Cases(office)
    finally:
        await office.close()


async def _awake(office: Office) -> None:
    """Wait for Temporal: it may be starting again after it died. Raises CannotStart where waiting does not help."""
    cut = 0
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < deadline:
        try:
            if await office.client.service_client.check_health(timeout=ONE_TRY):
                return
        except (RuntimeError, RPCError) as error:  # the SDK says RuntimeError where nobody listens
            cut += closed(error)
            if why := refusal(error) or (CLOSED if cut == CUT_TRIES else ""):
                raise CannotStart(f"Temporal: {why}") from None
            await asyncio.sleep(BETWEEN_TRIES)
    raise Unavailable("Temporal does not answer")


def read_fields(path: Path) -> dict[str, Any]:
    """Read a JSON or YAML file of fields. Raises BadFile."""
    if path.suffix.lower() in {".yaml", ".yml"}:
        return read_yaml(path)
    return _mapping(read_text(path), str(path))


def fields_of(argument: str) -> dict[str, Any]:
    """Read `--with`: JSON, or `@file`. Raises Refused `invalid`, BadFile."""
    if argument.startswith("@"):
        return read_fields(Path(argument[1:]))
    return _mapping(argument, "--with")


def _mapping(text: str, where: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        place = f"line {error.lineno} column {error.colno}" if isinstance(error, json.JSONDecodeError) else "nested too deep"
        raise refuse(RefusalCode.INVALID, f"{where}: JSON, {place}") from None
    if not isinstance(value, dict):
        raise refuse(RefusalCode.INVALID, f"{where}: a JSON object is wanted")
    return value
