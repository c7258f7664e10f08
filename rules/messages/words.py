"""Filling templates (模板). What a gap holds is one line without control characters, whatever somebody has named a unit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from models.message_plan import MessagePlan, Wording


def wording(plan: MessagePlan, language: str | None, name: str) -> Wording:
    """The template in this language, or in the place's own."""
    own = plan.templates[plan.language]
    return plan.templates.get(language or plan.language, own).get(name) or own[name]


def filled(template: str, gaps: Mapping[str, str]) -> str:
    """The template with its gaps filled."""
    return template.format_map({name: one_line(value) for name, value in gaps.items()})


def filled_json(template: str, gaps: Mapping[str, str]) -> str:
    """A JSON template whose gaps stand inside quotes."""
    return template.format_map({name: json.dumps(value, ensure_ascii=False)[1:-1] for name, value in gaps.items()})


def filled_url(template: str, gaps: Mapping[str, str]) -> str:
    """An address, or a form's body, whose gaps are parts of it."""
    return template.format_map({name: quote(value, safe="") for name, value in gaps.items()})


def one_line(text: str) -> str:
    """The text in one line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
