"""Temporal behind a TLS endpoint that asks for client certificates and sees API keys: a case goes through, strangers are refused.

The endpoint stands in front of a real server; connections are made by `temporalio.envconfig` profiles alone, as on a site.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.crew import connect, quiet_runtime
from service.office import Office
from service.secrecy.transport import CLOSED, closed, connection
from service.settings import CannotStart, Settings
from tests.support.certificates import Authority, Pair
from tests.support.endpoint import Endpoint, tls_endpoint
from tests.support.processes import Program, free_port, server
from tests.support.running import ROOT, intake
from tests.support.tokens import token_of

KEY = "jf-cloud-opensesame"
CANNOT_START = 2


@dataclass
class Site:
    folder: Path
    endpoint: Endpoint
    ours: Authority
    other: Authority
    client: Pair
    stranger: Pair

    def profile(self, *, client: Pair | None, ca: Authority | None = None, server_name: str = "", tls: bool = True, key: str = "") -> Path:
        """Write a profile file, as `docs/operate.md` shows it."""
        lines = ["[profile.county]", f'address = "{self.endpoint.address}"', 'namespace = "default"']
        lines += [f'api_key = "{key}"'] if key else []
        lines += ["[profile.county.tls]", f'server_ca_cert_path = "{(ca or self.ours).ca}"'] if tls else []
        lines += [f'client_cert_path = "{client.cert}"', f'client_key_path = "{client.key}"'] if client else []
        lines += [f'server_name = "{server_name}"'] if server_name else []
        file = self.folder / f"temporal-{len(list(self.folder.glob('*.toml')))}.toml"
        file.write_text("\n".join(lines))
        return file

    def environment(self, profile: Path, **more: str) -> dict[str, str]:
        """What a process of ours is started with."""
        chosen = {"TEMPORAL_CONFIG_FILE": str(profile), "TEMPORAL_PROFILE": "county", "JIEFEN_HOME": str(self.folder / "home")}
        chosen |= {"JIEFEN_HEALTH_PORT": "0", "JIEFEN_METRICS_PORT": "0", "JIEFEN_LOG_FORMAT": "json"}
        return {**chosen, **more}


@dataclass
class Said:
    code: int
    out: str
    err: str


async def run(environment: dict[str, str], *words: str) -> Said:
    """Run a program of ours to its end; this loop goes on serving the endpoint."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return Said(process.returncode or 0, out.decode(), err.decode())


async def tokens_of(home: Path, *posts: str) -> list[dict[str, str]]:
    """A personal token for each post, as the command line takes it where Temporal is elsewhere."""
    settings = Settings(home=home)
    office = await Office.open(settings, await connect(settings, lazy=True))
    try:
        return [{"JIEFEN_TOKEN": await token_of(office, post.partition("@")[0], post)} for post in posts]
    finally:
        await office.close()


@pytest.fixture(scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("tls")
    ours, other = Authority(folder, "ours"), Authority(folder, "other")
    behind = server(folder / "temporal", free_port())
    await behind.start()
    async with tls_endpoint(behind.port, ours.issue("server", "localhost"), ours.ca) as endpoint:
        (folder / "home").mkdir()
        yield Site(folder, endpoint, ours, other, ours.issue("worker-1"), other.issue("stranger"))
    await behind.stop()


async def test_a_case_is_opened_and_handled_over_mutual_tls_with_an_api_key(site: Site) -> None:
    environment = site.environment(site.profile(client=site.client, key=KEY))
    crew = Program([sys.executable, "worker.py"], site.folder / "worker.log", ready='"ready"', environment=environment)
    file = site.folder / "intake.json"
    file.write_text(json.dumps(intake()))
    await crew.start()
    try:
        tokens = await tokens_of(site.folder / "home", "clerk@yanlou-centre", "screener@yanlou-centre")
        opened = await run(environment | tokens[0], "starter.py", "open", "--file", str(file), "--json")
        assert opened.code == 0, opened.err
        code = json.loads(opened.out)["receipt"]["code"]
        step = ("act", code, "screen", "--with", '{"category": "0201", "accept": true}', "--json")
        done = await run(environment | tokens[1], "starter.py", *step)
        assert done.code == 0, done.err
        assert json.loads(done.out)["stage"] == "screened"
    finally:
        assert await crew.stop() == 0
    assert set(site.endpoint.clients) == {"worker-1"}
    assert {call.get("authorization") for call in site.endpoint.headers} == {f"Bearer {KEY}"}
    assert any(call[":path"].endswith("/ExecuteMultiOperation") for call in site.endpoint.headers)
    assert KEY not in crew.log.read_text()


WRONG = {
    "no certificate": CLOSED,
    "another authority's certificate": CLOSED,
    "plain": CLOSED,
    "a server of another authority": "not of an authority that is trusted",
    "another server name": "for another name",
    "a key of another certificate": "don't belong together",
    "no such file": "names a file that can't be read",
    "no certificate in the file": "can't be read as PEM",
    "no such profile": "can't be used",
    "a key that can't be sent": "can't be sent",
}
"""What may be wrong, and what is said of it."""


def wrong_profile(site: Site, wrong: str) -> dict[str, str]:
    """The environment of somebody with this mistake."""
    junk = site.folder / "junk.pem"
    junk.write_text("opensesame")
    profile = {
        "no certificate": lambda: site.profile(client=None),
        "another authority's certificate": lambda: site.profile(client=site.stranger),
        "plain": lambda: site.profile(client=None, tls=False),
        "a server of another authority": lambda: site.profile(client=site.client, ca=site.other),
        "another server name": lambda: site.profile(client=site.client, server_name="elsewhere.example"),
        "a key of another certificate": lambda: site.profile(client=Pair(site.client.cert, site.stranger.key)),
        "no such file": lambda: site.profile(client=Pair(site.folder / "none.crt", site.client.key)),
        "no certificate in the file": lambda: site.profile(client=Pair(site.client.cert, junk)),
        "no such profile": lambda: site.profile(client=site.client),
        "a key that can't be sent": lambda: site.profile(client=site.client, key=f"{KEY}\\n{KEY}"),
    }[wrong]()
    return site.environment(profile, **({"TEMPORAL_PROFILE": "opensesame"} if wrong == "no such profile" else {}))


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_does_not_fit_is_named_and_no_secret_with_it(site: Site, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in wrong_profile(site, wrong).items():
        monkeypatch.setenv(name, value)
    with pytest.raises((CannotStart, RuntimeError)) as caught:
        await connect(Settings(), quiet_runtime())
    said = CLOSED if closed(caught.value) else str(caught.value)
    assert WRONG[wrong] in said
    for secret in (KEY, "opensesame", "PRIVATE KEY", str(site.folder)):
        assert secret not in said


@pytest.mark.parametrize("wrong", ["another authority's certificate", "a server of another authority"])
async def test_worker_and_command_line_end_with_one_clear_sentence(site: Site, wrong: str) -> None:
    environment = wrong_profile(site, wrong)
    worker, starter = await asyncio.gather(
        run(environment, "worker.py"),
        run(environment, "starter.py", "act", "YANLOU-2026-00001", "sign", "--as", "officer@yanlou-gumeng"),
    )
    assert worker.code == CANNOT_START
    last = json.loads(worker.err.splitlines()[-1])
    assert last["event"] == "cannot_start"
    assert WRONG[wrong] in last["why"]
    assert starter.code == 2
    assert starter.err.startswith("settings: ")
    assert WRONG[wrong] in starter.err
    assert len(starter.err.splitlines()) == 1
    for said in (worker, starter):
        for secret in (KEY, "PRIVATE KEY", str(site.folder)):
            assert secret not in said.out + said.err


@pytest.mark.parametrize("address", ["temporal.example:7233", "10.0.0.7:7233"])
async def test_another_machine_is_not_asked_without_tls_unless_somebody_means_it(
    site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = site.folder / "plain.toml"
    file.write_text(f'[profile.county]\naddress = "{address}"\napi_key = "{KEY}"\n[profile.county.tls]\ndisabled = true\n')
    for name, value in site.environment(file).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart, match="without TLS, and the API key with it") as caught:
        connection(Settings())
    assert KEY not in str(caught.value)
    meant = connection(Settings(plaintext_hosts=f"db.example {address.partition(':')[0]}"))
    assert meant["target_host"] == address


async def test_the_web_face_does_not_start_towards_another_machine_in_clear(site: Site) -> None:
    file = site.folder / "clear.toml"
    file.write_text('[profile.county]\naddress = "temporal.example:7233"\n')
    said = await run(site.environment(file), "-m", "web")
    assert said.code == CANNOT_START
    assert "without TLS" in said.err
