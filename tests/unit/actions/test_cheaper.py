from typing import Any

import pytest

from actions.catalogue import CATALOGUE, Kind
from actions.cheaper import ActionCheaper
from tests.unit.actions.conversation import make_tracker, run_action, user_event
from tests.unit.actions.test_brand_files import load_domain


def say(intent: str, *products: str) -> dict[str, object]:
    return user_event("…", intent, entities=[{"entity": "product", "value": each} for each in products])


CHEAPER = say("ask_cheaper")


@pytest.mark.parametrize(
    ("before", "response"),
    [
        ([], "utter_price_list"),
        ([say("greet")], "utter_price_list"),
        ([CHEAPER], "utter_price_list"),
        ([say("ask_price")], "utter_price_list"),
        ([say("ask_price", "Cirrus")], "utter_cheaper_microphones"),
        ([say("ask_interface_advice"), say("ask_price"), say("ask_price")], "utter_cheaper_interfaces"),
        ([say("ask_headphone_advice"), CHEAPER], "utter_cheaper_headphones"),
        ([say("ask_headphone_advice"), say("ask_price", "Nova X"), CHEAPER], "utter_cheaper_microphones"),
        ([say("ask_headphone_advice"), say("thank")], "utter_price_list"),
    ],
)
async def test_something_cheaper_is_of_the_kind_named_last(before: list[Any], response: str) -> None:
    [message], _ = await run_action(ActionCheaper(), make_tracker(*before, CHEAPER))
    assert message["response"] == response


@pytest.mark.parametrize("kind", list(Kind))
def test_least_expensive_one_is_what_the_answer_names(kind: Kind) -> None:
    cheapest = min((each for each in CATALOGUE.values() if each.kind is kind), key=lambda each: each.price)
    [variation] = load_domain()["responses"][f"utter_cheaper_{kind.value}"]
    assert cheapest.name in variation["text"]
    assert f"£{cheapest.price}" in variation["text"]
