import pytest

from actions.catalogue import CATALOGUE
from actions.product_price import ActionProductPrice
from tests.unit.actions.conversation import make_tracker, run_action, user_event


def say(intent: str, *products: object, text: str = "how much is it") -> dict[str, object]:
    entities = [{"entity": "product", "value": product} for product in products]
    return user_event(text, intent, entities=entities)


async def test_price_of_each_named_product_is_told_once() -> None:
    tracker = make_tracker(say("ask_price", "halo", "Wisp", "halo"))
    messages, events = await run_action(ActionProductPrice(), tracker)
    assert [(message["product"], message["price"]) for message in messages] == [("Halo", 249), ("Wisp", 129)]
    assert events == []


async def test_price_without_a_name_is_that_of_the_product_being_talked_about() -> None:
    tracker = make_tracker(say("ask_battery", "Bridge 4"), say("ask_compatibility"), say("ask_price"))
    [message], _ = await run_action(ActionProductPrice(), tracker)
    assert (message["response"], message["price"]) == ("utter_product_price", 219)


@pytest.mark.parametrize("between", ["praise", "thank", "greet", "ask_order_status", "complaint_other"])
async def test_product_is_forgotten_when_the_talk_goes_elsewhere(between: str) -> None:
    tracker = make_tracker(say("ask_battery", "Halo"), say(between), say("ask_price"))
    [message], _ = await run_action(ActionProductPrice(), tracker)
    assert message["response"] == "utter_price_list"


@pytest.mark.parametrize("text", ["prices please", "how much are your mics", "price list?"])
async def test_price_of_several_things_is_the_list_also_after_one(text: str) -> None:
    tracker = make_tracker(say("ask_battery", "Halo"), say("ask_price", text=text))
    [message], _ = await run_action(ActionProductPrice(), tracker)
    assert message["response"] == "utter_price_list"


@pytest.mark.parametrize("products", [[], ["Walkman"], [{"a": 1}], [[{"a": 1}]], [None], [7], [True]])
async def test_price_of_nothing_we_sell_is_the_list(products: list[object]) -> None:
    [message], _ = await run_action(ActionProductPrice(), make_tracker(say("ask_price", *products)))
    assert message["response"] == "utter_price_list"


def test_catalogue_finds_products_by_lower_case_name() -> None:
    assert all(name == product.name.lower() for name, product in CATALOGUE.items())
