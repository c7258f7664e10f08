"""The keys at hand inside a transaction of the vault, while the key store is another database.

Used by `store/vault.py`. A transaction on the hot path is one plain function that waits for nothing: when it lacks a key
it says which, is undone, and begins again with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from store.keyring.keys import Erased


class KeysNeeded(Exception):
    """A transaction lacks keys, which live in another database; `owners` says whose. Fetch them and begin again."""

    def __init__(self, owners: list[str]) -> None:
        super().__init__(len(owners))
        self.owners = owners


class Ring:
    """The keys at hand in a transaction. None stands for a key that was erased."""

    def __init__(self, keys: Mapping[str, bytes | None], peek: Callable[[str], bytes | None]) -> None:
        self._keys = dict(keys)
        self._peek = peek

    def add(self, keys: Mapping[str, bytes | None]) -> None:
        """Take more keys in."""
        self._keys.update(keys)

    def need(self, owners: Iterable[str]) -> None:
        """Make sure of these keys; raises KeysNeeded for all that are not at hand."""
        for owner in owners:
            if owner not in self._keys and (found := self._peek(owner)) is not None:
                self._keys[owner] = found
        lacking = [owner for owner in owners if owner not in self._keys]
        if lacking:
            raise KeysNeeded(lacking)

    def get(self, owner: str) -> bytes | None:
        """The key of this owner, None where it was erased; raises KeysNeeded."""
        self.need([owner])
        return self._keys[owner]

    def key(self, owner: str) -> bytes:
        """The key of this owner; raises KeysNeeded, Erased."""
        found = self.get(owner)
        if found is None:
            raise Erased(owner)
        return found
