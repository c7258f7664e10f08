from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest

from rules.messages.signing import secret_bytes, signature, signed_headers
from tests.support import javascript

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "messages.md").read_text(encoding="utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""Of the reference's own example."""


def sample(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_it_signs_as_the_reference_does() -> None:
    body = b'{"test": 2432232314}'
    signed = signature(secret_bytes(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_samples_of_the_page_take_what_is_ours_and_nothing_else(tmp_path: Path) -> None:
    body = '{"名":"解纷"}'
    other = base64.b64encode(b"o" * 32).decode()
    headers = signed_headers([secret_bytes(f"whsec_{other}"), secret_bytes(SECRET)], "id.1", 1_000_000, body.encode())
    names: dict[str, Any] = {}
    exec(sample("python"), names)  # noqa: S102 - the sample is what is tested
    check = names["check"]
    assert check(SECRET, headers, body.encode(), 1_000_100)
    assert not check(SECRET, headers, body.encode() + b" ", 1_000_100)
    assert not check(SECRET, headers, body.encode(), 1_000_400), "too old"
    file = tmp_path / "sample.mjs"
    file.write_text(sample("js"), encoding="utf-8")
    given = {"secret": SECRET, "headers": headers, "body": body, "now": 1_000_100}
    assert javascript.run("webhook.mjs", str(file), given=given) == {"good": True, "changed": False}
    assert javascript.run("webhook.mjs", str(file), given={**given, "now": 1_000_400}) == {"good": False, "changed": False}


@pytest.mark.parametrize("written", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_%%%", "whsec_" + "A" * 100])
def test_what_is_no_secret_is_refused_without_saying_it(written: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as error:
        secret_bytes(written)
    assert not written or written == "whsec_" or written not in str(error.value)
