"""Who asks: a post named on the command line or by a login, resolved to a person of the staff."""

from __future__ import annotations

from models.network import Network
from models.party import Actor
from models.refusal import RefusalCode
from models.words import Role
from service.errors import refuse
from store.staff import StaffRoll

PUBLIC = "public"
"""The unit of a citizen who has not proved to be a party of a case: may open one, and nothing else."""


def citizen(party: str = PUBLIC) -> Actor:
    """Return a citizen; `party` is the id of the party they have proved to be, and the only one they act for."""
    return Actor(person=f"citizen:{party}", role=Role.CITIZEN, unit=party)


async def resolve_actor(post: str, roll: StaffRoll, network: Network) -> Actor:
    """Return who `role@unit` is, or `citizen@party`. Refuses `invalid`, `unknown_unit`, or `not_allowed` where nobody holds it."""
    name, sign, unit = post.partition("@")
    if name == Role.CITIZEN:
        return citizen(unit or PUBLIC)
    unit_id = unit.partition("#")[0]
    if not sign or name not in [str(role) for role in Role] or name == Role.SYSTEM:
        raise refuse(RefusalCode.INVALID, "as: role@unit")
    if network.unit(unit_id) is None:
        raise refuse(RefusalCode.UNKNOWN_UNIT, "as")
    person = await roll.staff(post)
    if person is None:
        raise refuse(RefusalCode.NOT_ALLOWED, "nobody holds this post")
    return Actor(person=person.id, role=person.role, unit=person.unit)
