"""The bodies of actions: made from the models of `models/action/`, so that the API can't drift from the core.

`id` and `actor` don't come in the body; a person comes as words, a time may come without its zone (the place's own time),
a limit as it is written in the procedure (`5wd`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, get_args

from pydantic import Field, create_model

from models import action as a
from models.base import Id, Label, Model, Reason, Text
from models.words import PartyKind, Side
from service.cases import OUR_FIELDS
from service.door import PersonIn

NOT_IN_BODY = frozenset({"do", "id", "actor"}).union(*OUR_FIELDS.values())
"""Fields that the service fills in."""

EXAMPLES: dict[str, dict[str, Any]] = {
    "screen": {"category": "0201", "accept": True},
    "regrade": {"tier": "orange", "reason": "双方多次发生推搡"},
    "route": {"level": "village"},
    "object": {"reason": "不属于本单位职责"},
    "rule": {"uphold": False},
    "contact": {"note": "已电话联系双方"},
    "assign": {},
    "consent": {"party": "a", "agrees": True},
    "meet": {"at": "2026-03-05T10:00", "place": "镇综治中心调解室", "units": ["yanlou-justice"]},
    "record": {"outcome": "continue", "text": "双方各让一步，约定再谈"},
    "raise_task": {"unit": "yanlou-housing", "title": "现场勘查排水走向", "limit": "3wd"},
    "finish": {"result": "已勘查，附图"},
    "suspend": {"ground": "appraisal", "evidence": "鉴定受理通知书"},
    "extend": {"days": 10, "consents": ["a", "b"]},
    "agree": {
        "form": "written",
        "terms": "甲家于三月十五日前修通排水沟。",
        "promises": [{"id": "p1", "debtor": "a", "what": "修通排水沟", "due": "2026-03-15"}],
    },
    "sign_agreement": {"party": "a"},
    "confirm": {"step": "waive"},
    "perform": {"promise": "p1", "proof": "现场查看排水通畅"},
    "visit": {"outcome": "calm", "satisfied": True, "by_contact": "phone"},
    "audit": {"passed": True},
    "withdraw": {"party": "a", "reason": "双方自行和解"},
    "channel": {"route": "litigation", "notice": "已书面告知起诉、仲裁途径"},
    "reopen": {"reason": "回访中反映问题复发"},
    "rate": {"party": "a", "satisfied": True, "text": "调解员很耐心"},
    "complain": {"party": "a", "text": "约好的调解两次无人到场"},
    "reply": {"text": "已与承办单位核实，本周五重新安排调解"},
    "note": {"text": "已转告村委"},
}
"""An example body for the description of the API."""


class PartyForm(Model):
    """A party as it is written down at the intake."""

    id: Id = Field(examples=["a"])
    side: Side
    kind: PartyKind = PartyKind.PERSON
    name: Annotated[Text, Field(max_length=100, examples=["甲"])]
    phone: str | None = Field(default=None, max_length=32, pattern=r"^\+?[0-9][0-9 -]{4,30}$", examples=["13800000001"])
    id_number: str | None = Field(default=None, pattern=r"^[0-9A-Za-z-]{6,30}$")
    address: Annotated[Reason, Field(max_length=300)] | None = None
    people: int | None = Field(default=None, ge=1, le=100_000)
    vulnerable: bool = False
    minor: bool = False
    household: Label | None = None
    kin: tuple[Id, ...] = Field(default=(), max_length=50)
    staff: Id | None = None


LimitText = Annotated[str, Field(pattern=r"^\d{1,4}(min|h|wh|d|wd)$", examples=["5wd"])]

OWN: dict[tuple[str, str], Any] = {
    ("open", "parties"): (Annotated[tuple[PartyForm, ...], Field(min_length=1, max_length=200)], ...),
    ("add_party", "party"): (PartyForm, ...),
    ("represent", "representative"): (PersonIn, ...),
    ("meet", "at"): (datetime, ...),
    ("raise_task", "limit"): (LimitText | None, None),
}
"""Fields whose form at the door is not the one behind it."""


def _form(action: type[a.Base]) -> type[Model]:
    do: str = action.model_fields["do"].default
    fields: dict[str, Any] = {}
    for name, info in action.model_fields.items():
        if name in NOT_IN_BODY:
            continue
        fields[name] = OWN.get((do, name), (info.rebuild_annotation(), info))
    fields["occurred_at"] = (datetime | None, Field(default=None, description="Claimed time (补录), where the procedure allows it."))
    if do == "open":
        fields["intake_id"] = (Annotated[str | None, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")], None)
        fields["source"] = (Annotated[str | None, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_.:@#-]+$")], None)
    else:
        fields["id"] = (Id | None, Field(default=None, description="Id of the action; else the header Idempotency-Key, else a new one."))
    made = create_model(f"{action.__name__}Form", __base__=Model, __doc__=(action.__doc__ or "").strip(), **fields)
    if do in EXAMPLES:
        made.model_config = {**made.model_config, "json_schema_extra": {"examples": [EXAMPLES[do]]}}
        made.model_rebuild(force=True)
    return made


CLASSES: dict[str, type[a.Base]] = {model.model_fields["do"].default: model for model in get_args(get_args(a.Action)[0])}
"""The actions' models by name."""

FORMS: dict[str, type[Model]] = {do: _form(model) for do, model in CLASSES.items() if do not in a.INTERNAL}
"""The body of each action a person can ask for."""

OpenForm = FORMS["open"]
