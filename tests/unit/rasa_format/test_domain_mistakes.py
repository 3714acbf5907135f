"""What is wrong in a domain is said with its file and line."""

from __future__ import annotations

import pytest

from tests.unit.rasa_format.domains import read_texts as read


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("intents:\n- a\n- a\n", "a.yml:3: error: Intent `a` stands here twice"),
        ("intents:\n- a:\n", "a.yml:2: error: Nothing stands behind `a:`"),
        ("intents:\n- a: {use_entitys: []}\n", "Did you mean `use_entities`?"),
        (
            "intents:\n- a:\n  use_entities: []\n",
            "a.yml:2: error: an intent with options should have one key",
        ),
        ("intents: a\n", "a.yml:1: error: `intents` should be a list"),
        ("intents:\n- 1\n", "Put it in quotes."),
        ("entities:\n- a\n- a\n", "a.yml:3: error: Entity `a` stands here twice"),
        ("actions:\n- a\n- a\n", "a.yml:3: error: Action `a` stands here twice"),
        ("slots:\n  x:\n", "a.yml:2: error: Nothing is written under slot `x`"),
        ("slots:\n  x:\n    mappings: [{type: custom}]\n", "a.yml:2: error: Slot `x` has no type"),
        ("slots:\n  x:\n    type: txt\n", "a.yml:3: error: `txt` is no type of a slot. Did you mean `text`?"),
        ("slots:\n  x:\n    type: text\n", "a.yml:2: error: Slot `x` has no mappings"),
        ("slots:\n  x:\n    type: text\n    mappings: []\n", "a.yml:2: warning: Slot `x` has no mappings"),
        (
            "forms:\n  f:\n    required_slots:\n      x:\n      - type: from_text\n",
            "not how they are filled. `visavis migrate` writes a domain of Rasa 2 so.",
        ),
        ("forms:\n  f:\n    ignored_intents: [a]\n", "a.yml:2: error: Form `f` has no `required_slots`."),
        ("forms:\n  f:\n    required_slots:\n", "a.yml:3: error: Nothing is written under `required_slots`"),
        (
            "forms:\n  f:\n    required_slots: x\n",
            "a.yml:3: error: `required_slots` of form `f` should be a list",
        ),
        ("entities:\n- a:\n    roles:\n", "a.yml:3: error: Nothing is written under the roles of entity `a`"),
        ("config:\n  colour: red\n", "a.yml:2: warning: `colour` means nothing in `config` of a domain"),
        (
            "slots:\n  x:\n    type: text\n    mappings:\n    - type: from_entitty\n      entity: y\n",
            "Did you mean `from_entity`?",
        ),
        (
            "slots:\n  x:\n    type: text\n    mappings:\n    - type: from_entity\n",
            "a.yml:5: error: The mapping `from_entity`",
        ),
        (
            "slots:\n  x:\n    type: any\n    influence_conversation: true\n    mappings: [{type: custom}]\n",
            "a.yml:4: error",
        ),
        ("slots:\n  x: {type: float, min_value: 2, mappings: [{type: custom}]}\n", "should be less than"),
        ("forms:\n  f:\n    ignored_intents: [a]\n", "a.yml:2: error: Form `f` has no `required_slots`"),
        ("forms:\n  f: [a]\n", "a.yml:2: error: form `f` should be a map"),
        ("responses:\n  utter_a: []\n", "a.yml:2: warning: Response `utter_a` says nothing"),
        ("responses:\n  utter_a:\n  - Hello\n", "a.yml:3: error: A variation of `utter_a` is a bare text"),
        (
            "responses:\n  utter_a:\n  - image: x\n",
            "a.yml:3: error: This variation of `utter_a` says nothing",
        ),
        (
            "responses:\n  utter_a:\n  - text: x\n    buttons:\n    - payload: /a\n",
            "a.yml:5: warning: A button of `utter_a` has no",
        ),
        (
            "responses:\n  utter_a:\n  - text: x\n    condition:\n    - value: y\n",
            "a.yml:5: error: A condition of `utter_a`",
        ),
        ("session_config:\n  session_expiration_time: -1\n", "a.yml:2: error: `session_expiration_time`"),
        ("session_config:\n  session_expiration_time: soon\n", "a.yml:2: error: `session_expiration_time`"),
        ("intent: [a]\n", "a.yml:1: warning: `intent` means nothing in a domain. Did you mean `intents`?"),
    ],
)
def test_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    _, problems = read(text)

    assert any(problem in found for found in problems), problems
