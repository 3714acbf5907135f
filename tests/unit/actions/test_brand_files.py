"""The brand's files among themselves: what is named is there, and what is there is used."""

import inspect
import pkgutil
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Action, FormValidationAction
from ruamel.yaml import YAML

import actions
from actions.ask_affirmation import NO_BUTTON, PERSON_BUTTON
from actions.catalogue import CATALOGUE, Kind
from actions.intent_phrases import INTENT_PHRASES
from actions.order_book import OrderState

ROOT = Path(actions.__file__).parents[1]
SET_BY_RASA = {"nlu_fallback"}


@cache
def load(path: Path) -> Any:
    """Read a file, once: it is for looking at alone."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def load_domain() -> dict[str, Any]:
    return dict(load(ROOT / "domain.yml"))


def load_examples() -> list[tuple[str, str]]:
    """Every example as (intent, text without its annotations)."""
    blocks = [block for path in sorted((ROOT / "nlu_data/nlu").glob("*.yml")) for block in load(path)["nlu"]]
    return [
        (block["intent"], re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line.removeprefix("- ")).strip())
        for block in blocks
        if "intent" in block
        for line in block["examples"].splitlines()
    ]


def load_steps() -> list[dict[str, Any]]:
    flows = load(ROOT / "nlu_data/rules.yml")["rules"] + load(ROOT / "nlu_data/stories.yml")["stories"]
    return [step for flow in flows for step in flow["steps"]]


def find_action_names() -> set[str]:
    """The names of all action classes in the folder, found as Rasa's action server finds them."""
    modules = [
        __import__(f"actions.{module.name}", fromlist=["_"])
        for module in pkgutil.iter_modules(actions.__path__)
    ]
    classes: set[Any] = {
        found
        for module in modules
        for found in vars(module).values()
        if inspect.isclass(found)
        and issubclass(found, Action)
        and found not in (Action, FormValidationAction)
    }
    return {str(found().name()) for found in classes}


def read_sources() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "actions").glob("*.py")))


def test_every_action_of_the_domain_has_a_class_and_back() -> None:
    assert find_action_names() == set(load_domain()["actions"])


def test_every_intent_has_examples_and_is_used() -> None:
    intents = set(load_domain()["intents"])
    assert len(intents) >= 30
    assert Counter(intent for intent, _ in load_examples()).keys() == intents - SET_BY_RASA
    assert {step["intent"] for step in load_steps() if "intent" in step} == intents


def test_every_intent_has_twenty_examples() -> None:
    assert min(Counter(intent for intent, _ in load_examples()).values()) >= 20


def test_no_text_stands_under_two_intents() -> None:
    texts: dict[str, set[str]] = {}
    for intent, text in load_examples():
        texts.setdefault(text.casefold(), set()).add(intent)
    assert [text for text, intents in texts.items() if len(intents) > 1] == []


def test_every_response_is_used_and_every_used_one_exists() -> None:
    responses = set(load_domain()["responses"])
    in_flows = {step["action"] for step in load_steps() if str(step.get("action", "")).startswith("utter_")}
    in_code = set(re.findall(r'"(utter_\w+)"', read_sources()))
    built = {f"utter_order_{state.value}" for state in OrderState}
    built |= {f"utter_cheaper_{kind.value}" for kind in Kind}
    said_by_rasa = {"utter_ask_rephrase"}
    assert in_flows | in_code | built | said_by_rasa == responses


def test_a_person_is_promised_only_where_a_handoff_is_made() -> None:
    assert "utter_handoff" not in {step.get("action") for step in load_steps()}
    promising = [path.name for path in (ROOT / "actions").glob("*.py") if "utter_handoff" in path.read_text()]
    assert promising == ["hand_over.py"]


@pytest.mark.parametrize("word", ["!", "Oops"])
def test_responses_keep_a_calm_tone(word: str) -> None:
    texts = [
        variation["text"] for variations in load_domain()["responses"].values() for variation in variations
    ]
    assert [text for text in texts if word in text] == []


def test_buttons_lead_to_intents_that_exist() -> None:
    intents = set(load_domain()["intents"])
    variations = [one for several in load_domain()["responses"].values() for one in several]
    payloads = [button["payload"] for variation in variations for button in variation.get("buttons", [])]
    assert {payload.removeprefix("/").split("{")[0] for payload in payloads} <= intents
    assert set(INTENT_PHRASES) <= intents


def get_buttons(variation: dict[str, Any]) -> list[dict[str, str]]:
    return list(variation.get("buttons", []))


def load_buttons() -> dict[str, str]:
    """Every button that the brand may show: title → the intent it sends."""
    variations = [one for several in load_domain()["responses"].values() for one in several]
    shown = [button for variation in variations for button in get_buttons(variation)]
    return {
        button["title"]: button["payload"].removeprefix("/").split("{")[0]
        for button in [*shown, NO_BUTTON, PERSON_BUTTON]
    }


@pytest.mark.parametrize(("title", "intent"), sorted(load_buttons().items()))
def test_title_of_a_button_is_an_example_of_what_it_sends(title: str, intent: str) -> None:
    """On channels without buttons people type what they read."""
    typed = {text.casefold(): taught for taught, text in load_examples()}
    assert typed[title.casefold()] == ("deny" if title == NO_BUTTON["title"] else intent)


def get_facts(text: str) -> set[str]:
    """Figures, links and placeholders: what a customer would act on."""
    return set(re.findall(r"\d+|lyra\.example/\w+|\{\w+\}", text))


SMALL_TALK = {"utter_product_price"}  # one variation says "a" or "an" before the summary


@pytest.mark.parametrize("response", sorted(set(load_domain()["responses"]) - SMALL_TALK))
def test_variations_of_a_response_carry_the_same_facts_and_buttons(response: str) -> None:
    """Which variation is said is luck; whether it helps must not be."""
    variations = [one for one in load_domain()["responses"][response] if "condition" not in one]
    assert len({frozenset(get_facts(variation["text"])) for variation in variations}) == 1
    titles = {tuple(button["title"] for button in get_buttons(variation)) for variation in variations}
    assert len(titles) == 1


@pytest.mark.parametrize(
    "response",
    [
        "utter_account",
        "utter_bluetooth_pairing",
        "utter_drivers",
        "utter_form_left",
        "utter_media",
        "utter_order_delayed",
        "utter_order_unknown",
        "utter_out_of_scope",
        "utter_problem_battery",
        "utter_problem_code",
        "utter_problem_firmware",
        "utter_problem_noise_cancelling",
        "utter_refund_status",
        "utter_repair",
        "utter_unsupported",
    ],
)
def test_answer_to_a_problem_offers_a_person(response: str) -> None:
    for variation in load_domain()["responses"][response]:
        assert "/ask_for_person" in [button["payload"] for button in get_buttons(variation)]


def test_delivery_times_do_not_contradict_each_other() -> None:
    general, *_ = load_domain()["responses"]["utter_delivery_time"]
    for variation in load_domain()["responses"]["utter_delivery_time"]:
        assert get_facts(variation["text"]) <= get_facts(general["text"])
    assert "5 to 8, express 3" in general["text"]


def test_prices_in_the_answers_are_those_of_the_catalogue() -> None:
    [variation] = load_domain()["responses"]["utter_price_list"]
    told = re.findall(r"(\w[\w ]*?) £(\d+)", re.sub(r"\w+:", "", variation["text"]))
    assert {name.strip().casefold(): int(price) for name, price in told} == {
        name: product.price for name, product in CATALOGUE.items()
    }
