"""PostgreSQL over TLS, against a real server that takes nothing else: with the right authority it works, else it is refused and said."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from faces.output import _told
from store.connect import StoreRefuses
from store.engine import Store, migrate
from store.keyring.master_sources import MasterKeys
from store.tls import BadAddress, in_clear
from tests.support.certificates import Authority
from tests.support.pg_tls import TlsPostgres
from tests.support.processes import free_port
from tests.support.running import ROOT


@dataclass
class Site:
    server: TlsPostgres
    ours: Authority
    other: Authority
    client: str
    """The part of an address that names our certificate."""

    def address(self, database: str, *, host: str = "localhost", ca: Authority | None = None, mode: str = "verify-full") -> str:
        return f"{self.server.address(database, host)}?sslmode={mode}&sslrootcert={(ca or self.ours).ca}{self.client}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("pg-tls")
    ours, other = Authority(folder, "ours"), Authority(folder, "other")
    client = ours.issue("jiefen")
    server = TlsPostgres(ours.issue("server", "localhost"), free_port(), clients=ours.ca)
    yield Site(server, ours, other, f"&sslcert={client.cert}&sslkey={client.key}")
    server.stop()


async def test_database_keys_and_migrations_work_over_checked_tls_with_a_certificate_of_ours(site: Site, tmp_path: Path) -> None:
    url, keys = site.address(site.server.create()), site.address(site.server.create())
    store = await Store.open(url, keys, MasterKeys(tmp_path / "master.key"))
    try:
        async with store.read() as db:
            found = await db.exec_driver_sql("SELECT version, client_dn FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl")
            version, name = tuple(found.one())
        assert version >= "TLSv1.2"
        assert name == "/CN=jiefen"
    finally:
        await store.close()


async def test_a_server_of_another_authority_or_name_is_refused(site: Site) -> None:
    name = site.server.create()
    for url in (site.address(name, ca=site.other), site.address(name, host="127.0.0.1")):
        with pytest.raises(StoreRefuses, match="no trusted TLS connection to PostgreSQL"):
            await migrate(url)
    await migrate(site.address(name, host="127.0.0.1", mode="verify-ca"))


async def test_a_plain_connection_or_one_without_our_certificate_is_refused(site: Site) -> None:
    name = site.server.create()
    plain = site.server.address(name)
    for url in (f"{plain}?sslmode=disable", f"{plain}?sslmode=verify-full&sslrootcert={site.ours.ca}"):
        with pytest.raises(StoreRefuses, match="PostgreSQL does not let us in"):
            await migrate(url)


async def test_a_file_that_is_not_there_is_said_without_its_name(site: Site) -> None:
    with pytest.raises(BadAddress) as caught:
        await migrate(f"{site.server.address('x')}?sslmode=verify-full&sslrootcert=/secret/place.crt")
    assert "secret" not in str(caught.value)


def test_a_command_says_so_in_one_line(site: Site, tmp_path: Path) -> None:
    environment = {"JIEFEN_HOME": str(tmp_path), "JIEFEN_DATABASE_URL": site.address(site.server.create(), ca=site.other)}
    command = [sys.executable, "starter.py", "list", "--as", "director@huaxi-centre"]
    said = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, cwd=ROOT, check=False)
    assert said.returncode == 2
    assert said.stderr.startswith("store_refuses: ")
    assert len(said.stderr.splitlines()) == 1
    assert str(site.other.ca) not in said.stderr


def test_the_command_line_has_a_code_for_each() -> None:
    assert [_told(error, "")[0] for error in (StoreRefuses("x"), BadAddress("x"))] == ["store_refuses", "settings"]


PG = "postgresql+asyncpg://jiefen:opensesame@"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("sqlite+aiosqlite:///x.db", ()),
        (f"{PG}localhost/x", ()),
        (f"{PG}127.0.0.9:5432/x", ()),
        (f"{PG}[::1]/x", ()),
        (f"{PG}/x?host=/run/postgresql", ()),
        (f"{PG}db.example/x", ("db.example",)),
        (f"{PG}10.0.0.5/x?sslmode=require", ("10.0.0.5",)),
        (f"{PG}10.0.0.5/x?sslmode=disable", ("10.0.0.5",)),
        (f"{PG}/x?host=localhost&host=db.example:5433", ("db.example",)),
        (f"{PG}/x?host=a.example,b.example", ("a.example", "b.example")),
        (f"{PG}db.example/x?sslmode=verify-full&sslrootcert=ca.crt", ()),
        (f"{PG}db.example/x?sslmode=verify-ca", ()),
    ],
)
def test_an_address_says_whether_it_leaves_this_machine_in_clear(url: str, hosts: tuple[str, ...]) -> None:
    assert in_clear(url) == hosts


@pytest.mark.parametrize("url", ["nonsense opensesame", f"{PG}db/x?sslmode=opensesame", f"{PG}db:opensesame/x"])
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    with pytest.raises(BadAddress) as caught:
        in_clear(url)
    assert "opensesame" not in str(caught.value)
