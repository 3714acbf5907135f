"""Templates of a WhatsApp account: listed by pages, and filled in as strictly as the Cloud API does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fakes.whatsapp_checks import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.whatsapp_checks import Fields

PLACE = re.compile(r"\{\{(\w+)\}\}")
SCOPE = "whatsapp_business_management"


def make_template(name: str, *components: Fields, language: str = "en_US", **more: Any) -> Fields:
    """Return an approved template as Meta lists it."""
    head = {"name": name, "language": language, "status": "APPROVED", "category": "UTILITY", "id": "1"}
    return {**head, "parameter_format": "POSITIONAL", "components": list(components), **more}


def body(text: str, *examples: str) -> Fields:
    """Return a body, with examples by place."""
    shown = {"example": {"body_text": [list(examples)]}} if examples else {}
    return {"type": "BODY", "text": text, **shown}


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


def fill_template(templates: Sequence[Fields], sent: Fields) -> str:
    """Return what a customer reads. Raises `Refusal` as the Cloud API does."""
    asked = (sent["name"], sent["language"]["code"])
    found = next((each for each in templates if (each["name"], each["language"]) == asked), None)
    if found is None or found["status"] != "APPROVED":
        raise Refusal(132001, "Template name does not exist in the translation", status=404)
    given = {
        (each["type"], str(each.get("index", ""))): each["parameters"] for each in sent.get("components", [])
    }
    said = [_fill(each["text"], given.pop((each["type"].lower(), ""), [])) for each in _texts(found)]
    for number, button in enumerate(_buttons(found)):
        said.append(_fill(button.get("url") or button["text"], given.pop(("button", str(number)), [])))
    if given:
        raise Refusal(132000, "Number of parameters does not match", details=f"{list(given)} not expected")
    return "\n".join(said)


def _texts(template: Fields) -> list[Fields]:
    return [each for each in template["components"] if each["type"] != "BUTTONS"]


def _buttons(template: Fields) -> list[Fields]:
    return [each for part in template["components"] for each in part.get("buttons", [])]


def _fill(text: str, parameters: list[Fields]) -> str:
    names = list(dict.fromkeys(PLACE.findall(text)))
    if len(names) != len(parameters):
        raise Refusal(132000, "Number of parameters does not match", details=f"expected {len(names)}")
    values: dict[str, str] = {}
    for number, parameter in enumerate(parameters, start=1):
        value = parameter["text"]
        if not value or re.search(r"[\n\t]| {5}", value):
            raise Refusal(132018, "There was an issue with the parameters in your template")
        values[parameter.get("parameter_name", str(number))] = value
    if set(values) != set(names):
        raise Refusal(132000, "Number of parameters does not match", details="names of parameters")
    return PLACE.sub(lambda found: values[found[1]], text)
