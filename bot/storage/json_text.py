"""JSON as it is written into the database."""

from __future__ import annotations

import json

import orjson


def dump_json(value: object) -> str:
    """Return JSON; the slow way for whole numbers of more than 64 bits, which orjson refuses."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False)
