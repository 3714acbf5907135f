"""How Telegram's requests and answers look, and what it refuses in its own words."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

Update = dict[str, Any]
TEXT_MAX = 4096  # counted in UTF-16 units: the strictest reading of Telegram's "characters"
DATA_MAX = 64  # bytes
BUTTONS_MAX = 100


class Refusal(Exception):
    """Telegram says no."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status, self.description = status, description
        self.parameters = dict(parameters) if parameters else None


def check_text(fields: Mapping[str, Any]) -> str:
    """Return the text of a message Telegram would send."""
    text = fields.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, "Bad Request: message text is empty")
    try:
        units = len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise Refusal(400, "Bad Request: strings must be encoded in UTF-8") from None
    if units > TEXT_MAX:
        raise Refusal(400, "Bad Request: message is too long")
    return text


def check_keyboard(markup: Mapping[str, Any] | None) -> None:
    """Refuse inline keyboards with buttons that have no label, or not exactly one sound effect."""
    buttons = [button for row in (markup or {}).get("inline_keyboard", []) for button in row]
    if len(buttons) > BUTTONS_MAX:
        raise Refusal(400, "Bad Request: reply markup is too long")
    for button in buttons:
        if not button.get("text", "").strip():
            raise Refusal(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed")
        data, url = button.get("callback_data"), button.get("url")
        if (data is None) == (url is None):
            raise Refusal(
                400, "Bad Request: can't parse inline keyboard button: exactly one action is needed"
            )
        if data is not None and not 1 <= len(data.encode()) <= DATA_MAX:
            raise Refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        if url is not None and not url.startswith(("http://", "https://", "tg://")):
            raise Refusal(400, "Bad Request: inline keyboard button URL is invalid")


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set or the time is over."""
    await asyncio.wait([task := asyncio.ensure_future(event.wait())], timeout=seconds)
    task.cancel()


async def read_fields(request: web.Request) -> Update:
    """Return a call's parameters, sent as JSON or as a form, whose files are bytes."""
    if request.content_type == "application/json":
        fields: Update = json.loads(await request.read() or b"{}")
        return fields
    form = {**await request.post(), **request.query}
    return {name: read_field(value) for name, value in form.items()}


def read_field(value: str | bytes | bytearray | web.FileField) -> Any:
    """Return a field of a form: Telegram reads its text as JSON where it wants more than a string."""
    if isinstance(value, web.FileField):
        return value.file.read()
    try:
        return json.loads(value)
    except ValueError:
        return value


def refusal(status: int, description: str, parameters: Update | None = None) -> Update:
    """Return Telegram's body of an error."""
    hints = {"parameters": parameters} if parameters else {}
    return {"ok": False, "error_code": status, "description": description, **hints}


def make_person(number: int) -> Update:
    """Return a person as Telegram shows them."""
    return {"id": number, "is_bot": False, "first_name": f"Person {number}", "language_code": "en"}
