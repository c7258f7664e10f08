"""The schema's version: brings a database to the newest one at start-up, and costs one query when it is there already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from store.connect import alone

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0023"
"""The newest revision in `store/migrations/versions`; a test compares them."""

MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchema(RuntimeError):
    """The database was migrated by newer code than this; its argument is the revision found."""


def config(connection: Connection) -> Config:
    """Alembic's configuration for this connection; no file is involved."""
    from alembic.config import Config  # noqa: PLC0415 - a quarter of a second that a start at head does not pay

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS))
    made.attributes["connection"] = connection
    return made


async def upgrade(engine: AsyncEngine) -> None:
    """Bring the database to HEAD. Safe when several processes start at once; raises NewerSchema."""
    async with engine.begin() as connection:
        await alone(connection)
        await connection.run_sync(_upgrade)


def revision(connection: Connection) -> str | None:
    """The revision the database is at, or None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    found = revision(connection)
    if found == HEAD:
        return
    if found is not None and found > HEAD:
        raise NewerSchema(found)
    from alembic import command  # noqa: PLC0415 - as above

    command.upgrade(config(connection), "head")
