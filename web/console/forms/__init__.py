"""The forms of actions: which fields a page asks for, in what words. One row for each action a person can ask for.

`web/api/forms.py` says which fields there are; a test holds the two together. What a field may be chosen from comes from the
case and the place: `choices.py`.
"""

from __future__ import annotations

from web.console.forms import closing, handling, mediation, papers, voice
from web.console.inputs import Form

ORDER: tuple[str, ...] = (
    "screen",
    "route",
    "sign",
    "contact",
    "assign",
    "consent",
    "meet",
    "record",
    "agree",
    "sign_agreement",
    "seal",
    "confirm",
    "perform",
    "default",
    "visit",
    "audit",
    "sign_off",
    "archive",
    "reply",
    "rate",
    "rule",
    "object",
    "raise_task",
    "finish",
    "rework",
    "escalate",
    "replan",
    "regrade",
    "suspend",
    "resume",
    "extend",
    "recuse",
    "hand_over",
    "call_off",
    "note",
    "complain",
    "amend",
    "add_party",
    "represent",
    "attach",
    "lift_card",
    "merge",
    "split",
    "withdraw",
    "channel",
    "reopen",
    "take_back",
)
"""How actions stand on a page."""

ALL: dict[str, Form] = handling.FORMS | mediation.FORMS | closing.FORMS | voice.FORMS | papers.FORMS
FORMS: dict[str, Form] = {do: ALL[do] for do in ORDER}
"""By the action's name."""
