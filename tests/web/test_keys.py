"""With a wrong or a missing key the web face answers 503 and changes nothing; with the right one it serves again."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from service.settings import Settings
from store.engine import Store
from store.keyring.master_file import make_master
from store.vault import Vault
from web.app import create_app


async def asked(settings: Settings, *paths: str) -> dict[str, httpx.Response]:
    app = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://127.0.0.1") as client,
    ):
        return {path: await client.get(path) for path in paths}


async def text_of(settings: Settings, ref: str = "") -> str:
    """Seal a text, or open one, as a process of its own would."""
    store = await Store.open(settings.database_url, settings.keys_url, settings.master_keys)
    vault = Vault(store)
    found = await vault.open_text(ref) if ref else await vault.seal_text("c", "a", "summary", "甲家院坝抬高")
    await store.close()
    return found


@pytest.mark.parametrize("harm", ["missing", "another", "damaged"])
async def test_a_wrong_key_is_503_everywhere_and_the_right_one_opens_again(
    tmp_path: Path, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(home=tmp_path, temporal_port=1)
    ref = await text_of(settings)
    key = tmp_path / "master.key"
    right = key.read_text()
    key.unlink()
    if harm == "another":
        make_master(key)
    elif harm == "damaged":
        key.write_text(right[:-9])
    before = (tmp_path / "keys.db").read_bytes()
    found = await asked(settings, "/healthz", "/readyz", "/api/v1/cases", "/inbox", "/", "/codec/decode", "/metrics")
    assert found.pop("/healthz").status_code == 200
    for path, answer in found.items():
        assert (answer.status_code, answer.json()["code"]) == (503, "keys"), path
        assert "Retry-After" in answer.headers
    assert "master.key" in caplog.text
    assert right.split()[1] not in caplog.text
    assert (tmp_path / "keys.db").read_bytes() == before

    key.write_text(right)
    assert await text_of(settings, ref) == "甲家院坝抬高"
    assert (await asked(settings, "/api/v1/cases"))["/api/v1/cases"].status_code == 401
