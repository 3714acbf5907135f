"""Twilio's signatures. Pure.

Signed are the address as Twilio called it and the form's fields in order of their names; of a JSON
body, only the address, whose query then holds the body's hash as `bodySHA256`.
Source: https://www.twilio.com/docs/usage/security
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlsplit, urlunsplit

from bot.connector import InboundRequest
from bot.errors import BadPayload, BadSignature
from connectors.sms.form import is_json, read_pairs

HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"  # says that a key of its own signs, and how
HASHES = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
BODY_HASH = "bodySHA256"
PORTS = {"https": 443, "http": 80}
# Header values may hold bytes that are no UTF-8: aiohttp keeps them as lone surrogates.
BYTES_AS_SENT = "surrogateescape"


def read_keys(option: str) -> tuple[bytes, ...]:
    """Return the keys of an `auth_token` option: several while one replaces the other."""
    return tuple(token.encode() for token in option.replace(",", " ").split())


def check_signature(request: InboundRequest, keys: Sequence[bytes]) -> None:
    """Raise `BadSignature` unless one of `keys` signed this request. Without keys all is refused."""
    if not keys:
        raise BadSignature("`auth_token` is not set for this account: nothing is accepted")
    given = request.headers.get(HEADER, "").encode(errors=BYTES_AS_SENT)
    algorithm = read_algorithm(request.headers.get(SETTINGS_HEADER, ""))
    if not given or algorithm not in HASHES:
        raise BadSignature("X-Twilio-Signature is missing, or made in a way that we do not know")
    fields = read_signed_fields(request)
    wanted = [
        sign(url, fields, key=key, algorithm=algorithm) for url in list_spellings(request.url) for key in keys
    ]
    if not any(hmac.compare_digest(given, each) for each in wanted):
        raise BadSignature(
            "X-Twilio-Signature is wrong: check `auth_token`, and that PUBLIC_URL is the address Twilio calls"
        )


def sign(url: str, fields: str, *, key: bytes, algorithm: str = "HMAC_SHA1") -> bytes:
    """Return what Twilio writes into `X-Twilio-Signature`. `fields`: names and values in a row."""
    signed = (url + fields).encode(errors=BYTES_AS_SENT)
    return base64.b64encode(hmac.new(key, signed, HASHES[algorithm]).digest())


def read_algorithm(settings: str) -> str:
    """Return the algorithm that a header like `key=…,algorithm=HMAC_SHA256` names; else SHA-1."""
    pairs = (part.partition("=") for part in settings.split(","))
    named = [value.strip().upper() for name, _, value in pairs if name.strip() == "algorithm"]
    return named[0] if named and named[0] else "HMAC_SHA1"


def read_signed_fields(request: InboundRequest) -> str:
    """Return what is signed beside the address. Raises `BadSignature` for a body with another hash.

    A body that is no form signs as an empty one: the address alone must carry the proof of a JSON body.
    """
    hashes = parse_qs(urlsplit(request.url).query).get(BODY_HASH, [])
    if hashes or is_json(request.body):
        digest = hashlib.sha256(request.body).hexdigest()
        if not hashes or not hmac.compare_digest(hashes[0].encode(errors=BYTES_AS_SENT), digest.encode()):
            raise BadSignature(f"{BODY_HASH} in the address is missing, or not this body's")
        return ""
    try:
        pairs = set(read_pairs(request.body))
    except BadPayload as error:
        raise BadSignature("a body that is no form carries no signature") from error
    return "".join(name + value for name, value in sorted(pairs))


def list_spellings(url: str) -> Iterator[str]:
    """Yield the ways in which Twilio may have written an address: with and without its port."""
    yield url
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return
    bare = f"[{host}]" if ":" in host else host
    other = bare if port else f"{bare}:{PORTS.get(parts.scheme, 443)}"
    yield urlunsplit(parts._replace(netloc=other))
