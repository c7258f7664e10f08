from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.message import ErrorClass
from service.messages.http import ForbiddenAddress, Http, Resolver, retry_after
from tests.support.receiver import Receiver

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


async def ask(http: Http, url: str) -> ErrorClass | None:
    answer = await http.send("POST", url, headers={}, body=b"{}", patience=5, now=NOW)
    await http.close()
    return answer.attempt.error


async def test_what_is_not_allowed_is_not_asked(receiver: Receiver) -> None:
    assert await ask(Http(("127.0.0.1:1",)), receiver.url) is ErrorClass.FORBIDDEN_HOST
    assert await ask(Http(("127.0.0.1",)), receiver.url) is ErrorClass.FORBIDDEN_HOST, "a port of its own has to be named"
    assert receiver.got == []
    assert await ask(Http((receiver.host,)), receiver.url) is None


async def test_a_name_that_leads_to_this_machine_is_refused() -> None:
    """Whoever owns a name may let it lead here after it was allowed; the capitals make it another word than the one we know."""
    with pytest.raises(ForbiddenAddress):
        await Resolver().resolve("LOCALHOST", 80)
    assert (await Resolver().resolve("localhost", 80))[0]["host"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0),
        ("Mon, 02 Mar 2026 02:01:00 GMT", 60.0),
        ("Mon, 02 Mar 2026 01:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds
