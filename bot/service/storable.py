"""What PostgreSQL can hold of an event, whoever tells it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from bot.errors import BadPayload
from bot.storage.erased_ids import PREFIX

if TYPE_CHECKING:
    from bot.connector import InboundEvent

_NULL_BYTE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON has it; after a backslash it is only spoken of
MAX_BYTES = 256_000  # of one event as stored; connectors bound the text itself


def check_storable(event: InboundEvent) -> None:
    """Raise `BadPayload` for what PostgreSQL cannot hold: null bytes, half characters, too much."""
    if event.event_id.startswith(("own:", PREFIX)):
        raise BadPayload(f"event ids that begin with own: or {PREFIX} are ours")
    try:
        dumped = _dump(event)
    except UnicodeEncodeError as error:
        raise BadPayload("the text has half a character (a lone surrogate)") from error
    if b"\\u0000" in dumped and _NULL_BYTE.search(dumped):
        raise BadPayload("the text has a null byte")
    if len(dumped) > MAX_BYTES:
        raise BadPayload(f"the event is larger than {MAX_BYTES} bytes")


def _dump(event: InboundEvent) -> bytes:
    try:
        return orjson.dumps(event)
    except TypeError:  # half a character, or a whole number of more than 64 bits
        return json.dumps(asdict(event), ensure_ascii=False, default=str).encode()
