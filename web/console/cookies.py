"""The cookies of the console. None holds anything personal; what signs somebody in is a random id, no page can read it."""

from __future__ import annotations

from fastapi import Request, Response

from web.auth import SESSION_COOKIE

KNOCK = "jiefen_knock"
"""A random word of the sign-in page, from which the CSRF token of its form is derived."""

CITIZEN = "jiefen_citizen"
"""The session of a citizen who has proved to be a party."""

OIDC = "jiefen_oidc"
"""Ties a sign-in at a provider to the browser it was begun in."""

LANGUAGE = "jiefen_lang"
THEME = "jiefen_theme"
YEAR = 365 * 86400

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})


def secure(request: Request) -> bool:
    """Whether cookies go over TLS alone: everywhere but on this machine itself."""
    return request.url.scheme == "https" or (request.url.hostname or "") not in LOOPBACK


def keep(response: Response, request: Request, name: str, value: str, *, lasts: int | None = None, path: str = "/") -> None:
    """Set a cookie that no script can read and that no other site can send along with a form."""
    response.set_cookie(name, value, max_age=lasts, path=path, httponly=True, samesite="lax", secure=secure(request))


def forget(response: Response, request: Request, name: str, path: str = "/") -> None:
    """Take a cookie away."""
    response.delete_cookie(name, path=path, httponly=True, samesite="lax", secure=secure(request))


__all__ = ["CITIZEN", "KNOCK", "LANGUAGE", "OIDC", "SESSION_COOKIE", "THEME", "YEAR", "forget", "keep", "secure"]
