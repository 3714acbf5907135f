import pytest

from actions.catalogue import CATALOGUE
from actions.product_price import ActionProductPrice
from tests.unit.actions.conversation import make_tracker, run_action, user_event


def ask(*products: str) -> dict[str, object]:
    entities = [{"entity": "product", "value": product} for product in products]
    return user_event("how much", "ask_price", entities=entities)


async def test_price_of_each_named_product_is_told_once() -> None:
    messages, events = await run_action(ActionProductPrice(), make_tracker(ask("halo", "Wisp", "halo")))
    assert [(message["product"], message["price"]) for message in messages] == [("Halo", 249), ("Wisp", 129)]
    assert events == []


async def test_price_without_a_name_is_that_of_the_product_spoken_about() -> None:
    [message], _ = await run_action(ActionProductPrice(), make_tracker(ask(), slots={"product": "Bridge 4"}))
    assert (message["response"], message["price"]) == ("utter_product_price", 219)


@pytest.mark.parametrize("products", [[], ["Walkman"]])
async def test_price_of_nothing_we_sell_is_the_list(products: list[str]) -> None:
    [message], _ = await run_action(ActionProductPrice(), make_tracker(ask(*products)))
    assert message["response"] == "utter_price_list"


def test_catalogue_finds_products_by_lower_case_name() -> None:
    assert all(name == product.name.lower() for name, product in CATALOGUE.items())
