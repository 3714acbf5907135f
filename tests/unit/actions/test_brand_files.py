"""The brand's files among themselves: what is named is there, and what is there is used."""

import inspect
import pkgutil
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rasa_sdk import Action, FormValidationAction
from ruamel.yaml import YAML

import actions
from actions.catalogue import CATALOGUE
from actions.intent_phrases import INTENT_PHRASES

ROOT = Path(actions.__file__).parents[1]
SET_BY_RASA = {"nlu_fallback"}


def load(path: Path) -> Any:
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
    built = {f"utter_order_{state}" for state in ("packed", "shipped", "delivered", "delayed", "cancelled")}
    said_by_rasa = {"utter_ask_rephrase"}
    assert in_flows | in_code | built | said_by_rasa == responses


def test_a_person_is_promised_only_where_a_handoff_is_made() -> None:
    assert "utter_handoff" not in {step.get("action") for step in load_steps()}
    promising = [path.name for path in (ROOT / "actions").glob("*.py") if "utter_handoff" in path.read_text()]
    assert sorted(promising) == ["default_fallback.py", "handoff.py"]


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


def test_prices_in_the_answers_are_those_of_the_catalogue() -> None:
    [variation] = load_domain()["responses"]["utter_price_list"]
    told = re.findall(r"(\w[\w ]*?) £(\d+)", re.sub(r"\w+:", "", variation["text"]))
    assert {name.strip().casefold(): int(price) for name, price in told} == {
        name: product.price for name, product in CATALOGUE.items()
    }
