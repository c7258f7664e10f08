"""Runs the web face alone: `python -m web`. Ctrl-C or SIGTERM lets running requests end, and streams end at once."""

from __future__ import annotations

import logging
import sys
from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.secrecy.logs import configure_logs
from service.secrecy.transport import connection
from service.settings import CannotStart, Settings, read_settings
from service.watch import tracing
from web.app import create_app

log = logging.getLogger("jiefen.web")

GRACE = 10
"""Seconds that running requests have to end."""

CANNOT_START = 2
"""Exit code of a web face that can't start."""

KEPT = 75
"""Seconds an idle connection stays open: longer than people think between two clicks, or a form may meet a closing door."""


class Server(uvicorn.Server):
    """uvicorn, which alone would wait for streams that never end by themselves."""

    def __init__(self, app: FastAPI, **options: object) -> None:
        chosen = {
            "host": "127.0.0.1",
            # Its own set-up would pass ours by.
            "log_config": None,
            "log_level": "warning",
            # Addresses may be secrets (`/feeds/…`): no log of them, at whatever level.
            "access_log": False,
            "proxy_headers": False,
            "server_header": False,
            "timeout_graceful_shutdown": GRACE,
            "timeout_keep_alive": KEPT,
        }
        super().__init__(uvicorn.Config(app, **{**chosen, **options}))  # type: ignore[arg-type]
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop, on a signal."""
        self._app.state.pulse.stop()
        super().handle_exit(sig, frame)


def options(settings: Settings) -> dict[str, object]:
    """Return where to listen, with which certificate, and whose word counts for who asks."""
    chosen: dict[str, object] = {"host": settings.host, "port": settings.port}
    if settings.tls_cert and settings.tls_key:
        chosen |= {"ssl_certfile": str(settings.tls_cert), "ssl_keyfile": str(settings.tls_key)}
    if settings.trusted_proxies:
        chosen |= {"proxy_headers": True, "forwarded_allow_ips": settings.trusted_proxies.split()}
    return chosen


def main() -> int:
    """Serve as the settings say, until a signal; 2 where that can't be done."""
    try:
        settings = read_settings()
        configure_logs(settings.log_format)
        connection(settings)
        tracing.begin("jiefen-web")
        server = Server(create_app(settings), **options(settings))
    except CannotStart as error:
        log.error("cannot_start: %s", error)  # noqa: TRY400 - the sentence says it all
        return CANNOT_START
    except OSError as error:
        log.error("cannot_start: JIEFEN_TLS_CERT or JIEFEN_TLS_KEY: %s", error)  # noqa: TRY400 - as above
        return CANNOT_START
    server.run()
    tracing.end()
    return 0 if server.started else CANNOT_START


if __name__ == "__main__":
    sys.exit(main())
