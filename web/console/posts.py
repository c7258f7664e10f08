"""Units and posts in words: `mediator@yanlou-justice#2` as 燕楼镇司法所 · 调解员 2. A page never shows the id of a post."""

from __future__ import annotations

from models.network import Network
from service import showing
from web.console.words import Words


def unit_name(unit: str | None, network: Network) -> str:
    """Return what a unit is called; one that the network has no more, by its id, and none at all by nothing."""
    return showing.unit_name(network, unit or "") or unit or ""


def post_name(post: str, network: Network, words: Words) -> str:
    """Return a post by its unit and role."""
    role, _, rest = post.partition("@")
    unit_id, _, number = rest.partition("#")
    return f"{unit_name(unit_id, network)} · {words.label('role', role)}{f' {number}' if number else ''}"
