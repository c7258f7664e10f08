"""Runs the web face alone: `python -m web`. Ctrl-C or SIGTERM lets running requests end, and streams end at once."""

from __future__ import annotations

from types import FrameType

import uvicorn
from fastapi import FastAPI

from service.settings import Settings
from web.app import create_app

GRACE = 10
"""Seconds that running requests have to end."""

KEPT = 75
"""Seconds an idle connection stays open: longer than people think between two clicks, or a form may meet a closing door."""


class Server(uvicorn.Server):
    """uvicorn, which alone would wait for streams that never end by themselves."""

    def __init__(self, app: FastAPI, **options: object) -> None:
        chosen = {
            "host": "127.0.0.1",
            "log_level": "warning",
            # Addresses may be secrets (`/feeds/…`): no log of them, at whatever level.
            "access_log": False,
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


def main() -> None:
    """Serve on this machine's own address at the port of the settings."""
    settings = Settings()
    Server(create_app(settings), port=settings.port).run()


if __name__ == "__main__":
    main()
