"""What the id of a member of staff says (工作人员编号): `role@unit`, and `role@unit#2` for a further holder of the same post."""

from __future__ import annotations


def post_of(staff: str) -> str:
    """The post of a staff id: `role@unit`, whichever of its holders it is."""
    return staff.partition("#")[0]


def role_of(staff: str) -> str:
    """The role of a staff id."""
    return staff.partition("@")[0]


def unit_of(staff: str) -> str:
    """The unit of a staff id."""
    return post_of(staff).partition("@")[2]
