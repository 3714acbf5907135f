"""The parts of an approved template, and what has to be filled in where. Pure.

Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components,
…/templates/marketing-templates/media-card-carousel-templates, …/marketing-templates/coupon-templates,
…/templates/utility-templates/location-templates and …/templates/authentication-templates
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from bot.connector import Place, TemplatePart
from bot.connector.meta.fields import get_list, get_object, get_text
from bot.connector.text import clean_text
from bot.domain.json import Json, JsonObject
from connectors.whatsapp.files import HEADER_RULES
from connectors.whatsapp.reading import get_name, get_objects

CODE_MAX = 15  # characters of a coupon or a one-time code
CODE = "[A-Za-z0-9]+"
MOST_CARDS, MOST_BUTTONS = 10, 10
BUTTONS = frozenset(
    {"QUICK_REPLY", "PHONE_NUMBER", "URL", "COPY_CODE", "OTP", "FLOW", "REQUEST_CONTACT_INFO"}
)
BUTTON_TYPES: Mapping[str, str] = {
    "CATALOG": "it opens the catalogue, and needs a product of it",
    "MPM": "it shows products, and needs their numbers",
    "SPM": "it shows a product, and needs its number",
    "APP": "it opens an app, and needs an address in it",
    "ORDER_DETAILS": "it asks for a payment, and needs the order",
    "VOICE_CALL": "it offers a call, and calls are not taken here",
    "REMINDER": "it offers a reminder, and needs its time",
}
COMPONENTS: Mapping[str, str] = {
    "CALL_PERMISSION_REQUEST": "it asks whether one may call, and calls are not made from here",
    "ORDER_STATUS": "it tells the state of an order, and needs the order",
}
HEADERS: Mapping[str, str] = {
    "GIF": "a moving picture stands above it, which only Meta's Marketing Messages API sends",
    "PRODUCT": "a product of the catalogue stands above it, and needs its number",
}
ASKS_SERVER = "its form (a flow) asks a server of its own, which has to know who is asked"
NO_OFFER = "it is an offer, and Meta does not tell which"
NO_TOKEN = "unused"  # noqa: S105 - what Meta puts where a form is given no token of its own
LABELS: Mapping[str, str] = {"REQUEST_CONTACT_INFO": "Share contact info"}  # it cannot be another one
UNKNOWN = "it has a part that is not known here: {what}"


class NotOurs(Exception):
    """A template cannot be sent from here; its words say why."""


def read_components(components: Sequence[JsonObject], *, is_code: bool) -> Iterator[TemplatePart]:
    """Yield what a template says, from top to bottom. Raises `NotOurs`.

    `is_code`: it tells a one-time code, which its button copies.
    """
    if not any(name_of(each) == "BODY" for each in components):
        raise NotOurs("it says nothing")
    parts = [part for each in components for part in read_component(each)]
    yield from map(repeat_code, parts) if is_code else parts


def read_component(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield the parts of a component."""
    kind = name_of(component)
    if kind not in READERS:
        raise NotOurs(COMPONENTS.get(kind) or UNKNOWN.format(what=kind.lower() or "nothing"))
    yield from READERS[kind](component)


def name_of(component: JsonObject) -> str:
    """Return the type of a component or a button, in capitals."""
    return get_name(component, "type").upper()


def repeat_code(part: TemplatePart) -> TemplatePart:
    """Ask for a one-time code once: in the text. Its button takes the same."""
    if part.part == "body":
        places = tuple(part.places())
        if len(places) != 1:
            raise NotOurs("it tells a code, and Meta does not say where")
        return replace(part, asks=(replace(places[0], most=CODE_MAX),))
    is_copy = part.part.startswith("button.") and any(part.places())
    return replace(part, text=part.text.partition(": ")[0], repeats="body") if is_copy else part


def read_header(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield what stands above: a line, a file or a place."""
    kind = get_name(component, "format").upper()
    if kind == "TEXT":
        yield read_line(component, "header")
    elif kind == "LOCATION":
        yield read_location()
    elif kind.lower() in HEADER_RULES:
        yield read_file(kind.lower())
    else:
        raise NotOurs(HEADERS.get(kind) or UNKNOWN.format(what=f"header {kind.lower()}".strip()))


def read_body(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield the text itself."""
    yield read_line(component, "body")


def read_footer(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield the line below, where there is one."""
    if get_text(component, "text").strip():
        yield read_line(component, "footer")


def read_line(component: JsonObject, part: str) -> TemplatePart:
    """Return a header, a body or a footer."""
    text = clean_text(get_text(component, "text"))
    return TemplatePart(part=part, text=text, examples=read_examples(component, part))


def read_file(kind: str) -> TemplatePart:
    """Return the place of a file above the words."""
    place = Place(part="file", name=kind, takes=HEADER_RULES[kind])
    return TemplatePart(part="file", text=f"{{{{{kind}}}}}", asks=(place,))


def read_location() -> TemplatePart:
    """Return a place on a map: Meta wants all four, and people read name and address."""
    asks = (
        Place(part="location", name="name"),
        Place(part="location", name="address"),
        Place(part="location", name="latitude", example="48.2085", degrees=90),
        Place(part="location", name="longitude", example="16.3731", degrees=180),
    )
    text = "{{name}}, {{address}} ({{latitude}}, {{longitude}})"
    return TemplatePart(part="location", text=text, asks=asks)


def read_buttons(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield a line for each button."""
    for number, button in enumerate(get_objects(component, "buttons")):
        yield read_button(button, number)


def read_button(button: JsonObject, number: int) -> TemplatePart:
    """Return a button as a line: its label, and where it leads or what it copies."""
    kind, label = name_of(button), clean_text(get_name(button, "text"))
    if number >= MOST_BUTTONS or kind not in BUTTONS:
        raise NotOurs(BUTTON_TYPES.get(kind) or UNKNOWN.format(what=f"button {kind.lower()}".strip()))
    if kind == "COPY_CODE":
        example = next((each for each in get_texts(button, "example")), "")
        told = "a code has up to 15 letters and digits, no others"
        place = Place(
            part=f"code.{number}", name="code", example=example, most=CODE_MAX, pattern=CODE, told=told
        )
        return TemplatePart(part=place.part, text=f"• {label or 'Copy code'}: {{{{code}}}}", asks=(place,))
    if kind == "FLOW":
        if get_name(button, "flow_action").lower() == "data_exchange":
            raise NotOurs(ASKS_SERVER)
        return TemplatePart(part=f"flow.{number}", text=f"• {label}", fixed=NO_TOKEN)
    label = label or LABELS.get(kind, "")
    # Meta lists the button of a one-time code as one that leads to an address with the code in it, or as OTP.
    url = get_text(button, "url") or ("{{1}}" if kind == "OTP" else "")
    examples = dict(zip("1", get_texts(button, "example"), strict=False))
    text = f"• {label}: {url}" if url else f"• {label}"
    return TemplatePart(part=f"button.{number}", text=text, examples=examples)


def read_offer(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield what is offered, and until when, where it ends: Meta counts the hours down."""
    offer = get_object(component, "limited_time_offer")
    text = clean_text(get_text(offer, "text"))
    if not text.strip():
        raise NotOurs(NO_OFFER)
    if offer.get("has_expiration") is not True:
        yield TemplatePart(part="offer", text=text)
        return
    place = Place(part="offer", name="until", example="2027-01-31 18:00", is_moment=True)
    yield TemplatePart(part="offer", text=f"{text} (until {{{{until}}}} UTC)", asks=(place,))


def read_cards(component: JsonObject) -> Iterator[TemplatePart]:
    """Yield the parts of all cards, which stand beside each other."""
    cards = get_objects(component, "cards")
    if not 1 <= len(cards) <= MOST_CARDS:
        raise NotOurs("it has cards, and Meta does not tell which")
    for number, card in enumerate(cards):
        components = get_objects(card, "components")
        if any(name_of(each) == "CAROUSEL" for each in components):
            raise NotOurs("it has cards, and Meta does not tell which")
        parts = [part for each in components for part in read_component(each)]
        if not any(part.part == "file" for part in parts):
            raise NotOurs("its cards show no pictures or films")
        yield from (put_on_card(part, number) for part in parts)


def put_on_card(part: TemplatePart, number: int) -> TemplatePart:
    """Return a part as one of a card."""
    name = f"card.{number}.{part.part}"
    return replace(part, part=name, asks=tuple(replace(place, part=name) for place in part.asks))


def read_examples(component: JsonObject, part: str) -> Mapping[str, str]:
    """Return what Meta was given as examples, by the place's number or name."""
    example = get_object(component, "example")
    named = {
        get_name(each, "param_name"): get_name(each, "example")
        for each in get_objects(example, f"{part}_text_named_params")
    }
    rows = flatten(get_list(example, f"{part}_text"))
    return named or {
        str(number): clean_text(value) for number, value in enumerate(rows, start=1) if isinstance(value, str)
    }


def get_texts(data: JsonObject, name: str) -> list[str]:
    """Return the texts of a list, or a text that stands alone in place of one."""
    value = data.get(name)
    values = value if isinstance(value, list) else [value]
    return [clean_text(each) for each in values if isinstance(each, str)]


def flatten(values: object) -> list[Json]:
    """Return the first row of a table, or a list as it is: bodies' examples are rows, headers' are not."""
    rows = values if isinstance(values, list) else []
    return rows[0] if rows and isinstance(rows[0], list) else rows


READERS: Mapping[str, Callable[[JsonObject], Iterator[TemplatePart]]] = {
    "HEADER": read_header,
    "BODY": read_body,
    "FOOTER": read_footer,
    "BUTTONS": read_buttons,
    "CAROUSEL": read_cards,
    "LIMITED_TIME_OFFER": read_offer,
}
