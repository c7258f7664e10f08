"""E-mail by SMTP, encrypted on its way, with attachments. The message id is the delivery's: a mail sent twice is the same mail."""

from __future__ import annotations

import re
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import aiosmtplib

from models.message import Attempt, Delivery, ErrorClass
from models.message_plan import Channels, MailServer
from service.messages.letters import Letter, Letters
from service.messages.secrets import NoSecret, Secrets

BUSY = frozenset({421, 450, 451, 452})
"""Replies that ask to come back later."""

REFUSED_FROM = 500


class MailRoad:
    """Sends mail."""

    def __init__(self, channels: Channels, secrets: Secrets, letters: Letters, trust: Any = True) -> None:
        self._channels = channels
        self._secrets = secrets
        self._letters = letters
        self._trust = trust if isinstance(trust, ssl.SSLContext) else None

    async def send(self, delivery: Delivery) -> Attempt:
        """Send the letter of a delivery."""
        server = self._channels.mail
        if server is None:
            return Attempt(error=ErrorClass.SETTINGS)
        letter = await self._letters.write(delivery)
        if isinstance(letter, ErrorClass):
            return Attempt(error=letter)
        return await self.post(server, letter, delivery.id)

    async def post(self, server: MailServer, letter: Letter, message_id: str) -> Attempt:
        """Hand a letter to the server."""
        try:
            password = self._secrets.get(server.password) if server.password is not None else None
        except NoSecret:
            return Attempt(error=ErrorClass.SETTINGS)
        try:
            _, answer = await aiosmtplib.send(
                composed(server, letter, message_id),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=password,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=self._trust,
                timeout=server.pace.timeout_seconds,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return _failed(error)
        return Attempt(status=250, external_id=_queued_as(answer))


def composed(server: MailServer, letter: Letter, message_id: str) -> EmailMessage:
    """The letter as a mail."""
    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail["From"] = Address(display_name=server.sender_name, addr_spec=server.sender)
    mail["To"] = Address(addr_spec=letter.address)
    mail["Message-ID"] = f"<{message_id}@{server.sender.rpartition('@')[2]}>"
    # Nobody's absence note has to come back to us.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    for one in letter.attachments:
        main, _, sub = one.media_type.partition("/")
        if main == "text":
            params = {"method": one.method} if one.method else None
            mail.add_attachment(one.content.decode(), subtype=sub, filename=one.name, params=params)
        else:
            mail.add_attachment(one.content, maintype=main, subtype=sub, filename=one.name)
    return mail


def _failed(error: Exception) -> Attempt:
    """What an exception of the library says."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Attempt(error=ErrorClass.CREDENTIALS, status=error.code)
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        code = next((one.code for one in error.recipients), 0)
        return Attempt(error=ErrorClass.BUSY if code in BUSY else ErrorClass.REFUSED, status=code)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        kind = ErrorClass.BUSY if error.code in BUSY else ErrorClass.REFUSED if error.code >= REFUSED_FROM else ErrorClass.SERVER
        return Attempt(error=kind, status=error.code)
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return Attempt(error=ErrorClass.TIMEOUT)
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return Attempt(error=ErrorClass.TLS)
    if isinstance(error, aiosmtplib.SMTPException) and "STARTTLS" in type(error).__name__.upper():
        return Attempt(error=ErrorClass.TLS)
    return Attempt(error=ErrorClass.UNREACHABLE)


def _queued_as(answer: str) -> str:
    """What the server calls the mail, where it says so."""
    found = re.search(r"queued as (\S{1,100})", answer)
    return found[1] if found else ""
