"""A PostgreSQL server that takes connections over TLS alone; its socket is for the tests' own housekeeping."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.postgres import Postgres
from tests.support.certificates import Pair

RULES = """\
local all all trust
hostssl all all 127.0.0.1/32 {method}
hostssl all all ::1/128 {method}
"""
"""Who may come in how: over the network with TLS alone. What is not named is refused."""


class TlsPostgres(Postgres):
    """Listens on this machine's address with a certificate; with `clients` it wants one of that authority, for the user `jiefen`."""

    def __init__(self, server: Pair, port: int, clients: Path | None = None) -> None:
        self.port = port
        self._server = server
        self._clients = clients
        super().__init__()

    def address(self, database: str, host: str = "localhost") -> str:
        """SQLAlchemy's address of a database over the network."""
        return f"postgresql+asyncpg://jiefen@{host}:{self.port}/{database}"

    def _settings(self) -> tuple[str, ...]:
        data = self.folder / "data"
        (data / "pg_hba.conf").write_text(RULES.format(method="cert" if self._clients else "trust"))
        certificate = self._given(self._server.cert, "server.crt")
        made = ["ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={self._given(self._server.key, 'server.key')}"]
        made += [f"ssl_ca_file={self._given(self._clients, 'clients.crt')}"] if self._clients else []
        return (*super()._settings(), *made, "listen_addresses=127.0.0.1", f"port={self.port}")

    def _given(self, file: Path, name: str) -> Path:
        """Copy a file to where the server may read it, and nobody else."""
        copy = self.folder / name
        shutil.copyfile(file, copy)
        copy.chmod(0o600)
        shutil.chown(copy, self.user)
        return copy
