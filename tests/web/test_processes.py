"""Two web processes on one database, as behind a balancer: one session goes to and fro between them, and nothing is noticed."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from service.entry.accounts import Accounts
from service.office import Office
from store.places import LoadedPlace
from tests.conftest import Database
from tests.support.processes import Program, free_port
from tests.web.console.visitors import Visitor
from tests.web.running import asked, instance

SCREENER = "screener@yanlou-centre"
PASSWORD = "long-enough-for-a-test"


def web(office: Office, env: WorkflowEnvironment, port: int) -> Program:
    """`python -m web` over the data of an office."""
    settings = office.settings
    environment = {
        "JIEFEN_HOME": str(settings.home),
        "JIEFEN_DATABASE_URL": settings.database_url,
        "JIEFEN_TASK_QUEUE": settings.task_queue,
        "JIEFEN_TEMPORAL_PORT": env.client.service_client.config.target_host.rpartition(":")[2],
        "JIEFEN_PORT": str(port),
    }
    return Program([sys.executable, "-m", "web"], settings.home / f"web-{port}.log", port=port, environment=environment)


@asynccontextmanager
async def two(office: Office, env: WorkflowEnvironment) -> AsyncIterator[list[Visitor]]:
    """The two processes, and one browser that a balancer sends to the one or the other."""
    async with AsyncExitStack() as stack:
        cookies, visitors = httpx.Cookies(), []
        for port in (free_port(), free_port()):
            program = web(office, env, port)
            stack.push_async_callback(program.stop)
            await program.start()
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30))
            client._cookies = cookies
            visitors.append(Visitor(client))
        yield visitors


async def turn(there: Visitor, here: Visitor, action: str, status: int = 303, **fields: str) -> httpx.Response:
    """Send a form that one process made to the other."""
    here.page = there.page
    return await here.submit(action, status, **fields)


@pytest.mark.timeout(180)
async def test_one_session_goes_to_and_fro_between_two_processes(
    virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path, database: Database
) -> None:
    async with instance(virtual, huaxi, tmp_path, database.url) as office, asked(office) as api, two(office, virtual) as (one, other):
        accounts = Accounts(office)
        await accounts.create("zhou.yi", "周一", [SCREENER, "clerk@yanlou-centre"], password=PASSWORD)
        code = await api.open()
        await one.get("/login")
        await turn(one, other, "/login", name="zhou.yi", password=PASSWORD)
        assert code in await one.get("/inbox")
        async with one.client.stream("GET", "/live", timeout=30) as stream:
            lines = stream.aiter_lines()
            async for line in lines:
                if line.startswith("event: counters"):
                    break
            await other.get(f"/cases/{code}")
            await other.submit(f"/cases/{code}/do/screen", accept="yes", category="0201")
            async for line in lines:
                if line.startswith("data: ") and code in line:
                    break
        assert "已甄别" in await one.get(f"/cases/{code}")
        await one.submit(f"/cases/{code}/do/take_back")
        assert "已登记" in await other.get(f"/cases/{code}")
        await turn(other, one, "/account/post", post="clerk@yanlou-centre")
        assert '<p class="muted small">' in await other.get("/account")
        assert "当前使用" in other.page
        await turn(other, one, "/logout")
        assert (await other.client.get("/inbox")).status_code == 303


@pytest.mark.timeout(180)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_who_guesses_at_one_is_locked_at_the_other(
    virtual: WorkflowEnvironment, huaxi: LoadedPlace, tmp_path: Path, database: Database
) -> None:
    async with instance(virtual, huaxi, tmp_path, database.url) as office, two(office, virtual) as (one, other):
        await Accounts(office).create("zhou.er", "周二", [SCREENER], password=PASSWORD)
        await one.get("/login")
        for _ in range(5):
            await one.submit("/login", 401, name="zhou.er", password="wrong-password")
        await turn(one, other, "/login", 401, name="zhou.er", password=PASSWORD)
        assert "尝试次数过多" in other.page
