"""Messages that Meta approved beforehand: the only ones that may leave when the window is closed. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.connector.text import clean_text

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject


BUTTON = re.compile(r"button\.([0-9])")


def render_template(template: Json) -> JsonObject:
    """Return `{name, language, parameters}` as a template of the Cloud API.

    `parameters` fill the body: a list by place, an object by name. So does `header` above it, and `button.0`
    the address of the first button. A template that needs more than texts (a picture above, a code) has the
    Cloud API's own `components` instead. Raises ValueError in words.
    """
    if not isinstance(template, Mapping):
        raise ValueError("`template` must be an object")  # noqa: TRY004 - the caller catches one kind
    name, language = template.get("name"), template.get("language")
    if not (isinstance(name, str) and name and isinstance(language, str) and language):
        raise ValueError("a template needs a `name` and a `language`, such as en_US")
    rendered: JsonObject = {"name": name, "language": {"code": language}}
    components = template.get("components")
    if isinstance(components, list):
        return {**rendered, "components": components}
    filled = [
        {**head, "parameters": parameters}
        for head, values in list_components(template)
        if (parameters := render_parameters(values))
    ]
    return {**rendered, "components": filled} if filled else rendered


def list_components(template: JsonObject) -> Iterator[tuple[JsonObject, Json]]:
    """Yield the parts of a template that are filled in, from top to bottom, and with what."""
    yield {"type": "header"}, template.get("header")
    yield {"type": "body"}, template.get("parameters")
    for name, values in template.items():
        if button := BUTTON.fullmatch(name):
            yield {"type": "button", "sub_type": "url", "index": button[1]}, values


def render_parameters(parameters: Json) -> list[JsonObject]:
    """Return what fills the places of a template's body."""
    if isinstance(parameters, Mapping):
        return [{**render_parameter(value), "parameter_name": name} for name, value in parameters.items()]
    if isinstance(parameters, list | tuple):
        return [render_parameter(value) for value in parameters]
    if parameters is None:
        return []
    raise ValueError("a template's `parameters` must be a list or an object")


def render_parameter(value: Json) -> JsonObject:
    """Return one of them: a text, unless it is written in the Cloud API's own terms (a sum, a time)."""
    if isinstance(value, Mapping) and isinstance(value.get("type"), str):
        return value
    if isinstance(value, str | int | float):
        return {"type": "text", "text": clean_text(str(value))}
    raise ValueError("a template's parameter must be a text, a number or an object with a `type`")
