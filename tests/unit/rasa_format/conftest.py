from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

Write: TypeAlias = Callable[..., Path]

CONFIG = """\
recipe: default.v1
assistant_id: test
language: en
pipeline:
- name: EntitySynonymMapper
- name: FallbackClassifier
  threshold: 0.4
  ambiguity_threshold: 0.05
policies:
- name: MemoizationPolicy
  max_history: 5
- name: RulePolicy
channels:
  webchat: true
desk:
  queues:
    support:
      first_answer_minutes: 20
"""
DOMAIN = """\
version: "3.1"
intents:
- greet
- ask_order
entities:
- order_number
slots:
  order_number:
    type: text
    mappings:
    - type: from_entity
      entity: order_number
forms:
  order_form:
    required_slots:
    - order_number
responses:
  utter_greet:
  - text: Hello
  utter_ask_order_number:
  - text: Which order?
actions:
- action_order
"""
NLU = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
- intent: ask_order
  examples: |
    - where is [4711](order_number)
    - track my order
"""
RULES = """\
version: "3.1"
rules:
- rule: Greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: Ask
  steps:
  - intent: ask_order
  - action: order_form
  - active_loop: order_form
- rule: Answer
  condition:
  - active_loop: order_form
  steps:
  - action: order_form
  - active_loop: null
  - action: action_order
"""
STORIES = """\
version: "3.1"
stories:
- story: Greet, then ask
  steps:
  - intent: greet
  - action: utter_greet
  - intent: ask_order
    entities:
    - order_number: "4711"
  - action: order_form
  - active_loop: order_form
"""
FILES = {
    "config.yml": CONFIG,
    "domain.yml": DOMAIN,
    "nlu_data/nlu/all.yml": NLU,
    "nlu_data/rules.yml": RULES,
    "nlu_data/stories.yml": STORIES,
}


@pytest.fixture
def write_project(tmp_path: Path) -> Write:
    """Write a small sound project; the arguments replace files (None: leave the file out)."""

    def write(files: dict[str, str | bytes | None] | None = None) -> Path:
        for name, content in {**FILES, **(files or {})}.items():
            if content is None:
                continue
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return tmp_path

    return write
