from __future__ import annotations

import pytest

from bot.rasa_format.fields import Reader
from bot.rasa_format.nlu_data import NluContent, build_training_data, read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.yaml_reader import parse_yaml


def read(text: str) -> tuple[NluContent, list[str]]:
    problems = Problems()
    content = read_nlu([parse_yaml(text.encode(), path="nlu.yml")], Reader(problems))
    return content, [problem.show() for problem in problems]


def test_all_kinds_of_blocks_are_read() -> None:
    content, problems = read("""\
nlu:
- intent: greet
  metadata: {any: thing}
  examples: |
    - hello\u0020\u0020
    -hi
- intent: faq/hours
  examples:
  - text: |
      when do you open
    metadata: {sentiment: neutral}
  - text: "- dashes stay"
- synonym: New York
  examples: |
    - NYC
- regex: zip
  examples: |
    - \\d{5}
    - "quoted"
- lookup: city
  examples: |
    - Rome
    - Oslo
""")

    assert problems == []
    assert [(e.intent, e.text, e.source.line if e.source else 0) for e in content.examples] == [
        ("greet", "hello", 5),
        ("greet", "hi", 6),
        ("faq/hours", "when do you open", 9),
        ("faq/hours", "- dashes stay", 12),
    ]
    assert [(p.name, p.patterns) for p in content.regexes] == [("zip", ("\\d{5}", '"quoted"'))]
    assert [(p.name, p.patterns) for p in content.lookups] == [("city", ("Rome", "Oslo"))]
    assert [(text, canonical, source.line) for text, canonical, source in content.synonyms] == [
        ("NYC", "New York", 15)
    ]


def test_synonyms_are_lower_cased_and_stand_for_themselves() -> None:
    content, _ = read("""\
nlu:
- intent: a
  examples: |
    - to [ny](city:New York)
    - in [Rome](city)
    - in [rome](city)
    - [two]{"entity": "n", "value": 2}
- synonym: New York
  examples: |
    - NYC
    - New York
- synonym: York
  examples: |
    - nyc
    - NYC
""")

    assert build_training_data(content).synonyms == {
        "ny": "New York",
        "new york": "New York",
        "two": "2",
        "2": "2",
        "nyc": "York",
        "york": "York",
        "rome": "Rome",
    }


def test_repeated_examples_are_learned_once() -> None:
    content, _ = read(
        "nlu:\n- intent: a\n  examples: |\n    - x\n    - y\n    - x\n- intent: b\n  examples: |\n    - x\n"
    )

    found = [
        (e.intent, e.text, e.source.line if e.source else 0) for e in build_training_data(content).examples
    ]

    assert found == [("a", "x", 4), ("a", "y", 5), ("b", "x", 9)]


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (
            "- intent: a\n  examples: |\n    x\n    - y\n",
            "nlu.yml:4: warning: This line of intent `a` is skipped",
        ),
        (
            "- intent: a\n  examples: |\n    -\n    - y\n",
            "nlu.yml:4: warning: This example of intent `a` is empty",
        ),
        ("- intent:\n  examples: |\n    - y\n", "nlu.yml:2: warning: `intent` has no name"),
        ("- intent: 5\n  examples: |\n    - y\n", "nlu.yml:2: error: the name of `intent` should be a text"),
        ("- intent: a/b/c\n  examples: |\n    - y\n", "nlu.yml:2: error: `a/b/c` has more than one `/`"),
        ("- intents: a\n", "nlu.yml:2: error: This block says nothing"),
        ("- a\n", "nlu.yml:2: error: an item of `nlu` should be a map"),
        ("- intent: a\n  example: |\n    - y\n", "Did you mean `examples`?"),
        (
            "- intent: a\n  examples: 5\n",
            "nlu.yml:3: error: The examples of intent `a` should be a text block",
        ),
        (
            "- intent: a\n  examples:\n  - b\n",
            "nlu.yml:4: error: an example of intent `a` in a list should be a map",
        ),
        (
            "- intent: a\n  examples:\n  - metadata: x\n",
            "nlu.yml:4: warning: This example of intent `a` has no `text`",
        ),
        (
            "- regex: a\n  examples:\n  - b\n",
            "nlu.yml:4: error: The examples of a `regex` should be a text block",
        ),
        ("- synonym: a\n", "nlu.yml:2: warning: `synonym: a` has no examples"),
        ("- intent: a\n  examples: |\n    - ok\n    - [x]{y}\n", "nlu.yml:5: error: `{y}` is not JSON"),
    ],
)
def test_mistake_is_named_with_its_line(block: str, problem: str) -> None:
    _, problems = read("nlu:\n" + block)

    assert any(problem in found for found in problems), problems


def test_lookups_of_one_name_are_one() -> None:
    content, _ = read(
        "nlu:\n" + "".join(f"- lookup: city\n  examples: |\n    - {city}\n" for city in ("Rome", "Oslo"))
    )

    assert [(lookup.name, lookup.patterns) for lookup in content.lookups] == [("city", ("Rome", "Oslo"))]
