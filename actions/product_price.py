"""`action_product_price`: the price of the product that was named, or all prices."""

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import Product
from actions.product_topic import find_products, find_topic
from actions.said import read_said

# "Prices please", "how much are your mics?": who names several things or a kind does not mean "it".
_ASKS_FOR_MORE = re.compile(
    r"\b(prices|price ?list|everything|all|headphones?|earbuds?|mics?|microphones?|interfaces?)\b",
    re.IGNORECASE,
)


class ActionProductPrice(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Tells prices. Products named in this message count; failing those, the one being talked about."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_product_price"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say one price per known product, or the price list when there is none."""
        products = _choose(tracker)
        for product in products:
            dispatcher.utter_message(
                response="utter_product_price",
                product=product.name,
                price=product.price,
                article=product.article,
                summary=product.summary,
            )
        if not products:
            dispatcher.utter_message(response="utter_price_list")
        return []


def _choose(tracker: Tracker) -> list[Product]:
    latest = next(iter(read_said(tracker)), None)
    if latest is None:
        return []
    named = find_products(latest)
    if named or latest.get_named("product") or _ASKS_FOR_MORE.search(latest.text):
        return named
    return find_topic(tracker)
