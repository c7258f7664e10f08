"""What was typed when the session was over: it goes along with the sign-in page and can be sent again afterwards.

Kept is only a form of our own pages: its token has to belong to the session's cookie, though that session is over. Nothing is
stored; the words go back to the browser they came from.
"""

from __future__ import annotations

from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from models.base import Model
from service.entry.addresses import inside
from service.entry.sessions import check_csrf
from web.auth import SESSION_COOKIE
from web.console.caller import FIELDS

NOT_KEPT = ("/logout", "/session", "/login", "/account", "/preferences", "/citizen", "/check-in")
"""Addresses whose forms are not sent again: they hold passwords, or mean the session that is over."""

PAIRS: TypeAdapter[tuple[tuple[str, str], ...]] = TypeAdapter(tuple[tuple[str, str], ...])


class Kept(Model):
    """A form: where it goes, and its fields in order, without the token."""

    action: str
    fields: tuple[tuple[str, str], ...]

    @property
    def json_fields(self) -> str:
        """The fields as one text, for a hidden field of the sign-in page."""
        return PAIRS.dump_json(self.fields).decode()

    @property
    def words(self) -> tuple[str, ...]:
        """What somebody has typed or chosen, as far as it is worth showing."""
        return tuple(value for _, value in self.fields if len(value) > 1 and not value.isascii())


async def sent(request: Request) -> Kept | None:
    """Return the form that a request brings, where it is one of ours and worth keeping."""
    cookie, path = request.cookies.get(SESSION_COOKIE, ""), request.url.path
    if request.method != "POST" or not cookie or path.startswith(NOT_KEPT):
        return None
    if request.headers.get("content-type", "").startswith("multipart/"):
        return None  # a file can't be carried along
    fields = await request.form(max_files=0, max_fields=FIELDS)
    token = fields.get("csrf")
    if not check_csrf(cookie, token if isinstance(token, str) else None):
        return None
    pairs = tuple((name, value) for name, value in fields.multi_items() if isinstance(value, str) and name != "csrf")
    return Kept(action=path, fields=pairs)


def carried(action: object, fields: object) -> Kept | None:
    """Return the form that the sign-in page has carried along; None where there is none, or it is not as we wrote it."""
    if not isinstance(action, str) or not isinstance(fields, str) or not inside(action) or action.startswith(NOT_KEPT):
        return None
    try:
        return Kept(action=action, fields=PAIRS.validate_json(fields))
    except ValidationError:
        return None
