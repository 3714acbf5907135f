"""Projects made up by chance: rules, stories, slots and forms that nobody would write, but Rasa takes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from pathlib import Path

_INTENTS = [f"intent_{letter}" for letter in "abcdefgh"]
_ANSWERS = [f"utter_{letter}" for letter in "abcdefgh"]
_ENTITIES = ["place", "size", "count", "flag"]
_FORMS = {"first_form": ["place_slot", "note"], "second_form": ["size_slot", "flag_slot", "wishes"]}
_FEW = 4
_VALUES: dict[str, list[Any]] = {
    "place_slot": ["x", None],
    "size_slot": ["small", "large", "odd", None],
    "count_slot": [0, 5, 10, None],
    "flag_slot": [True, False, None],
    "wishes": [["a"], [], None],
}


def write_project(place: Path, seed: int, *, checked: bool = False) -> None:
    """Write the project of that seed into a folder.

    `checked`: a smaller one, whose rules are held against its stories: half of these are refused.
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    (place / "data").mkdir(parents=True)
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    files = {
        "config.yml": {"policies": _policies(chance, checked=checked)},
        "domain.yml": {"version": "3.1", **_domain(chance)},
        "data/rules.yml": {"version": "3.1", "rules": _rules(chance)[: _FEW if checked else None]},
        "data/stories.yml": {"version": "3.1", "stories": _stories(chance)[: _FEW if checked else None]},
    }
    for name, content in files.items():
        with (place / name).open("w") as file:
            yaml.dump(content, file)


def _policies(chance: random.Random, *, checked: bool) -> list[dict[str, Any]]:
    history = chance.choice((None, 2, 3, 5))
    memory = {"name": chance.choice(("MemoizationPolicy", "AugmentedMemoizationPolicy"))}
    rules = {
        "name": "RulePolicy",
        "check_for_contradictions": checked,
        "enable_fallback_prediction": chance.random() < 0.7,
        "use_nlu_confidence_as_score": chance.random() < 0.2,
    }
    return [{**memory, **({"max_history": history} if history else {})}, rules]


def _slots(chance: random.Random) -> dict[str, Any]:
    def mapped(entity: str, **options: Any) -> dict[str, Any]:
        return {"type": "from_entity", "entity": entity, **options}

    form = chance.choice(list(_FORMS))
    in_form = {"active_loop": "first_form"}
    slots = {
        "place_slot": {"type": "text", "mappings": [mapped("place", role="to"), mapped("place")]},
        "size_slot": {
            "type": "categorical",
            "values": ["small", "large"],
            "mappings": [mapped("size", not_intent=chance.sample(_INTENTS, 2))],
        },
        "count_slot": {
            "type": "float",
            "max_value": 10,
            "mappings": [mapped("count", conditions=[{"active_loop": chance.choice((form, None))}])],
        },
        "flag_slot": {
            "type": "bool",
            **({"initial_value": False} if chance.random() < 0.5 else {}),
            "mappings": [
                {"type": "from_intent", "intent": chance.choice(_INTENTS), "value": True},
                mapped("flag"),
            ],
        },
        "wishes": {"type": "list", "mappings": [mapped("place", role="from"), mapped("size")]},
        "note": {
            "type": "text",
            "influence_conversation": False,
            "mappings": [
                {"type": "from_text", "conditions": [{**in_form, "requested_slot": "note"}]},
                {"type": "from_trigger_intent", "intent": chance.choice(_INTENTS), "value": "begun",
                 "conditions": [in_form]},
            ],
        },
    }  # fmt: skip
    return dict(chance.sample(sorted(slots.items()), len(slots)))


def _domain(chance: random.Random) -> dict[str, Any]:
    slots = _slots(chance)
    special = chance.sample(_INTENTS, 2)
    return {
        "intents": [
            {name: {chance.choice(("use_entities", "ignore_entities")): chance.sample(_ENTITIES, 2)}}
            if name in special
            else name
            for name in _INTENTS
        ],
        "entities": [{"place": {"roles": ["from", "to"]}}, "size", "count", "flag"],
        "slots": slots,
        "forms": {
            name: {"required_slots": wanted, "ignored_intents": chance.sample(_INTENTS, 1)}
            for name, wanted in _FORMS.items()
        },
        "responses": {
            name: [{"text": f"{name} {{size_slot}}"}]
            for name in (*_ANSWERS, *(f"utter_ask_{slot}" for slot in slots), "utter_default")
        },
        "session_config": {
            "session_expiration_time": 60,
            "carry_over_slots_to_new_session": chance.random() < 0.5,
        },
    }


def _rules(chance: random.Random) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for number, (form, intent) in enumerate(zip(_FORMS, chance.sample(_INTENTS, 2), strict=True)):
        start = [{"intent": intent}, {"action": form}, {"active_loop": form}]
        rules.append({"rule": f"start {number}", "steps": start})
        if chance.random() < 0.8:
            ended = [{"action": form}, {"active_loop": None}, {"action": chance.choice(_ANSWERS)}]
            rules.append({"rule": f"end {number}", "condition": [{"active_loop": form}], "steps": ended})
    others = ({"rule": f"rule {number}", **_rule(chance)} for number in range(chance.randint(5, 12)))
    return [*rules, *others]


def _rule(chance: random.Random) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [] if chance.random() < 0.8 else [{"action": chance.choice(_ANSWERS)}]
    steps += [_said(chance), *({"action": name} for name in chance.sample(_ANSWERS, chance.randint(1, 2)))]
    rule: dict[str, Any] = {"steps": steps}
    condition = [_slot(chance) for _ in range(chance.choice((0, 0, 1, 1, 2)))]
    if chance.random() < 0.2:
        condition.append({"active_loop": chance.choice((*_FORMS, None))})
    if condition:
        rule["condition"] = condition
    if chance.random() < 0.1:
        rule["conversation_start"] = True
    if chance.random() < 0.1:
        rule["wait_for_user_input"] = False
    return rule


def _stories(chance: random.Random) -> list[dict[str, Any]]:
    stories = []
    marks = ["one", "two"]  # each leads only to later ones, so there are no circles
    for number in range(chance.randint(4, 9)):
        steps: list[dict[str, Any]] = []
        start = chance.choice((None, None, *marks))
        if start:
            wanted = {"slot_was_set": [{"size_slot": "small"}]} if chance.random() < 0.3 else {}
            steps.append({"checkpoint": start, **wanted})
        for _ in range(chance.randint(1, 3)):
            steps += _turn(chance)
        ends = ["two"] if start == "one" else [] if start == "two" else marks
        if ends and chance.random() < 0.6:
            steps.append({"checkpoint": chance.choice(ends)})
        stories.append({"story": f"story {number}", "steps": steps})
    return stories


def _turn(chance: random.Random) -> list[dict[str, Any]]:
    said: dict[str, Any] = _said(chance)
    if chance.random() < 0.2:
        said = {"or": [_said(chance), _said(chance)]}
    steps = [said]
    if chance.random() < 0.3:
        steps.append(_slot(chance))
    if chance.random() < 0.25:
        form = chance.choice(list(_FORMS))
        steps += [{"action": form}, {"active_loop": form}]
        if chance.random() < 0.5:
            steps += [_said(chance), {"action": chance.choice(_ANSWERS)}]
        if chance.random() < 0.5:
            steps.append({"action": form})
        steps.append({"active_loop": None})
    return [*steps, *({"action": name} for name in chance.sample(_ANSWERS, chance.randint(1, 2)))]


def _said(chance: random.Random) -> dict[str, Any]:
    said: dict[str, Any] = {"intent": chance.choice(_INTENTS)}
    if chance.random() < 0.35:
        entity: dict[str, Any] = {chance.choice(_ENTITIES): chance.choice(("small", "x", 3))}
        if "place" in entity and chance.random() < 0.5:
            entity["role"] = chance.choice(("from", "to"))
        said["entities"] = [entity]
    return said


def _slot(chance: random.Random) -> dict[str, Any]:
    name = chance.choice(list(_VALUES))
    return {"slot_was_set": [{name: chance.choice(_VALUES[name])}]}
