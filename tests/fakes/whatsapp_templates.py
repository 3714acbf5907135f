"""Templates of a WhatsApp account: listed by pages, and filled in as strictly as the Cloud API does.

Codes and words of refusals are those that Meta's users report; what nobody reports is marked [K].
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.whatsapp_checks import Refusal

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tests.fakes.whatsapp_checks import Fields

PLACE = re.compile(r"\{\{(\w+)\}\}")
SCOPE = "whatsapp_business_management"
MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
SUB_TYPES = {
    "URL": "url",
    "OTP": "url",
    "QUICK_REPLY": "quick_reply",
    "COPY_CODE": "copy_code",
    "FLOW": "flow",
}
TAKEN = (*SUB_TYPES.values(), "catalog", "mpm", "order_details", "voice_call", "reminder")
MISSING = "Required parameter is missing"
FORMAT = "Parameter format does not match format in the created template"
NUMBER = "Number of parameters does not match the expected number of params"
ISSUE = "There was an issue with the parameters in your template"


def make_template(name: str, *components: Fields, language: str = "en_US", **more: Any) -> Fields:
    """Return an approved template as Meta lists it."""
    head = {"name": name, "language": language, "status": "APPROVED", "category": "UTILITY", "id": "1"}
    return {**head, "parameter_format": "POSITIONAL", "components": list(components), **more}


def body(text: str, *examples: str) -> Fields:
    """Return a body, with examples by place."""
    shown = {"example": {"body_text": [list(examples)]}} if examples else {}
    return {"type": "BODY", "text": text, **shown}


def header(kind: str) -> Fields:
    """Return a header that is no text: IMAGE, VIDEO, DOCUMENT or LOCATION."""
    example = {"example": {"header_handle": ["https://scontent.whatsapp.net/v/x"]}} if kind in MEDIA else {}
    return {"type": "HEADER", "format": kind, **example}


def buttons(*each: Fields) -> Fields:
    """Return buttons."""
    return {"type": "BUTTONS", "buttons": list(each)}


def list_templates(templates: Sequence[Fields], query: Fields, *, scopes: Sequence[str]) -> Any:
    """Answer with a page of templates, in the fields that were asked for."""
    if SCOPE not in scopes:
        raise Refusal(200, f"Requires {SCOPE} permission to manage the object", status=403)
    first, size = int(query.get("after", "0")), min(int(query.get("limit", "25")), 100)
    wanted = {"id", *query.get("fields", "name,language,status,category,components").split(",")}
    page = [{name: each[name] for name in each if name in wanted} for each in templates[first : first + size]]
    more = first + size < len(templates)
    paging: dict[str, Any] = {"cursors": {"before": str(first), "after": str(first + size)}}
    return {"data": page, "paging": paging | ({"next": "https://graph.facebook.com/…"} if more else {})}


def fill_template(templates: Sequence[Fields], sent: Fields, uploads: Collection[str]) -> str:
    """Return what a customer reads. `uploads` are the media ids there are. Raises `Refusal` as Meta does."""
    asked = (sent["name"], sent["language"]["code"])
    found = next((each for each in templates if (each["name"], each["language"]) == asked), None)
    if found is None or found["status"] != "APPROVED":
        raise Refusal(132001, "Template name does not exist in the translation", status=404)
    return "\n".join(_fill_components(found["components"], sent.get("components", []), uploads))


def _fill_components(
    wanted: Sequence[Fields], given: Sequence[Fields], uploads: Collection[str]
) -> list[str]:
    by_type = {each["type"]: each for each in given if each["type"] != "button"}
    said: list[str] = []
    for component in wanted:
        kind = component["type"].lower()
        if kind == "buttons":
            said += _fill_buttons(component["buttons"], [each for each in given if each["type"] == "button"])
        elif kind == "carousel":
            said += _fill_cards(component["cards"], by_type.pop(kind, {}).get("cards", []), uploads)
        elif kind == "limited_time_offer":
            said.append(_fill_offer(component["limited_time_offer"], by_type.pop(kind, {})))
        elif kind == "header" and component["format"] != "TEXT":
            said.append(_fill_header(component["format"], by_type.pop(kind, {}), uploads))
        else:
            parameters = by_type.pop(kind, {}).get("parameters", [])
            said.append(_fill(component.get("text", ""), parameters, kind))
    if by_type:
        raise Refusal(132000, NUMBER, details=f"{list(by_type)} not expected")
    return said


def _fill_header(kind: str, given: Fields, uploads: Collection[str]) -> str:
    (parameter,) = given.get("parameters") or [{"type": "unknown"}]
    if parameter["type"].upper() != kind:
        told = f"expected {kind}, received {parameter['type'].upper()}"
        raise Refusal(132012, FORMAT, details=f"header: Format mismatch, {told}")
    part = parameter[parameter["type"]]
    if kind == "LOCATION":
        if not all(part.get(name) for name in ("latitude", "longitude", "name", "address")):
            raise Refusal(131008, MISSING, details="header: location")  # [K]
        return f"[{part['name']}]"
    if bool(part.get("id")) == bool(part.get("link")):
        raise Refusal(131008, MISSING, details=f"header: {parameter['type']} must have an id or a link")
    if part.get("id") and part["id"] not in uploads:
        raise Refusal(100, "Invalid parameter", details="not a valid WhatsApp Business media attachment ID")
    return f"[{part.get('filename') or kind.lower()}]"


def _fill_offer(offer: Fields, given: Fields) -> str:
    ends = [each["limited_time_offer"]["expiration_time_ms"] for each in given.get("parameters", [])]
    if len(ends) != bool(offer.get("has_expiration")):
        raise Refusal(132000, NUMBER, details="limited_time_offer")  # [K]
    if not all(isinstance(end, int) and end > 10**12 for end in ends):
        raise Refusal(131009, "Parameter value is not valid", details="expiration_time_ms")  # [K]
    return " ".join([str(offer["text"]), *map(str, ends)])


def _fill_cards(wanted: Sequence[Fields], given: Sequence[Fields], uploads: Collection[str]) -> list[str]:
    if [each["card_index"] for each in given] != list(range(len(wanted))):
        details = f"carousel: expected {len(wanted)} cards, received {len(given)}"
        raise Refusal(132012, FORMAT, details=details)  # [K]
    cards = zip(wanted, given, strict=True)
    return [
        line
        for want, card in cards
        for line in _fill_components(want["components"], card["components"], uploads)
    ]


def _fill_buttons(wanted: Sequence[Fields], given: Sequence[Fields]) -> list[str]:
    by_index = {int(each["index"]): each for each in given}
    said = [_fill_button(button, number, by_index.pop(number, None)) for number, button in enumerate(wanted)]
    if by_index:
        raise Refusal(132018, ISSUE, details=f"buttons: no button at {list(by_index)}")
    return said


def _fill_button(button: Fields, number: int, given: Fields | None) -> str:
    kind, text = button["type"], str(button.get("text", "Copy code"))
    if given is not None and given["sub_type"] not in TAKEN:
        raise Refusal(100, "Invalid parameter", details=f"sub_type must be one of {TAKEN}")
    if given is not None and SUB_TYPES.get(kind) != given["sub_type"]:
        raise Refusal(132018, ISSUE, details=f"buttons: Button at index {number} must be of type {kind}")
    values = given["parameters"] if given else []
    if kind == "QUICK_REPLY":
        return text
    if kind in ("FLOW", "COPY_CODE"):
        return (_open_form if kind == "FLOW" else _copy_code)(text, number, values)
    address = "code={{1}}" if kind == "OTP" else str(button.get("url", ""))
    if PLACE.search(address) and not values:
        details = f"buttons: Button at index {number} of type Url requires a parameter"
        raise Refusal(131008, MISSING, details=details)
    return _fill(address or text, values, "buttons")


def _open_form(text: str, number: int, values: Sequence[Fields]) -> str:
    if not values or values[0].get("type") != "action":
        details = f"buttons: Button at index {number} of type Flow requires a parameter"
        raise Refusal(131009, "Parameter value is not valid", details=details)
    return text


def _copy_code(text: str, number: int, values: Sequence[Fields]) -> str:
    code = values[0].get("coupon_code", "") if values else ""
    if not code:
        details = f"buttons: Button at index {number} of type copy_code requires a non-empty parameter"
        raise Refusal(131008, MISSING, details=f"{details} coupon_code")
    if not (code.isascii() and code.isalnum()) or len(code) > 15:
        raise Refusal(131009, "Parameter value is not valid", details="coupon_code")  # [K]
    return f"{text} {code}"


def _fill(text: str, parameters: Sequence[Fields], where: str) -> str:
    names = list(dict.fromkeys(PLACE.findall(text)))
    if len(names) != len(parameters):
        told = f"{where}: number of localizable_params ({len(parameters)}) does not match the expected number"
        raise Refusal(132000, NUMBER, details=f"{told} of params ({len(names)})")
    values: dict[str, str] = {}
    for number, parameter in enumerate(parameters, start=1):
        value = parameter["text"]
        if not value or re.search(r"[\n\t]| {5}", value):
            raise Refusal(132018, ISSUE, details="Param text cannot have new-line/tab characters or 4 blanks")
        values[parameter.get("parameter_name", str(number))] = value
    if set(values) != set(names):
        raise Refusal(132012, FORMAT, details=f"{where}: names of parameters")
    return PLACE.sub(lambda found: values[found[1]], text)
