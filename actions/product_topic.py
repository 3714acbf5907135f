"""Which products are being talked about."""

from rasa_sdk import Tracker

from actions.catalogue import Kind, Product, get_product
from actions.said import Said, read_said

# While these go on, "it" is the product named last. Anything else, praise too, ends the topic.
_GOES_ON = frozenset(
    {
        "affirm",
        "ask_availability",
        "ask_battery",
        "ask_bluetooth_pairing",
        "ask_cheaper",
        "ask_compatibility",
        "ask_headphone_advice",
        "ask_interface_advice",
        "ask_microphone_advice",
        "ask_noise_cancelling",
        "ask_price",
        "nlu_fallback",
    }
)

_ADVICE_ON = {
    "ask_headphone_advice": Kind.HEADPHONES,
    "ask_microphone_advice": Kind.MICROPHONE,
    "ask_interface_advice": Kind.INTERFACE,
}


def find_products(said: Said) -> list[Product]:
    """Return the products that a message names, each once."""
    found = (get_product(name) for name in said.get_named("product"))
    return list(dict.fromkeys(product for product in found if product is not None))


def find_topic(tracker: Tracker) -> list[Product]:
    """Return the products of the newest message that names some, as far back as the topic goes."""
    return next((found for said in _read_topic(tracker) if (found := find_products(said))), [])


def find_topic_kind(tracker: Tracker) -> Kind | None:
    """Return the kind of product that was named, or that advice was asked on, last in this topic."""
    for said in _read_topic(tracker):
        products = find_products(said)
        if products:
            return products[-1].kind
        if said.intent in _ADVICE_ON:
            return _ADVICE_ON[said.intent]
    return None


def _read_topic(tracker: Tracker) -> list[Said]:
    said = read_said(tracker)
    end = next((place for place, each in enumerate(said[1:], 1) if each.intent not in _GOES_ON), len(said))
    return said[:end]
