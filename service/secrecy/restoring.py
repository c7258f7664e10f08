"""After a restore (恢复): what was destroyed is destroyed again, and what does not fit together any more is named.

`Office.open` does the first half at every start, so that no restored key is ever used; `starter.py restore-check` does all of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.base import Model
from models.erasure import RegisterLine
from service.office import Office
from store.secrecy.erasures import Erasures


class Restored(Model):
    """What was found after a restore. All is well when nothing is named."""

    put_back: int | None = 0
    """Lines of the register that the restored database had lost; None where the copy does not go on from what is here."""
    erased_again: tuple[str, ...] = ()
    """Owners whose keys had come back and were destroyed again."""
    broken_at: int | None = None
    """The first line of the register that does not hold."""
    unregistered: tuple[str, ...] = ()
    """Owners whose keys are destroyed, of whom the register says nothing: it is older than the keys."""
    lost: tuple[str, ...] = ()
    """Owners of whom something sealed is here, but no key: the keys are older than it. Put a newer copy of the keys back."""
    unfinished: tuple[str, ...] = ()
    """Requests that were approved and are not through: approve them again."""

    @property
    def ok(self) -> bool:
        """Whether nothing is left that takes a person."""
        return self.put_back is not None and self.broken_at is None and not (self.unregistered or self.lost or self.unfinished)


async def restore_check(office: Office, copy: Sequence[RegisterLine] = ()) -> Restored:
    """Go by the register, and by a copy of it that was kept elsewhere where one is given. Raises StoreAway, ValueError for a bad copy."""
    erasures = Erasures(office.store)
    put_back = await erasures.put_back(copy) if copy else 0
    again = await erasures.replay(office.now())
    return Restored(
        put_back=put_back,
        erased_again=(*office.erased_again, *again),
        broken_at=await erasures.first_break(),
        unregistered=tuple(await erasures.unregistered()),
        lost=tuple(await erasures.lost()),
        unfinished=tuple(one.subject for one in await erasures.requests(waiting=True) if one.decided_by is not None),
    )
