"""Posts in words: `mediator@yanlou-justice#2` as 燕楼镇司法所 · 调解员 2. A page never shows the id of a post."""

from __future__ import annotations

from models.network import Network
from web.console.words import Words


def post_name(post: str, network: Network, words: Words) -> str:
    """Return a post by its unit and role."""
    role, _, rest = post.partition("@")
    unit_id, _, number = rest.partition("#")
    unit = network.unit(unit_id)
    return f"{unit.name if unit else unit_id} · {words.label('role', role)}{f' {number}' if number else ''}"
