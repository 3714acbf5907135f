"""What Meta's elements say beside plain text: templates, where somebody comes from, what is lost. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.connector.fields import MAX_ID
from bot.connector.meta.fields import get_id, get_list, get_object, get_text
from bot.domain.json import Json, JsonObject

LOST = "Meta does not pass on what they sent: ask them to send it in another way"
CARDS_MAX = 10
REFERRAL = ("ref", "source", "type", "ad_id", "referer_uri")


def list_cards(payload: JsonObject) -> list[JsonObject]:
    """Return the cards of a template; Instagram puts them one level deeper."""
    elements = get_list(payload, "elements") or get_list(get_object(payload, "generic"), "elements")
    return [card for card in elements[:CARDS_MAX] if isinstance(card, Mapping)]


def read_template(items: Sequence[Json]) -> str:
    """Return the words of a template that was sent: its own, or those of its cards."""
    for item in items:
        if isinstance(item, Mapping):
            payload = get_object(item, "payload")
            text = get_text(payload, "text") or get_text(item, "title") or read_cards(payload)
            if text:
                return text
    return ""


def read_cards(payload: JsonObject) -> str:
    """Return a line for each card of a template; of one without words, what kind it is."""
    lines = (
        " - ".join(filter(None, (get_text(card, "title"), get_text(card, "subtitle"))))
        for card in list_cards(payload)
    )
    return "\n".join(filter(None, lines)) or get_text(payload, "template_type", limit=60)


def read_referral(referral: JsonObject) -> JsonObject:
    """Return where somebody came from; the word of an m.me or ig.me link is `start_payload`."""
    told: dict[str, Json] = {name: get_text(referral, name, limit=MAX_ID) for name in REFERRAL}
    told["ad_title"] = get_text(get_object(referral, "ads_context_data"), "ad_title", limit=MAX_ID)
    told["product_id"] = get_id(get_object(referral, "product"), "id")
    kept: JsonObject = {name: value for name, value in told.items() if value}
    start: JsonObject = {"start_payload": kept["ref"]} if kept.get("ref") else {}
    return {**({"referral": kept} if kept else {}), **start}


def explain_lost(items: Sequence[Json]) -> str:
    """Say that there is nothing to show, with the title of what was shared where that is told."""
    titles = (name_shared(item) for item in items if isinstance(item, Mapping))
    title = next(filter(None, titles), "")
    return f"They shared \u201c{title}\u201d. {LOST}" if title else LOST


def name_shared(item: JsonObject) -> str:
    """Return the title of what was shared, or of the first card of it; empty where it has none."""
    payload = get_object(item, "payload")
    places = (payload, item, *list_cards(payload))
    titles = (get_text(place, "title", limit=MAX_ID) for place in places)
    return next(filter(None, titles), "")


def explain_optin(optin: JsonObject) -> str:
    """Say what somebody allowed, or allows no longer."""
    if get_text(optin, "notification_messages_status", limit=60).upper().startswith("STOP"):
        return "They want no more messages about what they had subscribed to"
    return "They allowed messages to be sent to them, and have written nothing yet"


def explain_arrival(referral: JsonObject) -> str:
    """Say how somebody came."""
    if get_text(referral, "source", limit=60).upper() != "ADS":
        return "They opened the chat by a link, and have written nothing yet"
    title = get_text(get_object(referral, "ads_context_data"), "ad_title", limit=MAX_ID)
    named = f" \u201c{title}\u201d" if title else ""
    return f"They came by an advertisement{named}, and have written nothing yet"
