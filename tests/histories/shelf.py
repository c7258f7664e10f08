"""What is on the shelf: recorded runs with the state each ended in, and the documents they ran under."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict
from temporalio.api.common.v1 import Payload
from temporalio.client import WorkflowHistory

from models.case import Case
from rules.library import Library, canonical, content_hash, kind_of
from service.secrecy.sealing import SealedPayloads
from store.keyring.payload_keys import PayloadKey

HERE = Path(__file__).parent
RUNS = HERE / "runs"
STATES = HERE / "states"
DOCUMENTS = HERE / "documents.json"
"""Content hash → kind and canonical text."""

PLAIN = {"searchAttributes", "data"}
"""Parts of a history that no codec touches: the second is the SDK's own note of which local activity a marker stands for."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One run: what it shows, its history, and its state at the end, as JSON."""

    name: str
    about: str
    case_id: str
    history: dict[str, Any]
    state: dict[str, Any]

    def to_replay(self) -> WorkflowHistory:
        """The history as the SDK takes it."""
        return WorkflowHistory.from_json(self.case_id, self.history)

    def put(self) -> None:
        """Write it into its file, one history event on a line."""
        body = {"about": self.about, "case_id": self.case_id, "state": self.state}
        events = ",\n".join(_compact(scrubbed(event)) for event in self.history["events"])
        text = f'{_compact(body)[:-1]},"history":{{"events":[\n{events}\n]}}}}\n'
        (RUNS / f"{self.name}.json").write_text(text, encoding="utf-8")


def recorded() -> Iterator[Recorded]:
    """Every run on the shelf, by name."""
    for path in sorted(RUNS.glob("*.json")):
        yield Recorded(name=path.stem, **json.loads(path.read_text(encoding="utf-8")))


async def sealing() -> SealedPayloads:
    """A codec with a key of its own, for what is replayed here. What is on the shelf is not sealed: it holds nothing personal."""
    key = PayloadKey("0" * 16, datetime(2026, 3, 2, tzinfo=UTC), bytes(32))

    async def keys() -> tuple[PayloadKey, ...]:
        return (key,)

    return await SealedPayloads.open(keys, "aes-256-gcm")


async def recoded(value: Any, coded: Callable[[Sequence[Payload]], Awaitable[list[Payload]]]) -> Any:
    """The same history with each payload taken through a codec, one way or the other; search attributes are none of its business."""
    if isinstance(value, list):
        return [await recoded(item, coded) for item in value]
    if not isinstance(value, dict):
        return value
    if "encoding" in value.get("metadata", {}):
        (made,) = await coded([ParseDict(value, Payload())])
        return MessageToDict(made)
    return {key: item if key in PLAIN else await recoded(item, coded) for key, item in value.items()}


def put_documents(library: Library, states: Iterable[Case]) -> None:
    """Keep the documents that these states name."""
    names = sorted({name for state in states for name in state.docs.model_dump().values()})
    docs = {name: library.get(name) for name in names}
    kept = {name: {"kind": kind_of(doc), "body": canonical(doc)} for name, doc in docs.items() if content_hash(doc) == name}
    DOCUMENTS.write_text(json.dumps(kept, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


def fill(library: Library) -> None:
    """Put the documents of all recorded runs into a library."""
    for name, doc in json.loads(DOCUMENTS.read_text(encoding="utf-8")).items():
        library.restore(name, doc["kind"], doc["body"])


def scrubbed(value: Any) -> Any:
    """The same without the names of the machine that recorded it."""
    if isinstance(value, dict):
        return {key: "jiefen" if key == "identity" else scrubbed(item) for key, item in value.items()}
    return [scrubbed(item) for item in value] if isinstance(value, list) else value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
