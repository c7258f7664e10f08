"""A process that publishes and says so, one line for each answer, until it is killed. Started by `test_engine.py`."""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from store.engine import Store
from store.keyring.master_sources import MasterKeys
from store.records import Records
from tests.store.making import Making


async def main(url: str, keys_url: str, master: str) -> None:
    store = await Store.open(url, keys_url, MasterKeys(Path(master)))
    for number in count():
        made = Making(f"n{number}").write("a1", "a2")
        answer = await Records(store).publish(made.publication())
        sys.stdout.write(f"{made.id} {answer.head};\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.path.insert(0, ".")
    asyncio.run(main(*sys.argv[1:]))
