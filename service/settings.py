"""Settings: one frozen object, read once from the environment (`JIEFEN_*`) by `worker.py` or `starter.py` and passed down."""

from __future__ import annotations

import ipaddress
import os
import shlex
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_serializer, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SecretsSettingsSource, SettingsConfigDict

from models.words import Algorithm
from rules.digests import offered
from service.entry.addresses import is_safe
from store.keyring.master_sources import MasterKeys
from store.tls import BadAddress, in_clear, is_local

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; places and casebook are data beside the code."""

UI_ABOVE = 1000
"""The pages of the embedded Temporal server listen this far above its port."""


QUEUES = ("disputes", "grid", "upkeep")
"""Kinds of work that may have a queue of their own."""

SECRETS_DIR = ("JIEFEN_SECRETS_DIR", "CREDENTIALS_DIRECTORY")
"""Variables that name a folder of secrets: our own, and the one systemd sets for `LoadCredential=`."""


class CannotStart(RuntimeError):
    """Why a process of ours can't start or go on, in one sentence; it repeats no value of a setting that is secret."""


def _networks(value: str) -> str:
    """Refuse what is not a list of networks."""
    for part in value.split():
        ipaddress.ip_network(part)
    return value


Networks = Annotated[str, AfterValidator(_networks)]
"""Addresses or networks (`10.1.0.0/16`) with spaces between."""


def _address(value: str) -> str:
    """Refuse an address over which a sign-in must not go."""
    if value and not is_safe(value):
        raise ValueError("has to be an https address; http is for this machine alone")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""A web address that nobody on the way can read or change; empty = there is none."""


class Settings(BaseSettings):
    """Where data lies and which servers to talk to.

    Every field can be set as `JIEFEN_<NAME>`, or stand in a file `jiefen_<name>` of the folder of secrets (`JIEFEN_SECRETS_DIR`,
    or systemd's own); the environment goes first.
    """

    model_config = SettingsConfigDict(env_prefix="JIEFEN_", frozen=True, extra="ignore", hide_input_in_errors=True)

    home: Path = Path(".jiefen")
    """Folder of all data of the embedded default: databases, keys, logs."""
    host: str = "127.0.0.1"
    """Address the console listens on. Any but this machine's own takes TLS: the next two, or a proxy in front."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port of the console."""
    tls_cert: Path | None = None
    """File with the console's certificate and those above it; the console then speaks https alone."""
    tls_key: Path | None = None
    """File with its key."""
    trusted_proxies: Networks = ""
    """Proxies whose word counts for who asks and whether they came by https (`X-Forwarded-For`, `X-Forwarded-Proto`); empty = none."""
    metrics_from: Networks = "127.0.0.0/8 ::1/128"
    """Who may ask the console's process for `/metrics`."""
    probe_host: str = "127.0.0.1"
    """Address the worker's health page and metrics listen on; neither says anything of a case, and both speak plain http."""
    plaintext_hosts: str = ""
    """Hosts, with spaces between, that are talked to without checked TLS on purpose, as within one private network. A console's own
    `host` may stand here too."""
    public_url: str = Field(default="", pattern=r"^(https?://[!-~]+[^/!])?$")
    """Address citizens reach the console at, as the QR code of a receipt slip has it; empty = the one the clerk's browser asked for."""
    demo_accounts: bool = False
    """Whether `demo:role@unit` is taken as a sign-in from this machine; `starter.py up` switches it on. It counts in the embedded default
    alone: a database or a Temporal elsewhere wants accounts."""
    temporal_port: int = Field(default=7233, ge=1, le=65535)
    """Port of the embedded Temporal server; its UI listens 1,000 above."""
    health_port: int = Field(default=8090, ge=0, le=65535)
    """Port of the worker's health page; 0 = none."""
    metrics_port: int = Field(default=9090, ge=0, le=65535)
    """Port of the worker's Prometheus metrics; 0 = none."""
    database_url: str = Field(default="", repr=False)
    """SQLAlchemy URL of the cases; empty = SQLite in `home`. PostgreSQL over TLS: see `store/tls.py`."""
    keys_url: str = Field(default="", repr=False)
    """SQLAlchemy URL of the vault's keys; empty = SQLite in `home`."""
    place: str = "huaxi"
    """Which folder of `places/` this instance serves."""
    places: Path = ROOT / "places"
    rate_writes: int = Field(default=300, ge=0)
    """Writes that one session or token may make in a minute; 20 times as many at one address. 0 = no limit."""
    rate_reads: int = Field(default=600, ge=0)
    """The same for lists, searches and figures."""
    token: SecretStr = SecretStr("")
    """A personal API token for the command line, where `--as` is not taken at its word."""
    token_file: Path | None = None
    """A file with that token, readable by its owner alone."""
    cli_as: Literal["embedded", "never"] = "embedded"
    """Whether the embedded default takes `--as` at its word."""
    export_rows: int = Field(default=20_000, ge=1, le=1_000_000)
    """Most rows of one exported file."""
    oidc_issuer: Address = ""
    """Address of the OIDC provider people sign in with, exactly as it calls itself; empty = there is none."""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_client_secret_file: Path | None = None
    """A file with the client's secret, instead of the environment; read at each sign-in, so that it may be changed."""
    oidc_redirect_url: Address = ""
    """Address the provider sends people back to, as registered there: `https://…/login/oidc/callback`."""
    oidc_scopes: str = "openid profile"
    oidc_claim: str = "preferred_username"
    """Which claim holds the login name of the account; `email` counts only where it is verified."""
    oidc_acr: str = ""
    """Values of `acr`, with spaces between, by which this provider says that there was a second factor; `amr` counts in any case."""
    master_key_file: Path | None = None
    """File of the master keys; empty = `master.key` in `home`. Made at the first start, unless one of the next two is set."""
    master_key: SecretStr = SecretStr("")
    """The master keys themselves, as lines of that file; line breaks or commas between, the first one wraps."""
    master_key_command: str = Field(default="", repr=False)
    """A command that wraps and unwraps master keys, for a key service; see `store/keyring/master_sources.py`."""
    payload_cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """What payloads for Temporal are sealed with; both are always read."""
    hash_algorithm: Algorithm = Algorithm.SHA256
    """What new events, log lines, seals, anchors and commitments are made with; both are always read."""
    anchors: Path | None = None
    """Folder for the files of anchors; empty = `anchors` in `home`."""
    anchor_at: str = Field(default="23:50", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When on each local day its anchor is made."""
    anchor_command: str = Field(default="", repr=False)
    """A command that is given each new file of an anchor, for an outside time stamp or a print."""
    temporal_ui_origin: Address = ""
    """Origin of the Temporal pages that may ask `/codec` to open payloads; empty = those of the embedded server."""
    arrival_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Secrets of the systems that send events, by their ids, as JSON; several of one with commas between."""
    arrival_secrets_dir: Path | None = None
    """A folder with a file `ID.secret` for each of them, one secret a line; empty = `arrivals` in `home`. Read at each request."""
    clamd: str = Field(default="", pattern=r"^(/.+|[A-Za-z0-9.:\[\]-]+:\d{1,5})?$")
    """Where files that are brought in are scanned for viruses: `host:port` of clamd, or the path of its socket; empty = nowhere."""
    task_queue: str = "disputes"
    """Temporal's queue of this instance's cases."""
    grid_queue: str = ""
    """Its queue of affairs of the grid: whistles, rounds, hazards. Empty = that of the cases."""
    upkeep_queue: str = ""
    """Its queue of what takes minutes: the daily anchor, the monthly bulletins, lists of households. Empty = that of the cases."""
    serves: str = ""
    """Which of `disputes`, `grid` and `upkeep` this worker serves, with spaces between; empty = all."""
    cached_cases: int = Field(default=10_000, ge=0, le=100_000)
    """How many running cases a worker keeps in memory, some 150 kB each; one that is not kept is read anew from its history."""
    pollers: int = Field(default=5, ge=0, le=100)
    """Requests for work that a worker has open with the server; 0 = as many as the load asks for."""
    retries_per_second: float = Field(default=0, ge=0)
    """Most pieces of work that all workers of a queue together begin through the server in a second: publishing tried again after an
    outage of the database, deliveries to other cases. 0 = no limit. Work beside a case (the usual way) is not counted."""
    messages: Literal["on", "off", "only"] = "on"
    """Whether a worker sends messages beside its work; `only` = it does nothing else."""
    channels_file: Path | None = None
    """The roads by which messages leave; empty = `messages/channels.yaml` of the place."""
    citizen_code: bool = False
    """Whether the query page asks for a code by text message as well, where there is a gateway."""
    secrets_folder: Path | None = None
    """Folder of the roads' secrets, a file each; empty = `secrets` in `home`."""
    log_format: str = Field(default="auto", pattern="^(auto|json|console)$")

    @model_validator(mode="after")
    def _defaults(self) -> Self:
        home = self.home.absolute()
        object.__setattr__(self, "home", home)
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite+aiosqlite:///{home / 'jiefen.db'}")
        if not self.keys_url:
            object.__setattr__(self, "keys_url", f"sqlite+aiosqlite:///{home / 'keys.db'}")
        return self

    @model_validator(mode="after")
    def _safe_databases(self) -> Self:
        for name, url in (("JIEFEN_DATABASE_URL", self.database_url), ("JIEFEN_KEYS_URL", self.keys_url)):
            try:
                exposed = self.exposed(*in_clear(url))
            except BadAddress as error:
                raise ValueError(f"{name} {error}") from None
            if exposed:
                raise ValueError(
                    f"{name} goes to {exposed} without checked TLS: add sslmode=verify-full&sslrootcert=FILE, "
                    "or name the host in JIEFEN_PLAINTEXT_HOSTS"
                )
        return self

    @model_validator(mode="after")
    def _safe_console(self) -> Self:
        if bool(self.tls_cert) != bool(self.tls_key):
            raise ValueError("JIEFEN_TLS_CERT and JIEFEN_TLS_KEY have to be set together")
        if not self.tls_cert and not self.trusted_proxies and self.exposed(self.host):
            raise ValueError(
                "JIEFEN_HOST is not this machine's own address: set JIEFEN_TLS_CERT and JIEFEN_TLS_KEY, or JIEFEN_TRUSTED_PROXIES for "
                "a proxy that speaks TLS, or name the address in JIEFEN_PLAINTEXT_HOSTS"
            )
        return self

    @field_serializer("database_url", "keys_url", "master_key_command", "anchor_command")
    def _masked(self, value: str) -> str:
        """They may hold passwords: whoever writes the settings out gets none."""
        return "**********" if value else ""

    def exposed(self, *hosts: str) -> str:
        """Return the first of these hosts that is not this machine and may not be talked to in clear, or nothing."""
        return next((host for host in hosts if not is_local(host) and host not in self.plaintext_hosts.split()), "")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names them
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the folder of secrets behind the environment."""
        folder = next((os.environ[name] for name in SECRETS_DIR if os.environ.get(name)), None)
        if folder is not None and not Path(folder).is_dir():
            raise CannotStart("JIEFEN_SECRETS_DIR is not a folder that can be read")
        return init_settings, env_settings, SecretsSettingsSource(settings_cls, secrets_dir=folder)

    @model_validator(mode="after")
    def _one_master(self) -> Self:
        if self.master_key.get_secret_value() and self.master_key_command:
            raise ValueError("JIEFEN_MASTER_KEY and JIEFEN_MASTER_KEY_COMMAND can't both be set")
        try:
            shlex.split(self.master_key_command)
        except ValueError:
            raise ValueError("JIEFEN_MASTER_KEY_COMMAND is not a command line") from None
        return self

    @field_validator("serves")
    @classmethod
    def _known_queues(cls, value: str) -> str:
        if unknown := set(value.split()) - set(QUEUES):
            raise ValueError(f"knows {', '.join(QUEUES)} and not {min(unknown)}")
        return value

    @field_validator("hash_algorithm")
    @classmethod
    def _offered(cls, value: Algorithm) -> Algorithm:
        if not offered(value):
            raise ValueError(f"the OpenSSL of this installation offers no {value.upper()}: set it to sha256")
        return value

    @field_validator("anchor_command")
    @classmethod
    def _command_line(cls, value: str) -> str:
        try:
            shlex.split(value)
        except ValueError:
            raise ValueError("is not a command line") from None
        return value

    @model_validator(mode="after")
    def _whole_oidc(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_redirect_url):
            raise ValueError("JIEFEN_OIDC_ISSUER needs JIEFEN_OIDC_CLIENT_ID and JIEFEN_OIDC_REDIRECT_URL")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("JIEFEN_OIDC_SCOPES needs openid")
        return self

    def queue(self, kind: str) -> str:
        """Return the server's name of the queue for a kind of work, one of `QUEUES`."""
        return {"grid": self.grid_queue, "upkeep": self.upkeep_queue}.get(kind) or self.task_queue

    @property
    def served(self) -> tuple[str, ...]:
        """The kinds of work that a worker of this process takes."""
        return tuple(kind for kind in QUEUES if not self.serves or kind in self.serves.split())

    @property
    def place_folder(self) -> Path:
        """The folder of the place's data."""
        return self.places / self.place

    @property
    def anchors_folder(self) -> Path:
        """The folder for the files of anchors."""
        return self.anchors or self.home / "anchors"

    @property
    def secrets(self) -> Path:
        """The folder of the roads' secrets."""
        return self.secrets_folder or self.home / "secrets"

    @property
    def ui_origin(self) -> str:
        """The one origin whose pages may ask `/codec`."""
        return self.temporal_ui_origin.rstrip("/") or f"http://127.0.0.1:{self.temporal_port + UI_ABOVE}"

    @property
    def master_keys(self) -> MasterKeys:
        """Where the master keys come from."""
        file = self.master_key_file or self.home / "master.key"
        return MasterKeys(file, self.master_key.get_secret_value(), tuple(shlex.split(self.master_key_command)))


def read_settings() -> Settings:
    """Read the settings from the environment. Raises CannotStart naming the variable, never its value."""
    try:
        return Settings()
    except ValidationError as error:
        first: Any = error.errors(include_input=False, include_url=False, include_context=False)[0]
        name = "_".join(("JIEFEN", *(str(part).upper() for part in first["loc"])))
        raise CannotStart(f"{name}: {first['msg']}") from None
    except OSError as error:
        raise CannotStart(f"a file of JIEFEN_SECRETS_DIR can't be read: {error.strerror}") from None
