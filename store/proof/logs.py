"""The logs that are chained line by line, by name. A new one is added here, and is verified and anchored with the others."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, select

from models.anchor import LogEnd
from store import looks
from store.chained import GENESIS, Checked, checked
from store.engine import Store
from store.entry import account_log
from store.entry.account_tables import account_log as account_log_table
from store.secrecy import erasures
from store.secrecy.erasure_tables import erasure_register
from store.tables import access_log


@dataclass(frozen=True, slots=True)
class Log:
    """One log: its table, and which of its fields are hashed."""

    table: Table
    fields: tuple[str, ...]


LOGS = {
    "access_log": Log(access_log, looks.FIELDS),
    "account_log": Log(account_log_table, account_log.FIELDS),
    "erasure_register": Log(erasure_register, erasures.FIELDS),
}
"""All of them."""


def ends(db: Connection) -> dict[str, LogEnd]:
    """Where each log ends."""
    found: dict[str, LogEnd] = {}
    for name, log in LOGS.items():
        last = db.execute(select(log.table.c.id, log.table.c.hash).order_by(log.table.c.id.desc()).limit(1)).first()
        found[name] = LogEnd(lines=last.id, head=last.hash) if last is not None else LogEnd(lines=0, head=GENESIS)
    return found


async def check(store: Store, name: str) -> Checked:
    """Recompute the chain of one log. Raises NoAlgorithm."""
    log = LOGS[name]
    return await checked(store, log.table, log.fields)
