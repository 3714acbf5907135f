"""What the Graph API refuses, in its own words and codes, and how its answers look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

Json = dict[str, Any]
QUICK_REPLIES_MAX, LABEL_MAX, PAYLOAD_MAX = 13, 20, 1000
BUTTONS_MAX, TEMPLATE_TEXT_MAX, CARDS_MAX = 3, 640, 10
FILES = frozenset({"image", "audio", "video", "file"})


class Refusal(Exception):
    """Meta says no."""

    def __init__(self, code: int, message: str, *, subcode: int = 0, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.subcode, self.status = code, message, subcode, status


def refusal(error: Refusal, **more: Any) -> Json:
    """Return Meta's body of an error."""
    subcode = {"error_subcode": error.subcode} if error.subcode else {}
    said = {"message": error.message, "type": "OAuthException", "code": error.code}
    return {"error": {**said, **subcode, **more, "fbtrace_id": "AbCdEf"}}


async def read_fields(request: web.Request) -> Json:
    """Return a call's fields, sent as JSON or with a file beside them (`filedata`, its bytes)."""
    if request.content_type == "application/json":
        fields: Json = json.loads(await request.read() or b"{}")
        return fields
    found: Json = dict(request.query)
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            found[name] = value.file.read()
        else:
            found[name] = json.loads(value) if str(value).startswith(("{", "[")) else value
    return found


def check_message(message: Any, *, limit: int, in_bytes: bool, upload: bytes | None) -> Json:
    """Return a message that Meta would send."""
    if not isinstance(message, Mapping):
        raise Refusal(100, "(#100) param message must be non-empty.")
    text, attachment = message.get("text"), message.get("attachment")
    if (text is None) == (attachment is None):
        raise Refusal(100, "(#100) Message must have text or an attachment")
    if text is not None:
        check_text(text, limit=limit, in_bytes=in_bytes)
    else:
        check_attachment(attachment, upload)
    choices = message.get("quick_replies", [])
    if len(choices) > QUICK_REPLIES_MAX:
        raise Refusal(100, "(#100) Too many quick replies")
    for choice in choices:
        check_label(choice, kind_name="content_type", kinds={"text"})
    return dict(message)


def check_text(text: Any, *, limit: int, in_bytes: bool) -> None:
    """Refuse texts that are empty or too long."""
    if not isinstance(text, str) or not text.strip():
        raise Refusal(100, "(#100) param message[text] must be non-empty.")
    if (len(text.encode()) if in_bytes else len(text)) > limit:
        raise Refusal(100, f"(#100) Length of param message[text] must be less than or equal to {limit}")


def check_attachment(attachment: Any, upload: bytes | None) -> None:
    """Refuse attachments of other kinds, without a file, and templates beyond their limits."""
    kind, payload = attachment["type"], attachment.get("payload", {})
    if kind == "template":
        check_template(payload)
    elif kind not in FILES:
        raise Refusal(100, "(#100) Invalid attachment type")
    elif upload is None and not str(payload.get("url", "")).startswith(("http://", "https://")):
        raise Refusal(100, "(#100) Upload attachment failure.", subcode=2018047)


def check_template(payload: Json) -> None:
    """Refuse templates beyond their limits."""
    if payload["template_type"] == "generic":
        if not 1 <= len(payload["elements"]) <= CARDS_MAX:
            raise Refusal(100, "(#100) elements must have 1 to 10 items")
        return
    text, buttons = payload.get("text", ""), payload.get("buttons", [])
    if not 1 <= len(text) <= TEMPLATE_TEXT_MAX:
        raise Refusal(100, "(#100) Length of param name_placeholder[text] must be less than or equal to 640")
    if not 1 <= len(buttons) <= BUTTONS_MAX:
        raise Refusal(100, "(#100) Param buttons must have 1 to 3 items")
    for button in buttons:
        check_label(button, kind_name="type", kinds={"postback", "web_url"})


def check_label(button: Json, *, kind_name: str, kinds: set[str]) -> None:
    """Refuse buttons without a label, with a long one, or that lead nowhere."""
    if button.get(kind_name) not in kinds or not 1 <= len(button.get("title", "")) <= LABEL_MAX:
        raise Refusal(100, "(#100) Invalid button")
    if "url" not in button and not 1 <= len(button.get("payload", "")) <= PAYLOAD_MAX:
        raise Refusal(100, "(#100) Invalid button payload")
