"""A real SMTP server, with STARTTLS and a login, that keeps what it has got and can refuse on demand."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.support.processes import free_port

USER, PASSWORD = "jiefen", "a long password"


@dataclass
class MailServer:
    """What it has got, and what it answers."""

    port: int = 0
    got: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    rcpt: str = ""
    """Its answer to a recipient, where it refuses."""
    data: str = "250 OK queued as 4Xyz"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.data.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.got.append(message_from_bytes(content, policy=policy.default))
            self.to.extend(envelope.rcpt_tos)
        return self.data


@contextmanager
def mail_server(tls: ssl.SSLContext, *, whole: bool = False) -> Iterator[MailServer]:
    """Run it on a port of its own: it wants STARTTLS and a login, or with `whole` speaks TLS from the first word on, and wants none."""

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        good = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    made = MailServer()
    login = {"auth_required": True, "authenticator": check}
    guarded: dict[str, Any] = {"ssl_context": tls} if whole else {"tls_context": tls, "require_starttls": True, **login}
    controller = Controller(made, hostname="127.0.0.1", port=free_port(), **guarded)
    controller.start()
    try:
        made.port = controller.port
        yield made
    finally:
        controller.stop()
