"""The demo brand's entity split stays what it claims to be: valid, held out, of the brand's own entities."""

from __future__ import annotations

from bot.rasa_format.project import load_project
from tests.bench.entities import DATA, ROOT, check_held_out, list_wrong, read_examples


def test_the_split_is_held_out_and_names_only_entities_that_are_taught() -> None:
    training = load_project(ROOT, {}).training
    examples = read_examples(DATA)
    check_held_out(examples, training)
    taught = {entity.entity for example in training.examples for entity in example.entities}
    assert {entity.entity for example in examples for entity in example.entities} == taught
    assert len(examples) >= 150


def test_what_is_missed_and_invented_is_listed_by_text() -> None:
    examples = [example for example in read_examples(DATA) if example.text == "opening times London"]
    assert list(list_wrong(examples, [()])) == [
        {"text": "opening times London", "missed": ["city: London"], "invented": []},
    ]
