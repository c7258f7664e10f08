"""Who asks on the command line: `--as` at its word in the embedded default alone; elsewhere a personal API token, by the same tables.

The token comes from `JIEFEN_TOKEN` or from a file that its owner alone can read, never from an argument: those are seen by everybody
on the machine.
"""

from __future__ import annotations

import stat
from pathlib import Path

from faces.process import CannotAsk
from models.account import Identity, TokenScope
from models.party import Actor
from service.entry.accounts import Accounts
from service.entry.identity import embedded
from service.entry.people import resolve_actor
from service.office import Office
from service.settings import Settings

LONGEST = 1000
"""Bytes of a token's file that are read."""


DIRECTOR = "director@huaxi-centre"
"""Whose eyes a command of the whole district looks with in the embedded default, where nobody is named."""


async def asker(office: Office, post: str, scope: TokenScope = TokenScope.READ, *, usual: str = "") -> Actor:
    """Return who asks, in which post; `usual` is who it is in the embedded default where nobody is named. Raises CannotAsk, Refused."""
    found = await maybe_asker(office, post, scope)
    if found is not None:
        return found
    if not usual:
        raise CannotAsk("who_needed")
    return await resolve_actor(usual, office.roll, office.bundle.network)


async def maybe_asker(office: Office, post: str, scope: TokenScope = TokenScope.READ) -> Actor | None:
    """Return who asks; None where nobody is named and nobody has to be. Raises CannotAsk, Refused."""
    settings = office.settings
    token = token_of(settings)
    if token:
        identity = await Accounts(office).by_token(token)
        return _proved(identity, post, scope).actor
    if settings.cli_as == "never" or not embedded(settings):
        raise CannotAsk("token_needed")
    return await resolve_actor(post, office.roll, office.bundle.network) if post else None


def token_of(settings: Settings) -> str:
    """Return the token of the environment or of its file; nothing where there is neither. Raises CannotAsk."""
    found = settings.token.get_secret_value().strip()
    path = settings.token_file
    if found or path is None:
        return found
    return _read(path)


def _read(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) or mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CannotAsk("token_file_open")
        with path.open(encoding="ascii") as file:
            return file.read(LONGEST).strip()
    except (OSError, UnicodeDecodeError):
        raise CannotAsk("token_file") from None


def _proved(identity: Identity | None, post: str, scope: TokenScope) -> Identity:
    if identity is None:
        raise CannotAsk("token_wrong")
    if identity.needs_factor:
        raise CannotAsk("second_factor")
    if not identity.good_for(scope):
        raise CannotAsk("token_scope")
    if post and post != identity.post:
        raise CannotAsk("as_not_taken")
    return identity
