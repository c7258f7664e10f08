"""Every error as `application/problem+json` (RFC 9457): a stable code, a status, and a sentence in both languages.

What somebody typed is never echoed: fields are named, their content is not. This table is the only place where a status is
chosen; the OpenAPI description is printed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.constants import REF_TEMPLATE
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from models.base import Model
from models.paper.refusal import PAPER_SENTENCES, PaperProblem
from models.refusal import SENTENCES, RefusalCode
from service.errors import ANSWERS, KeyProblem, PaperRefused, Refused, Unavailable, UnknownAffair, UnknownArrival, UnknownCase

MEDIA = "application/problem+json"
RETRY_AFTER = "2"
"""Seconds after which to ask again when something is away."""

WAITING = frozenset({429, 503})
"""Statuses that say when to ask again."""

WHEN = {"Retry-After": {"description": "Seconds after which to ask again", "schema": {"type": "integer"}}}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error."""

    status: int
    zh: str
    en: str


def _refusal(code: RefusalCode, status: int) -> tuple[str, Kind]:
    zh, en = SENTENCES[code]
    return str(code), Kind(status, zh, en)


C = RefusalCode
P = PaperProblem


def _paper(code: PaperProblem, status: int) -> tuple[str, Kind]:
    return str(code), Kind(status, *PAPER_SENTENCES[code])


KINDS: dict[str, Kind] = dict(
    [
        _refusal(C.INVALID, 422),
        _refusal(C.NOT_ALLOWED, 403),
        _refusal(C.WRONG_STAGE, 409),
        _refusal(C.TOO_LATE, 409),
        _refusal(C.ALREADY_DONE, 409),
        _refusal(C.NOT_HOLDER, 403),
        _refusal(C.UNKNOWN_UNIT, 422),
        _refusal(C.UNKNOWN_PARTY, 422),
        _refusal(C.UNKNOWN_PLACE, 422),
        _refusal(C.SAME_PERSON, 403),
        _refusal(C.MISSING_REASON, 422),
        _refusal(C.NEEDS_NOTICE, 409),
        _refusal(C.NEEDS_CONSENT, 409),
        _refusal(C.BARRED_MATTER, 409),
        _refusal(C.CHECKLIST_OPEN, 409),
        _refusal(C.CONFLICT_OF_INTEREST, 403),
        _refusal(C.CLAIMED, 409),
        _paper(P.UNKNOWN_KIND, 422),
        _paper(P.UNKNOWN_PAPER, 404),
        _paper(P.NOT_YOURS, 403),
        _paper(P.NOT_NOW, 409),
        _paper(P.NOTHING_TO_SAY, 409),
        _paper(P.FIELD_MISSING, 422),
        _paper(P.ERASED, 410),
        _paper(P.CONVERTER_MISSING, 503),
        _paper(P.CONVERTER_FAILED, 503),
        _paper(P.TYPE_NOT_TAKEN, 422),
        _paper(P.TYPE_DIFFERS, 422),
        _paper(P.TOO_MANY_BYTES, 413),
        _paper(P.TOO_MANY_FILES, 409),
        _paper(P.TOO_MANY_PIXELS, 422),
        _paper(P.DAMAGED, 422),
        _paper(P.ACTIVE_CONTENT, 422),
        _paper(P.INFECTED, 422),
        _paper(P.SCANNER_AWAY, 503),
        _refusal(C.PURPOSE_NEEDED, 428),
        _refusal(C.TOO_MANY_ROWS, 422),
    ]
) | {
    "malformed": Kind(400, "请求无法读取", "The request can't be read"),
    "unauthenticated": Kind(401, "请先登录", "Sign in first"),
    "csrf": Kind(403, "页面已过期，请返回刷新后重试", "This page is out of date: go back, load it again and retry"),
    "token_scope": Kind(403, "此令牌没有这项用途", "This token is not good for that"),
    "second_factor": Kind(403, "此岗位必须使用动态验证码，请先在控制台设置", "This post needs a second factor: set one up in the console"),
    "password_change": Kind(403, "请先修改密码", "Change your password first"),
    "not_found": Kind(404, "没有这个地址", "There is nothing at this address"),
    "unknown_case": Kind(404, *ANSWERS["unknown_case"]),
    "unknown_affair": Kind(404, *ANSWERS["unknown_affair"]),
    "unknown_arrival": Kind(404, *ANSWERS["unknown_arrival"]),
    "method_not_allowed": Kind(405, "此地址不支持这种请求", "This address does not take this method"),
    "stale": Kind(412, "案件已有更新，请刷新后重试", "The case has changed meanwhile; read it again"),
    "too_large": Kind(413, "提交内容过大", "What was sent is too large"),
    "too_many": Kind(429, "操作过于频繁，请稍后再试", "Too many requests: wait a little and ask again"),
    "internal": Kind(500, "系统内部错误，请稍后再试", "Something broke inside; try again later"),
    "unavailable": Kind(503, *ANSWERS["unavailable"]),
    "keys": Kind(503, "密钥不可用，请联系系统管理员", "The keys can't be used: tell the system administrator"),
}
"""Every error there is, by its code."""


class FieldError(Model):
    """One field that is not right; what was entered is not repeated."""

    field: str
    kind: str


class Problem(Model):
    """An error, RFC 9457. `code` is stable and meant for programs, `zh` and `en` for people."""

    type: str = Field(examples=["urn:jiefen:problem:wrong_stage"])
    title: str
    status: int
    code: str = Field(examples=["wrong_stage"])
    zh: str
    en: str
    detail: str = ""
    """Names of fields, a stage, items of a checklist; never words of a case."""
    errors: tuple[FieldError, ...] = ()


class WebProblem(Exception):
    """Ends a request with one of the kinds of error."""

    def __init__(self, code: str, detail: str = "", errors: Iterable[FieldError] = (), headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = headers or {}


def problem(code: str, detail: str = "", errors: Iterable[FieldError] = ()) -> Problem:
    """Return the document of an error."""
    kind = KINDS[code]
    return Problem(
        type=f"urn:jiefen:problem:{code}",
        title=kind.en,
        status=kind.status,
        code=code,
        zh=kind.zh,
        en=kind.en,
        detail=detail,
        errors=tuple(errors),
    )


def response(code: str, detail: str = "", errors: Iterable[FieldError] = (), headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the answer to a request that failed."""
    body = problem(code, detail, errors)
    extra = {"Retry-After": RETRY_AFTER} if body.status in WAITING else {}
    if body.status == 401:
        extra["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body.model_dump(mode="json"), body.status, headers={**extra, **(headers or {})}, media_type=MEDIA)


SCHEMA = {"$ref": REF_TEMPLATE.format(model="Problem")}
"""Where the description of the API says what a problem document is."""


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of an operation that may end with these errors, with an example of each.

    They name the model by its place in the description (`web/openapi.py` puts it there): the framework would make a validator of it for
    every answer of every operation.
    """
    found: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        entry = found.setdefault(kind.status, {"description": "", "content": {MEDIA: {"examples": {}, "schema": SCHEMA}}})
        entry["description"] = f"{entry['description']}; {kind.en}".removeprefix("; ")
        if kind.status in WAITING:
            entry["headers"] = WHEN
        entry["content"][MEDIA]["examples"][code] = {"summary": kind.zh, "value": problem(code).model_dump(mode="json")}
    return found


STATUSES = {
    400: "malformed",
    401: "unauthenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    422: "invalid",
    429: "too_many",
}
"""What the framework's own errors are called."""


def install(
    app: FastAPI, allow: Callable[[Request], tuple[str, ...]], page: Callable[[Request, str, str], Response | None] = lambda *_: None
) -> None:
    """Let the application answer every error with a problem document; `allow` says which methods an address takes.

    `page` may answer a person with a page instead.
    """

    def answer(
        request: Request, code: str, detail: str = "", errors: Iterable[FieldError] = (), headers: dict[str, str] | None = None
    ) -> Response:
        found = page(request, code, detail)
        if found is None:
            return response(code, detail, errors, headers)
        found.headers.update(headers or {})
        return found

    for kind, told in TOLD.items():
        app.add_exception_handler(kind, lambda request, error, told=told: answer(request, *told(error)))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = {}
        if error.status_code == 405:
            # The framework names the methods of the first route alone.
            headers["Allow"] = ", ".join(allow(request) or (error.headers or {}).get("Allow", "").split(", "))
        return answer(request, STATUSES.get(error.status_code, "internal"), headers=headers)


Telling = tuple[str, str, Iterable[FieldError], dict[str, str] | None]
"""Code, detail, fields and headers of an answer."""


def _invalid(error: Any) -> Telling:
    found = [(item["loc"], item["type"]) for item in error.errors()]
    if any(kind == "json_invalid" for _, kind in found):
        return "malformed", "", (), None
    return "invalid", "", [FieldError(field=_path(where, kind), kind=kind) for where, kind in found[:20]], None


TOLD: dict[type[Exception], Callable[[Any], Telling]] = {
    WebProblem: lambda error: (error.code, error.detail, error.errors, error.headers),
    PaperRefused: lambda error: (str(error.code), error.detail, (), None),
    Refused: lambda error: (str(error.refusal.code), error.refusal.detail, (), None),
    UnknownCase: lambda error: ("unknown_case", "", (), None),
    UnknownAffair: lambda error: ("unknown_affair", "", (), None),
    UnknownArrival: lambda error: ("unknown_arrival", "", (), None),
    Unavailable: lambda error: ("unavailable", "", (), None),
    KeyProblem: lambda error: ("keys", "", (), None),
    ConnectionError: lambda error: ("unavailable", "", (), None),
    RequestValidationError: _invalid,
}
"""What is told of each exception a use case may end with."""


def _path(where: Iterable[object], kind: str) -> str:
    """Return where a field stands. A key that somebody made up is not repeated: it may be what they meant to hide."""
    *way, last = [str(part) for part in where]
    return ".".join([*way, "?" if kind == "extra_forbidden" else last])
