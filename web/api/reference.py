"""What everybody who has signed in may know: who one is, the network, the procedure, the calendar."""

from __future__ import annotations

from fastapi import APIRouter

from models.base import Model
from models.calendar import Calendar
from models.categories import Categories
from models.eyes import Purpose
from models.network import Network
from models.procedure import Procedure
from models.words import Role
from web.auth import ActorDep, IdentityDep
from web.state import OfficeDep

router = APIRouter(tags=["reference"])


class Me(Model):
    """Who asks."""

    person: str
    role: Role
    unit: str
    unit_name: str | None
    town: str | None
    posts: tuple[str, ...]


@router.get("/me", operation_id="get_me", summary="Who I am, and the post now in use")
async def get_me(identity: IdentityDep, office: OfficeDep) -> Me:
    """Return the person, the post in use and all posts."""
    actor = identity.actor
    unit = office.bundle.network.unit(actor.unit)
    return Me(
        person=identity.person,
        role=actor.role,
        unit=actor.unit,
        unit_name=unit.name if unit else None,
        town=unit.town if unit else None,
        posts=identity.posts,
    )


@router.get("/purposes", operation_id="list_purposes", summary="Why one may look at a case, to choose from")
async def list_purposes(actor: ActorDep, office: OfficeDep) -> tuple[Purpose, ...]:
    """Return the list; words of one's own count as well."""
    return office.place.eyes.purposes


@router.get("/network", operation_id="get_network", summary="The linked departments (1+3+N) in force")
async def get_network(actor: ActorDep, office: OfficeDep) -> Network:
    """Return units, places and routing."""
    return office.bundle.network


@router.get("/procedure", operation_id="get_procedure", summary="The procedure in force")
async def get_procedure(actor: ActorDep, office: OfficeDep) -> Procedure:
    """Return limits, ladder, cards, checklist and follow-up plan."""
    return office.bundle.procedure


@router.get("/calendar", operation_id="get_calendar", summary="The calendar in force")
async def get_calendar(actor: ActorDep, office: OfficeDep) -> Calendar:
    """Return rest days, make-up working days and office hours."""
    return office.bundle.calendar


@router.get("/categories", operation_id="get_categories", summary="The categories of disputes")
async def get_categories(actor: ActorDep, office: OfficeDep) -> Categories:
    """Return the two-level list."""
    return office.place.categories
