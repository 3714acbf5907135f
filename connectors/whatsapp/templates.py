"""Messages that Meta approved beforehand: the only ones that may leave when the window is closed. Pure.

Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages
and …/templates/marketing-templates/media-card-carousel-templates
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from bot.connector.templates import read_moment
from bot.connector.text import clean_text
from connectors.whatsapp.files import HEADER_RULES

if TYPE_CHECKING:
    from bot.connector import OutboundFile
    from bot.domain.json import Json, JsonObject


BUTTON = re.compile(r"(button|code|reply|flow)\.([0-9])")
FIELDS: Mapping[str, tuple[str, str]] = {
    "code": ("coupon_code", "copy_code"),
    "reply": ("payload", "quick_reply"),
    "flow": ("action", "flow"),
}
PLACE = ("latitude", "longitude", "name", "address")


def render_template(template: Json, media: Sequence[JsonObject] = ()) -> JsonObject:
    """Return `{name, language, parameters}` as a template of the Cloud API.

    `parameters` fill the body: a list by place, an object by name. So does `header` above it, and `button.0`
    the address of the first button; `code.0` is what a button copies, `reply.0` what comes back when one is
    pressed, `flow.0` the token of the form that it opens, `location` the place above, `offer` (`until`, as in
    2027-01-31 18:00, in UTC) when an offer ends. `file` (image, video or document) says that a file stands
    above: `media` name those of the whole template, in order. `cards` hold the same for each card. Any other
    template has the Cloud API's own `components` instead. Raises ValueError in words.
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
    left = iter(media)
    filled = [*list_components(template, left), *list_cards(template.get("cards"), left)]
    return {**rendered, "components": filled} if filled else rendered


def check_files(template: Json, files: Sequence[OutboundFile]) -> None:
    """Raise ValueError unless there is a good file for each place of one."""
    wanted = [each["file"] for each in list_holders(template) if each.get("file")]
    if len(wanted) != len(files):
        raise ValueError(f"the template takes {len(wanted)} files, and {len(files)} came with it")
    for kind, file in zip(wanted, files, strict=True):
        rule = HEADER_RULES.get(kind) if isinstance(kind, str) else None
        if rule is None:
            raise ValueError("`file` of a template must be image, video or document")
        if file.mime.partition(";")[0].strip().lower() not in rule.mimes or file.size > rule.most:
            raise ValueError(f"the template takes another file as its {kind}")


def list_holders(template: Json) -> list[JsonObject]:
    """Return what a file may stand above: the template itself, and its cards."""
    if not isinstance(template, Mapping):
        return []
    found = template.get("cards")
    cards = found if isinstance(found, list) else []
    return [template, *(card for card in cards if isinstance(card, Mapping))]


def list_components(template: JsonObject, media: Iterator[JsonObject]) -> Iterator[JsonObject]:
    """Yield the parts of a template, or of a card, that are filled in, from top to bottom."""
    if template.get("file"):
        yield {"type": "header", "parameters": [render_file(str(template["file"]), next(media, {}))]}
    if "location" in template:
        yield {"type": "header", "parameters": [render_location(template["location"])]}
    if "offer" in template:
        yield {"type": "limited_time_offer", "parameters": [render_offer(template["offer"])]}
    for kind, values in (("header", template.get("header")), ("body", template.get("parameters"))):
        if parameters := render_parameters(values):
            yield {"type": kind, "parameters": parameters}
    for name, values in template.items():
        if button := BUTTON.fullmatch(name):
            yield from render_button(button[1], button[2], values)


def list_cards(cards: Json, media: Iterator[JsonObject]) -> Iterator[JsonObject]:
    """Yield what holds the cards, all of them, where there are any."""
    if cards is None:
        return
    if not isinstance(cards, list) or not all(isinstance(card, Mapping) for card in cards):
        raise ValueError("a template's `cards` must be a list of objects")
    shown: list[Json] = [
        {"card_index": number, "components": list(list_components(card, media))}
        for number, card in enumerate(cards)
        if isinstance(card, Mapping)
    ]
    yield {"type": "carousel", "cards": shown}


def render_button(kind: str, index: str, values: Json) -> Iterator[JsonObject]:
    """Yield a button that takes something; none for one that is given nothing."""
    if kind == "button":
        parameters, sub_type = render_parameters(values), "url"
    else:
        field, sub_type = FIELDS[kind]
        value = values.get("code") if isinstance(values, Mapping) else values
        if not isinstance(value, str) or not value:
            raise ValueError(f"`{kind}.{index}` of a template must be a text")
        parameters = [{"type": field, field: {"flow_token": value} if kind == "flow" else value}]
    if parameters:
        yield {"type": "button", "sub_type": sub_type, "index": index, "parameters": parameters}


def render_offer(offer: Json) -> JsonObject:
    """Return when an offer ends."""
    until = offer.get("until") if isinstance(offer, Mapping) else None
    moment = read_moment(until) if isinstance(until, str) else None
    if moment is None:
        raise ValueError("a template's `offer` needs `until`, a day and a time in UTC: 2027-01-31 18:00")
    ends = {"expiration_time_ms": int(moment.timestamp()) * 1_000}
    return {"type": "limited_time_offer", "limited_time_offer": ends}


def render_file(kind: str, media: JsonObject) -> JsonObject:
    """Return a file above the words, by the id it was uploaded under or an address; documents have a name."""
    shown = {name: value for name, value in media.items() if name != "filename" or kind == "document"}
    return {"type": kind, kind: shown}


def render_location(location: Json) -> JsonObject:
    """Return a place on the map. All four are texts here; Meta's own examples have them so, too."""
    values = location if isinstance(location, Mapping) else {}
    place: dict[str, Json] = {name: clean_text(str(values.get(name, ""))).strip() for name in PLACE}
    if not all(place.values()) or not all(is_number(str(place[name])) for name in ("latitude", "longitude")):
        raise ValueError("a template's `location` needs a latitude, a longitude, a name and an address")
    return {"type": "location", "location": place}


def is_number(text: str) -> bool:
    """Tell whether a text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


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
