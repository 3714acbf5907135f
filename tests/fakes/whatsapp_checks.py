"""What the Cloud API refuses in a message, and how it says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]
TEXT_MAX, BODY_MAX = 4096, 1024
DOCS = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]+")
PHONE = re.compile(r"\+?[0-9]{5,15}")


class Refusal(Exception):
    """The Cloud API says no."""

    def __init__(self, code: int, title: str, *, status: int = 400, details: str = "") -> None:
        super().__init__(title)
        self.code, self.title, self.status, self.details = code, title, status, details

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        data = {"messaging_product": "whatsapp", "details": self.details or self.title}
        message = f"(#{self.code}) {self.title}"
        error = {"message": message, "type": "OAuthException", "code": self.code, "error_data": data}
        return {"error": {**error, "fbtrace_id": "Ax1"}}


def measure(text: str) -> int:
    """Count as the strictest reading of "characters" would."""
    return len(text.encode("utf-16-le")) // 2


def check_length(value: object, name: str, most: int) -> str:
    """Return a text that has a length, and not too long a one."""
    if not isinstance(value, str) or not value.strip():
        raise Refusal(131008, "Required parameter is missing", details=f"{name} is missing")
    if measure(value) > most:
        raise Refusal(131009, "Parameter value is not valid", details=f"{name} is longer than {most}")
    return value


def read_address(fields: Fields) -> str:
    """Return whom a message is for. Of two names the phone number counts."""
    if fields.get("messaging_product") != "whatsapp":
        raise Refusal(100, "Invalid parameter", details="messaging_product must be whatsapp")
    if fields.get("recipient_type", "individual") != "individual":
        raise Refusal(100, "Invalid parameter", details="recipient_type")
    if fields.get("to"):
        return str(fields["to"]).removeprefix("+")
    recipient = fields.get("recipient")
    if not isinstance(recipient, str) or not USER_ID.fullmatch(recipient):
        raise Refusal(100, "Invalid parameter", details="to or recipient")
    return recipient


def check_message(fields: Fields) -> str:
    """Return the words of a message, as the customer would see them."""
    check_length(fields.get("biz_opaque_callback_data", "-"), "biz_opaque_callback_data", 512)
    kind = fields.get("type", "text")
    part = fields.get(kind)
    if not isinstance(part, Mapping):
        raise Refusal(131008, "Required parameter is missing", details=str(kind))
    if kind == "text":
        return check_length(part.get("body"), "text.body", TEXT_MAX)
    if kind == "interactive":
        return check_interactive(part)
    if kind in ("image", "audio", "video", "document"):
        if bool(part.get("id")) == bool(part.get("link")):
            raise Refusal(131009, "Parameter value is not valid", details="one of id and link")
        return ""
    if kind == "template":
        check_length(part.get("name"), "template.name", 512)
        check_length(part.get("language", {}).get("code"), "template.language.code", 10)
        return ""
    if kind in ("location", "reaction", "contacts"):
        return ""
    raise Refusal(131009, "Parameter value is not valid", details="type")


def check_interactive(part: Fields) -> str:
    """Check buttons, a list or a link, and return the words above them."""
    body = check_length(part.get("body", {}).get("text"), "body.text", BODY_MAX)
    action = part["action"]
    match part.get("type"):
        case "button":
            check_choices([each["reply"] for each in action["buttons"]], most=3, title=20, name=256)
        case "list":
            check_length(action.get("button"), "action.button", 20)
            rows = [row for section in action["sections"] for row in section["rows"]]
            check_choices(rows, most=10, title=24, name=200)
            for row in rows:
                check_length(row.get("description", "-"), "row.description", 72)
        case "cta_url":
            check_length(action["parameters"].get("display_text"), "display_text", 20)
        case _:
            raise Refusal(131009, "Parameter value is not valid", details="interactive.type")
    return body


def check_choices(choices: list[Fields], *, most: int, title: int, name: int) -> None:
    """Check what can be chosen from."""
    ids = [check_length(each.get("id"), "id", name) for each in choices]
    titles = [check_length(each.get("title"), "title", title) for each in choices]
    if not 1 <= len(choices) <= most or len(set(ids)) < len(ids) or len(set(titles)) < len(titles):
        raise Refusal(131009, "Parameter value is not valid", details="number of choices, or two alike")
    if any(each != each.strip() for each in ids):
        raise Refusal(131009, "Parameter value is not valid", details="blanks around an id")
