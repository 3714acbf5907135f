"""DATABASE_URL as the driver reads it, and how long PostgreSQL may take. Both pools connect with this.

Nothing here waits for ever: a server that hangs and a machine that lost its power hold up nobody
longer than the limits below say, on either side of the connection.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

import asyncpg
from asyncpg.exceptions import (
    CantChangeRuntimeParamError,
    ClientConfigurationError,
    InvalidParameterValueError,
    UndefinedObjectError,
)

from bot.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 45.0  # seconds for one statement: longer than the server's own limit, which keeps the connection
_CONNECT_SECONDS = 10.0
_SCHEME = re.compile(r"^postgres(ql)?(\+\w+)?://")  # also as SQLAlchemy writes it, with a driver's name
_EXAMPLE = "postgresql://user:password@host/name"

_SESSION = {
    "application_name": "visavis",
    "jit": "off",
    # Our statements are few and their plans do not depend on the values: plan them once.
    "plan_cache_mode": "force_generic_plan",
    # Who dies inside a transaction holds a conversation's row no longer than a lease would last.
    "idle_in_transaction_session_timeout": "30s",
    # The server looks after peers that went without a word, here within two minutes instead of two hours.
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "15",
    "tcp_keepalives_count": "4",
}
_LIMITED = {"statement_timeout": "30s", "lock_timeout": "10s"}
_UNLIMITED = {"statement_timeout": "0", "lock_timeout": "0"}

# The server's words for an option of the address that it does not know or take.
_WRONG_OPTION = (UndefinedObjectError, InvalidParameterValueError, CantChangeRuntimeParamError)


class Connect(Protocol):
    """Makes a connection; both pools call it, one of them with options of its own."""

    async def __call__(self, *_: object, **options: Any) -> asyncpg.Connection:
        """Connect. Raises `SettingsError` when it is the address that is wrong."""


def read_address(url: str, *, patience: float | None = PATIENCE) -> Connect:
    """Return what connects to a DSN such as `postgresql://user:password@host/name?sslmode=require`.

    `patience` in seconds is the limit of one statement; with None there is none, for migrations.
    Raises `SettingsError` for something that is no such address.
    """
    dsn, found = _SCHEME.subn("postgresql://", url)
    if not found:
        raise SettingsError(f"DATABASE_URL is not a database address: {_EXAMPLE}")
    session = {**_SESSION, **(_UNLIMITED if patience is None else _LIMITED)}

    async def connect(*_: object, **options: Any) -> asyncpg.Connection:
        return await _connect(dsn, session, {**options, "command_timeout": patience})

    return connect


async def _connect(dsn: str, session: Mapping[str, str], options: Mapping[str, Any]) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS, server_settings=dict(session), **options)
    except (ClientConfigurationError, *_WRONG_OPTION) as error:
        raise SettingsError(f"DATABASE_URL is wrong: {error}") from error
    except OSError:  # before `ValueError`: a certificate that does not fit is both
        raise
    except ValueError as error:
        # Its words may hold a piece of the password: that is what a # in it does.
        raise SettingsError(
            f"DATABASE_URL is not a database address: {_EXAMPLE}, with signs such as @ # / in the password "
            "written as %40 %23 %2F",
        ) from error
