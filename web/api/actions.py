"""Actions on a case: one operation for each, all alike. The names are those of design §4."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response

from models.base import Model
from models.record import ActReceipt
from web.api.cases import Code, Key
from web.api.forms import CLASSES, FORMS
from web.auth import ActorDep
from web.problems import WebProblem, documented
from web.state import CasesDep, ReaderDep

router = APIRouter(tags=["actions"])

IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", description="ETag of the case as it was read; another version is 412.", pattern=r'^(\*|"\d{1,10}")$'),
]

REFUSALS = documented(
    "unknown_case", "stale", "too_large", "not_allowed", "wrong_stage", "too_late", "already_done", "not_holder", "unknown_unit",
    "unknown_party", "unknown_place", "same_person", "missing_reason", "needs_notice", "needs_consent", "barred_matter",
    "checklist_open", "conflict_of_interest",
)  # fmt: skip


def _endpoint(do: str, form: type[Model]) -> Callable[..., Awaitable[ActReceipt]]:
    async def act(
        code: Code,
        body: Model,
        actor: ActorDep,
        cases: CasesDep,
        reader: ReaderDep,
        response: Response,
        key: Key = None,
        match: IfMatch = None,
    ) -> ActReceipt:
        case_id, seq = await reader.version(actor, code)
        fields: dict[str, Any] = body.model_dump(exclude_none=True)
        action_id = fields.pop("id", None) or key or uuid.uuid4().hex
        if match is not None and match not in {"*", f'"{seq}"'} and not await reader.done(case_id, action_id):
            raise WebProblem("stale")
        receipt = await cases.act(case_id, do, fields, actor, action_id=action_id)
        response.headers["ETag"] = f'"{receipt.seq}"'
        return receipt

    act.__annotations__["body"] = form
    return act


for name, model in FORMS.items():
    if name == "open":
        continue
    words = (CLASSES[name].__doc__ or name).strip().rstrip(".")
    router.add_api_route(
        f"/cases/{{code}}/actions/{name}",
        _endpoint(name, model),
        methods=["POST"],
        operation_id=name,
        summary=words,
        description=f"{words}. The same action id (Idempotency-Key or `id`) gives the same receipt and is done once.",
        response_model=ActReceipt,
        responses=REFUSALS,
    )
