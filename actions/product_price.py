"""`action_product_price`: the price of the product that was named, or all prices."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.catalogue import Product, get_product


class ActionProductPrice(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """Tells prices. Products named in this message count; failing those, the one spoken about before."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_product_price"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Say one price per known product, or the price list when there is none."""
        products = _get_products(tracker)
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


def _get_products(tracker: Tracker) -> list[Product]:
    names = list(tracker.get_latest_entity_values("product")) or [tracker.get_slot("product") or ""]
    found = [get_product(str(name)) for name in dict.fromkeys(names)]
    return [product for product in found if product is not None]
