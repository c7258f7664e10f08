"""The way to Temporal: by its own profile (`temporalio.envconfig`), over TLS wherever it leaves this machine, and what its refusals mean.

Used by `service/crew.py`. A sentence of ours stands in for each of the SDK's, which differ between versions and may name files.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from temporalio.envconfig import ClientConfig
from temporalio.service import GrpcCompression

from service.settings import CannotStart, Settings

PROFILE = "Temporal's profile (TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE, TEMPORAL_*)"

LASTING: tuple[tuple[str, str], ...] = (
    ("UnknownIssuer|BadSignature", "its certificate is not of an authority that is trusted here (TEMPORAL_TLS_SERVER_CA_CERT_PATH)"),
    ("NotValidForName", "its certificate is for another name (TEMPORAL_ADDRESS, TEMPORAL_TLS_SERVER_NAME)"),
    ("InvalidCertificate", "its certificate is not valid, or not any more"),
    ("InconsistentKeys|KeyMismatch", "our certificate and our key don't belong together (TEMPORAL_TLS_CLIENT_CERT_PATH, …_KEY_PATH)"),
    ("PrivateKeyParse|CertificateParse", "a certificate or key of ours can't be read as PEM (TEMPORAL_TLS_…)"),
    ("InvalidContentType|AlertReceived", "it does not take our TLS, or does not speak it (TEMPORAL_TLS, TEMPORAL_TLS_CLIENT_CERT_PATH)"),
    ("Unauthenticated|PermissionDenied", "it does not take our API key or certificate (TEMPORAL_API_KEY, TEMPORAL_NAMESPACE)"),
)
"""What the SDK says, and what it means. Nothing but a changed setting helps."""

CUT = ("transport error", "connection closed")
"""What the SDK says, one or the other, when a connection was closed after the handshake: so a server refuses a client's certificate."""

CLOSED = "it closes each connection: it wants TLS or a certificate of ours, or does not take the one it gets (TEMPORAL_TLS_…)"


def refusal(error: BaseException) -> str:
    """Return in one sentence why a server does not take us, where asking again does not help; else nothing."""
    return next((told for pattern, told in LASTING if re.search(pattern, str(error))), "")


def closed(error: BaseException) -> bool:
    """Whether the other side has closed the connection: now and then by chance, each time where it refuses us."""
    return any(cut in str(error) for cut in CUT)


def connection(settings: Settings) -> dict[str, Any]:
    """Return how to connect: by the profile where one names an address, else to the embedded server on this machine.

    Raises CannotStart for a profile that can't be used, and for one that leaves this machine without TLS.
    """
    try:
        found: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    except OSError as error:
        raise CannotStart(f"{PROFILE} names a file that can't be read: {error.strerror}") from None
    except (RuntimeError, ValueError, TypeError):
        # The SDK's words may repeat what stands in the file.
        raise CannotStart(f"{PROFILE} can't be used: a profile or a value of it is missing or not valid") from None
    sent = [str(found.get("api_key", "")), *map(str, found.get("rpc_metadata", {}).values())]
    if any(not re.fullmatch(r"[ -~]*", value) for value in sent):
        # The SDK would wait for ever.
        raise CannotStart(f"{PROFILE} holds a value that can't be sent: a line break, or a letter that is not ASCII")
    if not found.get("target_host"):
        return {**found, "target_host": f"127.0.0.1:{settings.temporal_port}", "grpc_compression": GrpcCompression.NONE}
    if not found.get("tls"):
        _in_clear(settings, str(found["target_host"]), key="api_key" in found)
    return found


def _in_clear(settings: Settings, address: str, *, key: bool) -> None:
    host = urlsplit(f"//{address}").hostname or ""
    if settings.exposed(host):
        more = ", and the API key with it" if key else ""
        raise CannotStart(
            f"TEMPORAL_ADDRESS goes to {host} without TLS{more}: set TEMPORAL_TLS, or name the host in JIEFEN_PLAINTEXT_HOSTS"
        )
