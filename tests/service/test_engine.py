"""The way to runs: what a start leaves behind that nobody answers."""

from __future__ import annotations

import asyncio
import gc
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from models.affair.record import AffairReceiptOut, AffairRequest, AffairStart
from service import engine
from service.errors import Unavailable


async def test_a_start_that_nobody_answers_is_told_once_and_logged_by_nobody(
    virtual: WorkflowEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ONE_TRY", timedelta(milliseconds=200))
    monkeypatch.setattr(engine, "PATIENCE", timedelta(milliseconds=300))
    loop, logged = asyncio.get_running_loop(), list[Any]()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _loop, context: logged.append(context))
    try:
        config: dict[str, Any] = {**virtual.client.config(), "data_converter": pydantic_data_converter}
        runs = engine.Runs(Client(**config), "nobody-serves-this", timedelta)
        run = engine.Run("Watch", "a-watch-nobody-serves", AffairStart(affair={}), "watch")
        with pytest.raises(Unavailable):
            await runs._start(run, "a1", AffairRequest(action={}), AffairReceiptOut, ended_at=None)
        gc.collect()
        await asyncio.sleep(0)
    finally:
        loop.set_exception_handler(before)
    assert logged == []
