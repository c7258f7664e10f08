"""The keys of what goes to Temporal: many open, the last one seals. Plain functions for transactions of `store/keyring/keys.py`.

They are data keys like all others (`payload:<id>`), so a new master key wraps them, too, and what a history holds stays readable.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from store.keyring.key_tables import payload_keys
from store.keyring.master import new_key

ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class PayloadKey:
    """One of them."""

    id: str
    made_at: datetime
    key: bytes = field(repr=False)


def payload_owner(key_id: str) -> str:
    """The owner under which the key store keeps it."""
    return f"payload:{key_id}"


def add_payload_key(db: Connection, master_id: str) -> dict[str, bytes]:
    """Note a new one, which seals from now on; return owner and key, to be stored in the same transaction."""
    key_id = secrets.token_hex(ID_BYTES)
    db.execute(payload_keys.insert().values(id=key_id, made_under=master_id))
    return {payload_owner(key_id): new_key()}


def newest_payload_key(db: Connection) -> Row[*tuple[Any, ...]] | None:
    """Id of the one that seals, and the master key of its day (`made_under`)."""
    return db.execute(select(payload_keys.c.id, payload_keys.c.made_under).order_by(payload_keys.c.number.desc()).limit(1)).first()


def noted_payload_keys(db: Connection) -> dict[str, datetime]:
    """Ids of all, and when each was made; the newest first."""
    query = select(payload_keys.c.id, payload_keys.c.made_at).order_by(payload_keys.c.number.desc())
    return {row.id: row.made_at for row in db.execute(query)}
