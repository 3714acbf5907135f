"""In whose name we call X: OAuth 1.0a, whose tokens last, or OAuth 2.0, whose tokens rotate."""

from __future__ import annotations

import base64
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, Protocol
from urllib.parse import quote

from oauthlib.oauth1 import Client
from typing_extensions import override

from bot.connector import ErrorClass, SendError
from connectors.x.token_file import TokenFile, Tokens

SIGNED = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
ROTATING = ("client_id", "refresh_token", "token_file")

Method = Literal["GET", "POST", "PUT", "DELETE"]
Exchange = Callable[[str], Awaitable[Tokens | SendError]]  # a refresh token for new tokens
REFUSED = SendError(
    error_class=ErrorClass.AUTH, detail="X refuses the tokens: allow the app again", code="401"
)


class Credentials(Protocol):
    """What authorizes a call of a user."""

    async def authorize(self, method: Method, url: str) -> str | SendError:
        """Return the `Authorization` of one call, or why there is none."""
        ...

    async def renew(self) -> SendError | None:
        """Get new tokens after the last ones were refused. Return why there are none."""
        ...


class SignedCalls(Credentials):
    """OAuth 1.0a: each call is signed, its query included; JSON and multipart bodies are not."""

    def __init__(self, options: Mapping[str, str]) -> None:
        logging.getLogger("oauthlib").setLevel(logging.WARNING)  # it writes keys and tokens to its debug log
        key, secret, token, token_secret = (options.get(name, "") for name in SIGNED)
        self._client = Client(
            key, client_secret=secret, resource_owner_key=token, resource_owner_secret=token_secret
        )

    @override
    async def authorize(self, method: Method, url: str) -> str | SendError:
        """Return the signature of one call."""
        return sign_call(self._client, method, url)

    @override
    async def renew(self) -> SendError | None:
        """Refuse: these tokens last until somebody takes them away."""
        return REFUSED


class RotatingTokens(Credentials):
    """OAuth 2.0: an access token lasts two hours, and a refresh token is good for one exchange.

    The newest are kept in a file, which all processes of the service share: of several that need a
    new token one gets it, the others read it.
    """

    def __init__(self, file: TokenFile, exchange: Exchange) -> None:
        self._file, self._exchange = file, exchange
        self._tokens: Tokens | None = None

    @override
    async def authorize(self, method: Method, url: str) -> str | SendError:
        """Return the access token in use, a new one where there is none yet."""
        if self._tokens is None:
            self._tokens = await self._file.read()
        problem = await self.renew() if not self._tokens.access else None
        return problem or f"Bearer {self._tokens.access}"

    @override
    async def renew(self) -> SendError | None:
        """Take what another process has got meanwhile, else exchange the refresh token."""
        refused = self._tokens.access if self._tokens else ""
        async with self._file.locked():
            kept = await self._file.read()
            if kept.access and kept.access != refused:
                self._tokens = kept
                return None
            fresh = await self._exchange(kept.refresh)
            if isinstance(fresh, SendError):
                return fresh
            await self._file.write(fresh)
            self._tokens = fresh
            return None


def sign_call(client: Client, method: Method, url: str) -> str:
    """Return the `Authorization` header of a call."""
    _, headers, _ = client.sign(url, http_method=method)
    return str(headers["Authorization"])


def basic(name: str, secret: str) -> str:
    """Return the `Authorization` of an app itself."""
    pair = f"{quote(name, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def find_own_id(options: Mapping[str, str]) -> str:
    """Return the account's user id: its own option, or what an OAuth 1.0a token begins with."""
    head, dash, _ = options.get("access_token", "").partition("-")
    return options.get("user_id", "") or (head if dash and head.isascii() and head.isdigit() else "")
