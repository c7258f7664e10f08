"""Settings: one frozen object, read once from the environment (`JIEFEN_*`) by `worker.py` or `starter.py` and passed down."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from service.entry.addresses import is_safe
from store.keyring.master_sources import MasterKeys

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; places and casebook are data beside the code."""

UI_ABOVE = 1000
"""The pages of the embedded Temporal server listen this far above its port."""


def _address(value: str) -> str:
    """Refuse an address over which a sign-in must not go."""
    if value and not is_safe(value):
        raise ValueError("has to be an https address; http is for this machine alone")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""A web address that nobody on the way can read or change; empty = there is none."""


class Settings(BaseSettings):
    """Where data lies and which servers to talk to. Every field can be set as `JIEFEN_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="JIEFEN_", frozen=True, extra="ignore", hide_input_in_errors=True)

    home: Path = Path(".jiefen")
    """Folder of all data of the embedded default: databases, keys, logs."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port of the console."""
    public_url: str = Field(default="", pattern=r"^(https?://[!-~]+[^/!])?$")
    """Address citizens reach the console at, as the QR code of a receipt slip has it; empty = the one the clerk's browser asked for."""
    demo_accounts: bool = False
    """Whether `demo:role@unit` is taken as a sign-in from this machine; `starter.py up` switches it on for the embedded default."""
    temporal_port: int = Field(default=7233, ge=1, le=65535)
    """Port of the embedded Temporal server; its UI listens 1,000 above."""
    health_port: int = Field(default=8090, ge=0, le=65535)
    """Port of the worker's health page; 0 = none."""
    metrics_port: int = Field(default=9090, ge=0, le=65535)
    """Port of the worker's Prometheus metrics; 0 = none."""
    database_url: str = ""
    """SQLAlchemy URL of the cases; empty = SQLite in `home`."""
    keys_url: str = ""
    """SQLAlchemy URL of the vault's keys; empty = SQLite in `home`."""
    place: str = "huaxi"
    """Which folder of `places/` this instance serves."""
    places: Path = ROOT / "places"
    rate_writes: int = Field(default=300, ge=0)
    """Writes that one session or token may make in a minute; 20 times as many at one address. 0 = no limit."""
    rate_reads: int = Field(default=600, ge=0)
    """The same for lists, searches and figures."""
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
    master_key_command: str = ""
    """A command that wraps and unwraps master keys, for a key service; see `store/keyring/master_sources.py`."""
    payload_cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """What payloads for Temporal are sealed with; both are always read."""
    temporal_ui_origin: Address = ""
    """Origin of the Temporal pages that may ask `/codec` to open payloads; empty = those of the embedded server."""
    arrival_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Secrets of the systems that send events, by their ids, as JSON; several of one with commas between."""
    arrival_secrets_dir: Path | None = None
    """A folder with a file `ID.secret` for each of them, one secret a line; empty = `arrivals` in `home`. Read at each request."""
    task_queue: str = "disputes"
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
    def _one_master(self) -> Self:
        if self.master_key.get_secret_value() and self.master_key_command:
            raise ValueError("JIEFEN_MASTER_KEY and JIEFEN_MASTER_KEY_COMMAND can't both be set")
        try:
            shlex.split(self.master_key_command)
        except ValueError:
            raise ValueError("JIEFEN_MASTER_KEY_COMMAND is not a command line") from None
        return self

    @model_validator(mode="after")
    def _whole_oidc(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_redirect_url):
            raise ValueError("JIEFEN_OIDC_ISSUER needs JIEFEN_OIDC_CLIENT_ID and JIEFEN_OIDC_REDIRECT_URL")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("JIEFEN_OIDC_SCOPES needs openid")
        return self

    @property
    def place_folder(self) -> Path:
        """The folder of the place's data."""
        return self.places / self.place

    @property
    def ui_origin(self) -> str:
        """The one origin whose pages may ask `/codec`."""
        return self.temporal_ui_origin.rstrip("/") or f"http://127.0.0.1:{self.temporal_port + UI_ABOVE}"

    @property
    def master_keys(self) -> MasterKeys:
        """Where the master keys come from."""
        file = self.master_key_file or self.home / "master.key"
        return MasterKeys(file, self.master_key.get_secret_value(), tuple(shlex.split(self.master_key_command)))
