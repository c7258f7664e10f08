"""The operations of GeoReport v2. Errors are documents of its own form, in the format that was asked for.

It describes itself (`discovery`), so it stands in no OpenAPI description.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

from models.party import Actor
from rules.open311.taking import Wrong
from service.errors import Refused, Unavailable, UnknownCase
from service.office import Office
from service.open311.requests import Requests, Wanted
from web.auth import by_key
from web.open311 import documents
from web.open311.writing import Format, document, errors
from web.problems import KINDS, WebProblem
from web.state import OfficeDep, own_address

PREFIX = "/open311/v2"

router = APIRouter(prefix=PREFIX, include_in_schema=False)

KEYED = {"unauthenticated": "api_key was not provided, or is not one that counts"}

STATUSES: dict[str, bool | None] = {"": None, "open,closed": None, "closed,open": None, "open": False, "closed": True}

FIELDS = 60
"""Most fields of a request."""

Operation = Callable[..., Awaitable[Response]]


def _told(operation: Operation) -> Operation:
    """Return the operation with everything that goes wrong told in its own form."""

    @wraps(operation)
    async def answered(request: Request, office: OfficeDep, form: Format, **more: Any) -> Response:
        try:
            _here(request, office)
            return await operation(request, office, form, **more)
        except Wrong as wrong:
            return errors(form, 400, str(wrong))
        except UnknownCase:
            return errors(form, 404, "service_request_id was not found")
        except HTTPException as error:
            return errors(form, error.status_code, str(error.detail))
        except Refused as refused:
            refusal = refused.refusal
            status = 400 if KINDS[str(refusal.code)].status == 422 else 403
            return errors(form, status, f"{refusal.code}: {refusal.en}")
        except WebProblem as problem:
            return errors(form, 403, KEYED.get(problem.code, KINDS[problem.code].en))
        except (Unavailable, ConnectionError):
            found = errors(form, 503, KINDS["unavailable"].en)
            found.headers["Retry-After"] = "2"
            return found

    return answered


@router.get("/discovery.{form}")
@_told
async def discovery(request: Request, office: OfficeDep, form: Format) -> Response:
    """Return where the facade is, and its formats."""
    here = f"{own_address(request, office)}{PREFIX}"
    return document(form, "discovery", documents.discovery(here, office.bundle.network.district.name))


@router.get("/services.{form}")
@_told
async def services(request: Request, office: OfficeDep, form: Format) -> Response:
    """Return the services: the kinds of disputes."""
    return document(form, "services", documents.services(office.place.categories))


@router.get("/services/{service}.{form}")
@_told
async def definition(request: Request, office: OfficeDep, form: Format, service: str) -> Response:
    """Return what a service asks for."""
    category = office.place.categories.get(service)
    if category is None:
        return errors(form, 404, "service_code was not found")
    return document(form, "service_definition", documents.definition(category))


@router.post("/requests.{form}")
@_told
async def take(request: Request, office: OfficeDep, form: Format) -> Response:
    """Take a request in; who asks is told by the API key."""
    fields = await _form(request)
    actor = await _actor(request, office, fields.get("api_key", ""))
    taken = await Requests(office).take(actor, fields, request.headers.get("idempotency-key"))
    found = {"service_request_id": taken, "service_notice": "已登记，请保存编号以便查询 taken in: keep this id", "account_id": None}
    return document(form, "service_requests", [found], 201)


@router.get("/requests.{form}")
@_told
async def requests(request: Request, office: OfficeDep, form: Format) -> Response:
    """Return requests by their ids, or, with an API key, those that one's post may see."""
    asked = request.query_params
    actor = await _actor(request, office, asked["api_key"]) if asked.get("api_key") else None
    ids = tuple(one for one in asked.get("service_request_id", "").split(",") if one)
    if ids:
        found = await Requests(office).of_ids(ids, actor)
    elif actor is None:
        raise WebProblem("unauthenticated")
    else:
        found = await Requests(office).list(actor, _wanted(office, asked))
    return document(form, "service_requests", [documents.request(one) for one in found])


@router.get("/requests/{known}.{form}")
@_told
async def one(request: Request, office: OfficeDep, form: Format, known: str) -> Response:
    """Return one request, as a list of it."""
    key = request.query_params.get("api_key")
    actor = await _actor(request, office, key) if key else None
    return document(form, "service_requests", [documents.request(await Requests(office).known(known, actor))])


@router.get("/tokens/{token}.{form}")
@_told
async def token(request: Request, office: OfficeDep, form: Format, token: str) -> Response:
    """Return the id behind a token. Requests get theirs at once, so it is the same."""
    found = await Requests(office).known(token, None)
    return document(form, "service_requests", [{"service_request_id": found.id, "token": token}])


def _here(request: Request, office: Office) -> None:
    """Refuse another jurisdiction; this is the only one here, so it may be left out."""
    asked = request.query_params.get("jurisdiction_id")
    if asked and asked not in {office.bundle.network.district.id, office.bundle.network.district.code}:
        raise HTTPException(404, "jurisdiction_id was not found")


async def _form(request: Request) -> Mapping[str, str]:
    fields = await request.form(max_files=0, max_fields=FIELDS)
    return {name: value for name, value in fields.items() if isinstance(value, str)}


async def _actor(request: Request, office: Office, key: str) -> Actor:
    """Return whose key this is."""
    if not key:
        raise WebProblem("unauthenticated")
    return (await by_key(request, office, key)).actor


def _wanted(office: Office, asked: Mapping[str, str]) -> Wanted:
    """Return what a list is asked for. Raises Wrong."""
    status = asked.get("status", "")
    if status not in STATUSES:
        raise Wrong("status is open, closed or both")
    since, until = Requests(office).window(_time(asked, "start_date"), _time(asked, "end_date"))
    codes = tuple(one for one in asked.get("service_code", "").split(",") if one)
    if any(office.place.categories.get(one) is None for one in codes):
        raise Wrong("service_code is not one of the services")
    return Wanted(services=codes, since=since, until=until, closed=STATUSES[status])


def _time(asked: Mapping[str, str], name: str) -> datetime | None:
    text = asked.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(f"{name} is a time, as in 2026-01-01T00:00:00Z") from None
