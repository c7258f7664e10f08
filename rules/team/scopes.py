"""Do the roles of a team say what the engine's tables say (权限核对)? Their scope is told to people; here it is held against the tables."""

from __future__ import annotations

from collections.abc import Iterator

from models.affair.team_book import TeamBook, TeamRole
from models.words import Role
from rules.affair.kinds import KINDS
from rules.authority import PERMITS
from rules.visibility import GRANTS, Group, Show

DISPUTE = "dispute"


def roles_for(action: str) -> frozenset[Role] | None:
    """Which roles may do an action `kind.action`; None where there is no such action."""
    kind, _, do = action.partition(".")
    if kind == DISPUTE:
        return PERMITS[do].roles if do in PERMITS else None
    spec = KINDS[kind].spec(do) if kind in KINDS else None
    return None if spec is None else spec.roles


def disagreements(book: TeamBook) -> Iterator[str]:
    """Yield in what the book's roles and the engine's tables disagree."""
    for name, role in book.roles.items():
        yield from _of(name, role)


def _of(name: str, role: TeamRole) -> Iterator[str]:
    posts = frozenset(role.posts)
    if not posts and (role.does or role.masked):
        yield f"{name}: has no account, so it does nothing here"
    for action in (*role.does, *role.never):
        may = roles_for(action)
        if may is None:
            yield f"{name}: there is no action {action}"
        elif action in role.does and posts.isdisjoint(may):
            yield f"{name}: says it does {action}, none of its posts may"
        elif action in role.never and not posts.isdisjoint(may):
            yield f"{name}: says it never does {action}, one of its posts may"
    yield from (f"{name}: {word} {told}" for word in role.masked for told in _seen(word, posts))


def _seen(word: str, posts: frozenset[Role]) -> Iterator[str]:
    if word not in {str(one) for one in Group}:
        yield "is no group"
    elif any(grant.roles & posts and grant.shows.get(Group(word)) is Show.FULL for grant in GRANTS):
        yield "is said never to be seen in full, and one of its posts does"
