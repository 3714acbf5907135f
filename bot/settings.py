"""Environment → frozen `Settings`. The only place that reads the environment.

What a project's file `.env` says counts where the environment says nothing.
"""

from __future__ import annotations

import os
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping


ENV_FILE = ".env"
Networks = tuple[IPv4Network | IPv6Network, ...]


class ServiceRole(StrEnum):
    """What a process does. `all` is every one of them."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"
    COURIER = "courier"
    CLOCK = "clock"

    def includes(self, *roles: ServiceRole) -> bool:
        """Tell whether a process in this role does what one of `roles` does."""
        return self is ServiceRole.ALL or self in roles


class Settings(BaseSettings):
    """Everything that differs between machines. The project's own files say the rest."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    ops_port: int | None = Field(default=None, ge=0, le=65535, validation_alias="VISAVIS_OPS_PORT")
    public_url: str | None = None
    trusted_proxies: Annotated[Networks, NoDecode] = Field(
        default=(), validation_alias="VISAVIS_TRUSTED_PROXIES"
    )
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    data: Path = Field(default=Path(".visavis"), validation_alias="VISAVIS_DATA")
    media: str | None = Field(default=None, validation_alias="VISAVIS_MEDIA")
    project: Path = Field(default=Path(), validation_alias="VISAVIS_PROJECT")
    rasa_python: Path | None = Field(default=None, validation_alias="VISAVIS_RASA_PYTHON")
    secret: SecretStr | None = Field(default=None, validation_alias="VISAVIS_SECRET")
    log_format: str = Field(default="auto", validation_alias="VISAVIS_LOG", pattern="^(auto|console|json)$")
    auth_token: SecretStr | None = Field(default=None, validation_alias="VISAVIS_AUTH_TOKEN")
    actions_token: SecretStr | None = Field(default=None, validation_alias="VISAVIS_ACTIONS_TOKEN")
    jwt_secret: SecretStr | None = Field(default=None, validation_alias="VISAVIS_JWT_SECRET")
    jwt_method: str = Field(
        default="HS256",
        validation_alias="VISAVIS_JWT_METHOD",
        pattern="^((HS|RS|PS|ES)(256|384|512)|EdDSA)$",
    )
    cors_origins: str = Field(default="", validation_alias="VISAVIS_CORS_ORIGINS")
    newcomers_per_hour: int = Field(default=300, ge=0, validation_alias="VISAVIS_NEWCOMERS_PER_HOUR")
    lease_seconds: float = Field(default=30, gt=0, validation_alias="VISAVIS_LEASE_SECONDS")
    sweep_seconds: float = Field(default=3, gt=0, validation_alias="VISAVIS_SWEEP_SECONDS")
    turn_seconds: float = Field(
        default=20, gt=0, validation_alias="VISAVIS_TURN_SECONDS", validate_default=True
    )
    send_seconds: float = Field(
        default=20, gt=0, validation_alias="VISAVIS_SEND_SECONDS", validate_default=True
    )
    rest_wait_seconds: float = Field(default=15, gt=0, validation_alias="VISAVIS_REST_WAIT_SECONDS")
    worker_slots: int = Field(default=64, ge=1, validation_alias="VISAVIS_WORKER_SLOTS")

    @field_validator("turn_seconds", "send_seconds")
    @classmethod
    def _check_fits_lease(cls, given: float, info: ValidationInfo) -> float:
        """Keep what is done under a lease shorter than the lease: longer, and another one begins it too."""
        lease = info.data.get("lease_seconds")
        if lease is not None and given >= lease:
            raise PydanticCustomError(
                "lease",
                "{given} seconds are too long: set less than VISAVIS_LEASE_SECONDS, which is {lease}",
                {"given": f"{given:g}", "lease": f"{lease:g}"},
            )
        return given

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _check_trusted_proxies(cls, given: object) -> object:
        """Read addresses and networks set apart by commas or spaces."""
        if not isinstance(given, str):
            return given
        try:
            return tuple(ip_network(each) for each in given.replace(",", " ").split())
        except ValueError as error:
            raise PydanticCustomError(
                "trusted_proxies",
                "{problem}: write addresses or networks, as in 10.0.0.5 or 10.0.0.0/8, set apart by commas",
                {"problem": str(error)},
            ) from error

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, given: str | None) -> str | None:
        """Return scheme and host, as platforms and browsers are told them: paths are put behind it."""
        if given is None:
            return None
        url = _split(given.strip())
        if url is None:
            raise PydanticCustomError(
                "public_url",
                "not an address that others can reach: write scheme and host, as in https://chat.example.com",
            )
        if url.path.strip("/") or url.query or url.fragment:
            raise PydanticCustomError(
                "public_url",
                "write scheme and host only, as in https://chat.example.com: pages are served at its root",
            )
        return f"{url.scheme}://{url.netloc.lower()}"

    @property
    def embedded(self) -> bool:
        """Tell whether this machine runs its own PostgreSQL or Valkey."""
        return self.database_url is None or self.redis_url is None


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address of the web; None where it is none."""
    try:
        url = urlsplit(address)
        known = url.scheme in ("http", "https") and url.hostname and url.username is None
        return url if known and (url.port is None or url.port > 0) and not address.split()[1:] else None
    except ValueError:
        return None


def load_settings(**overrides: object) -> Settings:
    """Read the environment; `overrides` (fields by name, None: not given) win. Raises `SettingsError`."""
    project = overrides.get("project") or os.environ.get("VISAVIS_PROJECT") or "."
    read_env_file(Path(str(project)) / ENV_FILE)
    given = {_alias(name): value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        first = error.errors()[0]
        place = str(first["loc"][0])
        name = (_alias(place) if place in Settings.model_fields else place).upper()
        message = f"{name}: {first['msg']}"
        raise SettingsError(message) from error


def read_env_file(path: Path) -> None:
    """Take what a file says (`NAME=value`, a line each) into the environment, where that has no such name."""
    try:
        said = dotenv_values(path, interpolate=False) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    for name, value in said.items():
        if value is not None:
            os.environ.setdefault(name, value)


def _alias(field: str) -> str:
    """Return the name under which pydantic takes a field: the variable's, where the field has one."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else field


def get_environment() -> Mapping[str, str]:
    """Return the process environment, for `${VAR}` in project files."""
    return dict(os.environ)
