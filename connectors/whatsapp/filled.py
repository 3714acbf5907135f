"""What people fill in, a form or an order: words for people, values for rules. Pure."""

from __future__ import annotations

import json

from bot.connector.fields import MAX_ID, MAX_TEXT
from bot.connector.meta.fields import get_id, get_object, get_text
from bot.connector.text import clean_text
from bot.domain.json import JsonObject
from bot.errors import BadPayload
from connectors.whatsapp.reading import get_name, get_objects, need_number
from connectors.whatsapp.said import Said, say

ADDRESS = "address_message"
LONGEST_FORM = 100  # answers of a form
LONGEST_JSON = 100_000  # code points of them
LONGEST_ORDER = 100  # lines of an order


def read_form(reply: JsonObject) -> Said:
    """Read a form's answers: lines for whoever reads them, and the values for rules and actions."""
    response = get_text(reply, "response_json", limit=LONGEST_JSON)
    answers = read_answers(response)
    lines = "\n".join(f"{name}: {value}" for name, value in answers.items() if name != "flow_token")
    body = get_text(reply, "body")  # of an address it is the whole, of any other form a word such as "Sent"
    text = (
        (body if get_name(reply, "name") == ADDRESS else "") or lines or body or ("" if answers else response)
    )
    return say(text[:MAX_TEXT], form={"name": get_name(reply, "name"), "answers": answers})


def read_answers(response: str) -> dict[str, str]:
    """Return the answers in a form's JSON, which is a string, as texts; none where it is no object."""
    try:
        values = json.loads(response)
        written = {name: write(value) for name, value in list(values.items())[:LONGEST_FORM]}
    except (ValueError, RecursionError, AttributeError):
        return {}
    return {clean_text(name[:MAX_ID]): clean_text(value[:MAX_TEXT]) for name, value in written.items()}


def write(value: object) -> str:
    """Return an answer as a text; several values are separated by commas, those with names keep them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(item if isinstance(item, str) else json.dumps(item) for item in value)
    if isinstance(value, dict):
        named = ((name, write(each)) for name, each in value.items())
        return ", ".join(f"{name}: {each}" for name, each in named if each)
    return json.dumps(value)


def read_order(message: JsonObject) -> Said:
    """Read an order from the catalogue: what the customer wrote with it, then a line for each product."""
    order = get_object(message, "order")
    items = [read_item(item) for item in get_objects(order, "product_items")[:LONGEST_ORDER]]
    lines = [" x ".join(filter(None, (item["quantity"], item["product"]))) for item in items]
    text = "\n".join(part for part in (get_text(order, "text"), *lines) if part)
    return say(text[:MAX_TEXT], order={"catalog": get_id(order, "catalog_id"), "items": items})


def read_item(item: JsonObject) -> dict[str, str]:
    """Return one line of an order; what is no number in it is left out."""
    return {
        "product": get_name(item, "product_retailer_id") or get_id(item, "product_retailer_id"),
        "quantity": read_amount(item, "quantity", "g"),
        "price": read_amount(item, "item_price", ".2f"),
        "currency": get_name(item, "currency"),
    }


def read_amount(item: JsonObject, name: str, shape: str) -> str:
    """Return a number as a text, empty where there is none: an order is one all the same."""
    try:
        return format(need_number(item, name), shape)
    except BadPayload:
        return ""
