"""Who a visitor is by their site's own word: an identity that the site's server signed, or none.

Two forms. The simple one signs the id alone: `hash` is the hexadecimal HMAC-SHA256 of `id` under the
account's `identity_secret`; what the page says beside it (name, e-mail, phone) is only what the page says.
The other is a JSON Web Token (HS256, the same secret) that signs all of it and expires.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.connector.fields import MAX_ID, check_storable, read_optional_text
from bot.errors import BadPayload, BadSignature

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject

_FACTS = ("email", "phone")
_LEEWAY = 60  # seconds that two machines' clocks may differ by
_MAX_TOKEN = 8192  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody whom the site knows. `signed`: their site vouches for name, e-mail and phone as well."""

    id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    signed: bool = False

    def describe(self) -> JsonObject:
        """Return what is kept with each of their messages; what nobody signed stands apart."""
        facts: dict[str, Json] = {"email": self.email, "phone": self.phone}
        known = {name: value for name, value in facts.items() if value}
        told = known if self.signed else ({"claimed": known} if known else {})
        return {"id": self.id, **told, "verified": True}


def check_identity(given: object, secret: str) -> Identity:
    """Return who it is. Raises `BadSignature` unless the site's server signed it, `BadPayload`."""
    if not isinstance(given, Mapping):
        raise BadPayload("`identity` must be an object")
    if not secret:
        raise BadSignature("this account has no `identity_secret`: nobody's identity is believed")
    if "token" in given:
        return _read_identity(_read_token(given["token"], secret), name="sub", signed=True)
    found = _read_identity(given, name="id", signed=False)
    digest = given.get("hash")
    wanted = hmac.new(secret.encode(), found.id.encode(), hashlib.sha256).hexdigest()
    if not isinstance(digest, str) or not hmac.compare_digest(
        digest.lower().encode(errors="replace"), wanted.encode()
    ):
        raise BadSignature(
            "the `hash` of this identity is wrong: it must be the hexadecimal HMAC-SHA256 of `id` under the "
            "account's `identity_secret`, made on your server"
        )
    return found


def _read_token(token: object, secret: str) -> Mapping[str, Any]:
    # Not at the top: it is 10 MB with its keys, and few sites use it.
    import jwt  # noqa: PLC0415 - see above

    if not isinstance(token, str) or len(token) > _MAX_TOKEN:
        raise BadPayload("the `token` of an identity must be a JSON Web Token")
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=["HS256"],
            leeway=_LEEWAY,
            options={"require": ["exp", "sub"], "verify_aud": False},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise BadSignature(
            f"the token of this identity is not valid ({type(error).__name__}): it must be signed with HS256 "
            "and the account's `identity_secret`, and have `sub` and `exp`"
        ) from error
    check_storable(claims)
    return claims


def _read_identity(given: JsonObject, *, name: str, signed: bool) -> Identity:
    found = read_optional_text(given, name, limit=MAX_ID) or ""
    if not found.strip():
        raise BadPayload(f"an identity needs its `{name}`, a string")
    facts = {fact: read_optional_text(given, fact, limit=MAX_ID) for fact in (*_FACTS, "name")}
    told = {fact: value.strip() or None for fact, value in facts.items() if value}
    return Identity(id=found, signed=signed, **told)
