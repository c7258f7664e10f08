"""All that a process logs goes through one chain: its own, the libraries', exceptions and crashes. Names in exceptions go, too."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError

from service.secrecy.logs import configure_logs, formatter
from tests.support.running import ROOT

NAME, PHONE, ID_NUMBER = "张三丰", "13800000001", "520111199001011234"
PRIVATE = (NAME, PHONE, ID_NUMBER, "opensesame")


class Party(BaseModel):
    name: int


class Log:
    """What was written, and two ways to write: a library's and our own."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        handler = logging.StreamHandler(self.stream)
        handler.setFormatter(formatter(console=False))
        self.library = logging.Logger("library")  # noqa: LOG001 - one that no other test can reach
        self.library.addHandler(handler)
        self.ours: Any = structlog.wrap_logger(self.library, wrapper_class=structlog.stdlib.BoundLogger)

    def lines(self) -> list[dict[str, Any]]:
        text = self.stream.getvalue()
        assert [word for word in PRIVATE if word in text] == []
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook)
    configure_logs("json")
    yield Log()
    root.handlers[:], root.level, sys.excepthook = before
    logging.captureWarnings(False)
    structlog.reset_defaults()


def failing() -> Exception:
    """An exception with a party's words in it, in its cause, in its locals, and in what the cause was made from."""
    told = f"{NAME} {PHONE}"
    made: Exception | None = None
    try:
        try:
            try:
                Party.model_validate({"name": NAME})
            except ValidationError as error:
                raise KeyError(told) from error
        except KeyError as error:
            raise IntegrityError("INSERT", {"name": NAME}, ValueError(f"Key (name)=({NAME}) exists")) from error
    except IntegrityError:
        try:
            raise RuntimeError(f"while handling {told}")
        except RuntimeError as error:
            error.add_note(told)
            made = error
    assert made is not None
    return made


def test_messages_and_arguments_of_libraries_are_cleaned(log: Log) -> None:
    log.library.warning("called %s", PHONE)
    log.library.warning("took %d of %.2f s, %s", 3, 0.25, ["a", PHONE])
    log.library.warning("%(phone)s", {"phone": PHONE})
    log.library.warning("failed: %s / %r", failing(), failing())
    log.library.warning(f"{ID_NUMBER} in an f-string")
    log.library.warning("with more", extra={"who": {"id": ID_NUMBER}, "authorization": "opensesame"})
    log.library.warning("http://x/?p=%s", PHONE)
    first, second, *_ = log.lines()
    assert first["event"] == "called 〔…〕"
    assert second["event"] == "took 3 of 0.25 s, ['a', '〔…〕']"


def test_our_own_events_are_cleaned(log: Log) -> None:
    log.ours.info("%s called", PHONE, parties=[{"n": PHONE}], Cookie="opensesame")
    log.ours.bind(number=int(PHONE)).info("bound", error=failing())
    with structlog.contextvars.bound_contextvars(who=PHONE):
        log.ours.info("context", case="YANLOU-2026-00001")
    first, second, third = log.lines()
    assert first["event"] == "〔…〕 called"
    assert second["number"] == "〔…〕"
    assert third["case"] == "YANLOU-2026-00001"


def test_an_exception_is_its_kind_causes_and_places(log: Log) -> None:
    error = failing()
    log.library.error("broken", exc_info=error)
    try:
        raise error
    except RuntimeError:
        log.library.exception("broken")
        log.ours.exception("broken")
    group = ExceptionGroup(NAME, [ValueError(PHONE), error])
    log.ours.error("many", exc_info=group)
    one, two, three, many = log.lines()
    for line in (one, two, three):
        assert line["exception"].startswith("RuntimeError")
        for kind in ("IntegrityError", "KeyError", "ValidationError"):
            assert kind in line["exception"]
        assert "test_logs.py:" in line["exception"]
    assert "ValueError" in many["exception"]


def test_tracebacks_written_out_by_a_library_lose_their_words(log: Log) -> None:
    import traceback

    log.library.error("%s", "".join(traceback.format_exception(failing())))
    (line,) = log.lines()
    assert "test_logs.py" in line["event"]
    assert "IntegrityError" in line["event"]


CRASH = f"""
import asyncio, gc, logging, threading, warnings
from service.secrecy.logs import configure_logs
configure_logs("json")
warnings.warn("{PHONE}")
async def lost():
    async def fail():
        raise ValueError("{NAME} {PHONE}")
    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    del task
    gc.collect()
asyncio.run(lost())
def bad():
    raise ValueError("{NAME} {PHONE}")
thread = threading.Thread(target=bad); thread.start(); thread.join()
logging.getLogger("uvicorn.error").error("at %s", "{PHONE}")
logging.getLogger("sqlalchemy.engine.Engine").warning("[cached] {{'phone': '{PHONE}'}}")
logging.getLogger("temporalio.activity").warning("x", extra={{"temporal_activity": {{"input": "{PHONE}"}}}})
raise KeyError("{NAME} {PHONE}")
"""


def test_crashes_lost_tasks_threads_and_warnings_go_through_it_too() -> None:
    done = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    for word in (NAME, PHONE):
        assert word not in done.stderr
    events = [json.loads(line) for line in done.stderr.splitlines()]
    kinds = [event["logger"] for event in events]
    assert kinds[0] == "py.warnings"
    for name in ("asyncio", "uvicorn.error", "sqlalchemy.engine.Engine", "temporalio.activity"):
        assert name in kinds
    assert [event["event"] for event in events].count("crashed") == 2
