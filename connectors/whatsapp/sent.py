"""What the brand's side sent: messages that hold more than people can write. Pure.

Source: https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.connector.fields import MAX_TEXT
from bot.connector.meta.fields import get_id, get_object, get_text, get_url
from bot.domain.json import JsonObject
from connectors.whatsapp.messages import FILES, name_type, read_said, read_surroundings
from connectors.whatsapp.reading import get_name, get_objects
from connectors.whatsapp.said import Said, say

SHOWN = frozenset({"HEADER", "BODY", "FOOTER"})
HOLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,100})\s*\}\}")
FALLBACKS = ("currency", "date_time")


def read_sent(message: JsonObject) -> Said:
    """Read what the brand's side wrote: in words where nobody else could have sent it."""
    words = "\n".join(filter(None, list_words(message)))[:MAX_TEXT]
    return say(words, **read_surroundings(message)) if words else read_said(message)


def list_words(message: JsonObject) -> Iterator[str]:
    """Yield the lines of what only a business can send; nothing for any other message."""
    kind = name_type(message)
    part = get_object(message, kind)
    if kind == "interactive":
        yield from list_offer(part)
    elif kind == "template":
        yield from list_template(part, get_object(message, "definition"))
    elif kind in FILES and not get_id(part, "id"):
        yield from (get_text(part, "caption"), get_url(part, "link"))


def list_offer(offer: JsonObject, *, is_card: bool = False) -> Iterator[str]:
    """Yield what stands in a message with buttons, rows, a link, a form or cards, which hold no cards."""
    for place in ("header", "body", "footer"):
        yield get_text(get_object(offer, place), "text")
    action = get_object(offer, "action")
    for button in get_objects(action, "buttons"):
        yield get_name(get_object(button, get_name(button, "type")), "title")
    for section in get_objects(action, "sections"):
        for row in get_objects(section, "rows"):
            yield " - ".join(filter(None, (get_name(row, "title"), get_name(row, "description"))))
    values = get_object(action, "parameters")
    label = get_name(values, "display_text") or get_name(values, "flow_cta")
    yield ": ".join(filter(None, (label, get_url(values, "url"))))
    for card in [] if is_card else get_objects(action, "cards"):
        yield from list_offer(card, is_card=True)


def list_template(template: JsonObject, definition: JsonObject) -> Iterator[str]:
    """Yield what an approved template says; its name where nobody tells what it says."""
    filled = {name_part(part): part for part in get_objects(template, "components")}
    shown = [part for part in get_objects(definition, "components") if name_part(part) in SHOWN]
    if not shown:
        yield get_name(template, "name")
    for part in shown:
        yield fill_in(get_text(part, "text"), filled.get(name_part(part), {}))


def name_part(part: JsonObject) -> str:
    """Return the type of a part of a template, in capitals."""
    return get_name(part, "type").upper()


def fill_in(text: str, part: JsonObject) -> str:
    """Put into a text what goes into its places, which have numbers or names."""
    values: dict[str, str] = {}
    for number, parameter in enumerate(get_objects(part, "parameters"), start=1):
        fallbacks = (get_text(get_object(parameter, kind), "fallback_value") for kind in FALLBACKS)
        value = get_text(parameter, "text") or next(filter(None, fallbacks), "")
        values[get_name(parameter, "parameter_name") or str(number)] = value
    return fill_holes(text, values)


def fill_holes(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its places filled; one that nobody fills stays as it is."""
    return HOLE.sub(lambda hole: values.get(hole[1]) or hole[0], text)
