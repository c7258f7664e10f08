"""The tables of the key store, and nothing else. It is a database of its own: no foreign key leads out of it or into it.

What stands in them is wrapped by a master key or says nothing: `store/keyring/keys.py` keeps the data keys, `store/keyring/payload_keys.py`
the keys of what goes to Temporal, `store/keyring/rekeying.py` moves all of them under another master key.
"""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, MetaData, String, Table, Text, func

from store.connect import UtcDateTime
from store.tables import AutoId

MasterId = String(16)

metadata = MetaData()

data_keys = Table(
    "data_keys",
    metadata,
    Column("owner", String(100), primary_key=True),
    Column("master", MasterId, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)
"""Wrapped keys: `case:<id>`, `person:<uuid>`, `payload:<id>`, `index` …, and the master key that wraps them."""

erasures = Table(
    "erasures",
    metadata,
    Column("owner", String(100), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
"""Whose key was erased and when; no key is ever made for them again."""

masters = Table(
    "masters",
    metadata,
    Column("number", AutoId, primary_key=True),
    Column("id", MasterId, nullable=False, unique=True),
    Column("since", UtcDateTime, nullable=False, default=func.now()),
    Column("sealed", Text),  # what the key service made of it, for it alone to open
    Column("retired_at", UtcDateTime),
)
"""The master keys that have wrapped here. The keys themselves are elsewhere, or sealed by a key service."""

payload_keys = Table(
    "payload_keys",
    metadata,
    Column("number", AutoId, primary_key=True),
    Column("id", MasterId, nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False, default=func.now()),
    Column("made_under", MasterId, nullable=False),  # the master key of its day
)
"""The keys of what goes to Temporal, in their order: the last one seals, all of them open."""
