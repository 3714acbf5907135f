"""Twilio's requests as names and values: forms, and JSON where somebody set one up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from bot.connector.fields import parse_object
from bot.connector.text import clean_text
from bot.errors import BadPayload

BODY_MAX = 100_000  # bytes; a message with ten files has about 5,000
FIELDS_MAX = 200


def is_json(body: bytes) -> bool:
    """Tell whether a body looks like a JSON object: no form begins like one."""
    return body.lstrip()[:1] == b"{"


def read_pairs(body: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a form, as they came. Raises `BadPayload`."""
    if len(body) > BODY_MAX:
        raise BadPayload(f"the body is longer than {BODY_MAX:,} bytes")
    try:
        text = body.decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="surrogateescape")
    except ValueError as error:
        raise BadPayload("the body is not a form in UTF-8") from error


def read_fields(body: bytes) -> Mapping[str, str]:
    """Return a request's fields, storable: without null bytes. Raises `BadPayload`."""
    if is_json(body):
        found = {name: value for name, value in parse_object(body).items() if isinstance(value, str)}
    else:
        found = dict(reversed(read_pairs(body)))
    return {
        name: clean_text(value.encode(errors="surrogateescape").decode(errors="replace"))
        for name, value in found.items()
    }
