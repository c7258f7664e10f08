"""Settings: secrets from the environment or from files, shown nowhere; nothing leaves this machine in clear unless somebody means it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.settings import CannotStart, Settings, read_settings

SECRET = "opensesame"
URL = f"postgresql+asyncpg://jiefen:{SECRET}@localhost/cases"


@pytest.mark.parametrize("variable", ["JIEFEN_SECRETS_DIR", "CREDENTIALS_DIRECTORY"])
def test_a_folder_of_secrets_is_read_and_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    (tmp_path / "jiefen_database_url").write_text(f"{URL}\n")
    (tmp_path / "JIEFEN_OIDC_CLIENT_SECRET").write_text(SECRET)
    (tmp_path / "jiefen_port").write_text("8123")
    monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setenv("JIEFEN_PORT", "8124")
    found = read_settings()
    assert found.database_url == URL
    assert found.oidc_client_secret.get_secret_value() == SECRET
    assert found.port == 8124


def test_a_folder_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEFEN_SECRETS_DIR", str(tmp_path / "none"))
    with pytest.raises(CannotStart, match="JIEFEN_SECRETS_DIR"):
        read_settings()


def test_no_way_of_writing_the_settings_shows_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "KEYS_URL"):
        monkeypatch.setenv(f"JIEFEN_{name}", URL)
    monkeypatch.setenv("JIEFEN_OIDC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("JIEFEN_MASTER_KEY", f"m1 {SECRET}")
    found = read_settings()
    for text in (repr(found), str(found), f"{found}", repr(found.model_dump()), found.model_dump_json(), repr([found])):
        assert SECRET not in text
    assert found.model_copy().database_url == URL
    monkeypatch.delenv("JIEFEN_MASTER_KEY")
    command = Settings(home=tmp_path, master_key_command=f"wrap --token {SECRET}")
    assert SECRET not in repr(command) + command.model_dump_json()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", f"postgresql+asyncpg://jiefen:{SECRET}@db.example/cases"),
        ("DATABASE_URL", f"postgresql+asyncpg://jiefen:{SECRET}@db.example/cases?sslmode=require"),
        ("KEYS_URL", f"postgresql+asyncpg://jiefen:{SECRET}@10.0.0.9/keys"),
        ("DATABASE_URL", f"{SECRET} is no address"),
        ("DATABASE_URL", f"{URL}?sslmode={SECRET}"),
    ],
)
def test_a_database_elsewhere_takes_checked_tls(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"JIEFEN_{name}", value)
    with pytest.raises(CannotStart, match=f"JIEFEN_{name}") as caught:
        read_settings()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_host_may_be_named_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEFEN_DATABASE_URL", "postgresql+asyncpg://jiefen@db/cases")
    monkeypatch.setenv("JIEFEN_KEYS_URL", "postgresql+asyncpg://jiefen@keys.example/keys?sslmode=verify-full")
    monkeypatch.setenv("JIEFEN_PLAINTEXT_HOSTS", "temporal db")
    assert read_settings().exposed("db", "temporal") == ""
    assert read_settings().exposed("db", "elsewhere") == "elsewhere"


def test_a_console_for_the_network_takes_tls_or_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIEFEN_HOST", "0.0.0.0")  # noqa: S104 - that is what is tried
    with pytest.raises(CannotStart, match="JIEFEN_HOST"):
        read_settings()
    for name, value in (("TRUSTED_PROXIES", "10.0.0.2"), ("PLAINTEXT_HOSTS", "0.0.0.0")):  # noqa: S104 - as above
        with monkeypatch.context() as changed:
            changed.setenv(f"JIEFEN_{name}", value)
            read_settings()
    monkeypatch.setenv("JIEFEN_TLS_CERT", str(tmp_path / "c.crt"))
    with pytest.raises(CannotStart, match="JIEFEN_TLS_KEY"):
        read_settings()
    monkeypatch.setenv("JIEFEN_TLS_KEY", str(tmp_path / "c.key"))
    assert read_settings().tls_cert == tmp_path / "c.crt"
    monkeypatch.setenv("JIEFEN_TRUSTED_PROXIES", "not-a-network")
    with pytest.raises(CannotStart, match="JIEFEN_TRUSTED_PROXIES"):
        read_settings()


def test_everything_listens_on_this_machine_alone_by_itself() -> None:
    found = Settings()
    assert (found.host, found.probe_host) == ("127.0.0.1", "127.0.0.1")


def test_no_field_with_the_name_of_a_secret_is_plain() -> None:
    plain = [name for name, field in Settings.model_fields.items() if field.repr and "SecretStr" not in repr(field.annotation)]
    suspicious = re.compile(r"(secret|token|password|_key|_url|_command)$")
    assert {name for name in plain if suspicious.search(name)} == {"public_url", "oidc_redirect_url", "tls_key"}
