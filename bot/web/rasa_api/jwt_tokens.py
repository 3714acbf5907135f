"""JSON Web Tokens that somebody else issues: checked here, never made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt

if TYPE_CHECKING:
    from bot.domain.json import JsonObject

_LEEWAY = 60  # seconds that two machines' clocks may differ by
_MAX_TOKEN = 8192  # characters; headers of HTTP hold no more
_PREFIX = "Bearer "


class JwtReader:
    """Reads tokens signed with one key by one method. A public key, in PEM, where the method has two.

    The method is a setting beside its key: never what a token says of itself.
    """

    def __init__(self, key: str, *, method: str) -> None:
        """Hold the key, which is never shown."""
        self._key, self._method = key, method

    def read(self, token: str) -> JsonObject | None:
        """Return what a valid token says; None for any other. `exp` and `nbf` count where they stand."""
        if len(token) > _MAX_TOKEN:
            return None
        try:
            payload: JsonObject = jwt.decode(
                token.removeprefix(_PREFIX).strip(),
                self._key,
                algorithms=[self._method],
                leeway=_LEEWAY,
                options={"verify_aud": False},  # Rasa's tokens name whom they please
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
            return None
        return payload
