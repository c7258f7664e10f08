"""Over which addresses a sign-in may go, and what settings say of them."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from service.entry.addresses import inside, is_safe
from service.settings import Settings

WHOLE = {"oidc_issuer": "https://id.example", "oidc_client_id": "jiefen", "oidc_redirect_url": "https://jiefen.example/login/oidc/callback"}


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://id.example", True),
        ("https://id.example:8443/realms/huaxi?x=1", True),
        ("http://127.0.0.1:9400", True),
        ("http://localhost:9400/x", True),
        ("http://[::1]:9400", True),
        ("http://id.example", False),
        ("http://localhost.id.example", False),
        ("http://127.0.0.1.id.example", False),
        ("https://somebody@id.example", False),
        ("https://id.example/#x", False),
        ("https://id.example/a b", False),
        ("https://id.example:port", False),
        ("https://[id.example", False),
        ("https:///path", False),
        ("ftp://127.0.0.1", False),
        ("id.example", False),
        ("", False),
    ],
)
def test_https_or_this_machine(address: str, safe: bool) -> None:
    assert is_safe(address) is safe


@pytest.mark.parametrize(
    "change",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_redirect_url": "http://jiefen.example/login/oidc/callback"},
        {"oidc_redirect_url": ""},
        {"oidc_client_id": ""},
        {"oidc_scopes": "profile"},
    ],
)
def test_half_a_provider_is_refused_at_the_start_without_a_word_of_the_secret(change: dict[str, str]) -> None:
    assert Settings.model_validate(WHOLE).oidc_issuer == "https://id.example"
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate(WHOLE | {"oidc_client_secret": "kept-to-itself"} | change)
    assert "kept-to-itself" not in str(raised.value)


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/\x00", "/a\\b", ""])
def test_nobody_is_sent_on_to_another_site(path: str) -> None:
    assert inside(path) == ""
    assert inside("/cases?stage=signed") == "/cases?stage=signed"
