"""The flow on Restate: its server (from its npm package), the Python SDK's service under hypercorn, and requests to its ingress."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import httpx

from bench.peers import flow

PORTS = {"ingress": 18080, "admin": 19070, "node": 15122, "service": 19080}
"""Of this machine's own address; two runs side by side are not meant."""


NO_FSYNC = ("RESTATE_BIFROST__LOCAL__ROCKSDB_DISABLE_WAL_FSYNC", "RESTATE_LOG_SERVER__ROCKSDB_DISABLE_WAL_FSYNC")
"""Settings of its server."""


class RestateEngine:
    """Server, service and a client in this process."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{PORTS['ingress']}", timeout=60)

    async def start(self, setting: flow.Setting) -> None:
        environment = {
            **os.environ,
            "RESTATE_BASE_DIR": str(setting.home / "restate"),
            "RESTATE_BIND_IP": "127.0.0.1",
            "RESTATE_BIND_PORT": str(PORTS["node"]),
            "RESTATE_INGRESS__BIND_PORT": str(PORTS["ingress"]),
            "RESTATE_ADMIN__BIND_PORT": str(PORTS["admin"]),
            "RESTATE_NODE_NAME": "reference",
            "RESTATE_DISABLE_TELEMETRY": "true",
            "RESTATE_LOG_FILTER": "error",
            "PYTHONPATH": str(flow.ROOT),
        }
        if setting.durability == "normal":
            environment |= dict.fromkeys(NO_FSYNC, "true")
        server = os.environ["JIEFEN_RESTATE_SERVER"]
        self._spawn([server, "--no-logo", "--listen-mode", "tcp"], environment)
        self._spawn([sys.executable, "-m", "bench.peers.restate_app", f"127.0.0.1:{PORTS['service']}"], environment)
        await self._register()

    async def stop(self) -> None:
        await self._client.aclose()
        for process in reversed(self._processes):
            process.terminate()
            await asyncio.to_thread(process.wait)

    async def open(self, case: str) -> None:
        await self._ask(f"/Reference/{case}/run/send", case)
        await self._ask(f"/Reference/{case}/taken_in", None)

    async def act(self, case: str, number: int) -> None:
        await self._ask(f"/Reference/{case}/act", number)

    async def ended(self, case: str) -> None:
        answer = await self._client.get(f"/restate/workflow/Reference/{case}/attach")
        if answer.status_code != 200 or answer.json() is not True:
            raise AssertionError(f"{case}: {answer.status_code} {answer.text[:200]}")

    async def _ask(self, path: str, body: Any) -> None:
        content = None if body is None else json.dumps(body)
        headers = {} if body is None else {"content-type": "application/json"}
        answer = await self._client.post(path, content=content, headers=headers)
        if answer.status_code >= 300:
            raise AssertionError(f"{path}: {answer.status_code} {answer.text[:200]}")

    def _spawn(self, command: list[str], environment: dict[str, str]) -> None:
        self._processes.append(flow.spawn(command, environment))

    async def _register(self) -> None:
        """Make the service known, once both answer."""
        async with httpx.AsyncClient(timeout=30) as admin:
            for _ in range(300):
                try:
                    uri = f"http://127.0.0.1:{PORTS['service']}"
                    answer = await admin.post(f"http://127.0.0.1:{PORTS['admin']}/deployments", json={"uri": uri, "force": True})
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
                    continue
                if answer.status_code < 300:
                    return
                await asyncio.sleep(0.1)
        raise TimeoutError("Restate does not take the service")
