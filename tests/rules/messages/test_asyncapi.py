from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from models.message import CloudEvent
from rules.messages.affairs_public import affair_happenings
from rules.messages.cloud import attributes, type_of, type_of_affair
from rules.messages.public import happenings
from scripts import asyncapi
from tests.rules.messages.test_affairs_told import affair_events
from tests.rules.messages.test_cloud import events
from tests.support import javascript


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(asyncapi.FILE.read_text(encoding="utf-8"))
    return found


def test_the_file_is_what_the_models_say() -> None:
    assert asyncapi.FILE.read_text(encoding="utf-8") == asyncapi.text(), "run `python -m scripts.asyncapi`"


def test_asyncapis_own_parser_finds_nothing_wrong() -> None:
    found = javascript.run("asyncapi.mjs", str(Path(asyncapi.FILE)))
    assert found["wrong"] == []
    assert found["version"] == "3.0.0"
    assert sorted(found["types"]) == sorted([*map(type_of, happenings()), *map(type_of_affair, affair_happenings())])


def test_what_is_sent_is_as_described(described: dict[str, Any]) -> None:
    components = described["components"]
    for event in (*events(), *affair_events()):
        message = next(one for one in components["messages"].values() if one["name"] == event.type)
        schema = {**message["payload"], "components": {"schemas": components["schemas"]}}
        jsonschema_rs.validator_for(schema).validate(_sent(event))


def _sent(event: CloudEvent) -> dict[str, Any]:
    return {**attributes(event), "data": event.data}
