"""JSON Web Tokens that somebody else issues: checked here, never made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
import structlog

from bot.errors import SettingsError

if TYPE_CHECKING:
    from bot.domain.json import JsonObject

log = structlog.get_logger(__name__)

_LEEWAY = 60  # seconds that two machines' clocks may differ by
_MAX_TOKEN = 8192  # characters; headers of HTTP hold no more
_SHORT = 32  # bytes: fewer than HS256's own can be guessed
_PREFIX = "Bearer "


class JwtReader:
    """Reads tokens signed with one key by one method. A public key, in PEM, where the method has two.

    The method is a setting beside its key: never what a token says of itself.
    """

    def __init__(self, key: str, *, method: str, name: str = "VISAVIS_JWT_SECRET") -> None:
        """Hold the key, which is never shown; `name` is what it is called where it was set.

        Raises `SettingsError` for a key that the method cannot use.
        """
        self._key, self._method = key, method
        try:
            jwt.get_algorithm_by_name(method).prepare_key(key)
        except (jwt.PyJWTError, ValueError, TypeError, NotImplementedError) as error:
            wanted = "a secret" if method.startswith("HS") else "a public key in PEM"
            raise SettingsError(f"{name} cannot be used with {method}, which wants {wanted}") from error
        if method.startswith("HS") and len(key.encode()) < _SHORT:
            log.warning("A secret of JWT is short: take 32 bytes or more", name=name)

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
