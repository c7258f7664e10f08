"""What the facade says of itself and of its services, and how a request looks there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from models.categories import Categories, Category
from rules.open311.taking import Attribute
from service.open311.requests import Known

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-25T00:00:00Z"
"""When the facade itself was changed last."""

ATTRIBUTES: tuple[tuple[str, str, str, str], ...] = (
    (Attribute.HAPPENED_ON, "datetime", "发生日期 day it happened", "不填为今天 today where it is left out"),
    (Attribute.PEOPLE, "number", "涉及人数 people in it", "不填按当事人计 the parties are counted where it is left out"),
    (Attribute.OTHER, "string", "对方当事人 the other party", "姓名或名称 name"),
    (Attribute.OTHER_PHONE, "string", "对方电话 the other party's phone", ""),
)
"""What every service asks for besides: code, datatype, words, more words."""


def discovery(base: str, district: str) -> dict[str, Any]:
    """Return where the facade is and what it speaks."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": base,
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": CHANGESET,
        "contact": f"{district}综治中心 12345",
        "key_service": "API key: a token of an account here (账户与安全 > 接口令牌)",
        "endpoints": [endpoint],
    }


def services(categories: Categories) -> list[dict[str, Any]]:
    """Return the kinds of disputes as services, those of two levels under their class."""
    return [_service(one, categories) for code, one in categories.categories.items() if len(code) == 4]


def definition(category: Category) -> dict[str, Any]:
    """Return what a service asks for."""
    attributes = [
        {
            "variable": True,
            "code": code,
            "datatype": datatype,
            "required": False,
            "datatype_description": more,
            "order": order,
            "description": words,
        }
        for order, (code, datatype, words, more) in enumerate(ATTRIBUTES, start=1)
    ]
    return {"service_code": category.code, "attributes": attributes}


def request(known: Known) -> dict[str, Any]:
    """Return a request: how far it is, and nothing about anybody."""
    return {
        "service_request_id": known.id,
        "status": "closed" if known.closed else "open",
        "status_notes": None,
        "service_name": known.service.zh if known.service is not None else None,
        "service_code": known.service.code if known.service is not None else None,
        "description": None,
        "agency_responsible": known.agency,
        "service_notice": None,
        "requested_datetime": _time(known.requested),
        "updated_datetime": _time(known.updated),
        "expected_datetime": None,
        "address": known.place_name,
        "address_id": known.place,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _service(category: Category, categories: Categories) -> dict[str, Any]:
    group = categories.get(category.code[:2])
    return {
        "service_code": category.code,
        "service_name": category.zh,
        "description": category.en,
        "metadata": True,
        "type": "realtime",
        "keywords": None,
        "group": group.zh if group is not None else None,
    }


def _time(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at is not None else None
