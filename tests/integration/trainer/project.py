"""A small project that trains in a second, and what a customer says to its bot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
recipe: default.v1
assistant_id: test
language: en
pipeline:
- name: WhitespaceTokenizer
- name: LogisticRegressionClassifier
- name: FallbackClassifier
  threshold: 0.9
  ambiguity_threshold: 0.1
policies:
- name: MemoizationPolicy
- name: RulePolicy
"""
DOMAIN = """\
version: "3.1"
intents:  # what people want
- ask_hours
- greet
- track_order
responses:
  utter_ask_hours:
  - text: We open at nine.
  utter_greet:
  - text: Hello.
  utter_track_order:
  - text: Your parcel is on its way.
  utter_unsure:
  - text: Please say it in other words.
"""
ORDERS = """\
version: "3.1"

nlu:
- intent: track_order   # parcels
  examples: |
    - where is my parcel
    - track my order
    - has my package shipped
    - when does my delivery arrive
    - order status please
    - is my parcel on its way

- intent: ask_hours
  examples: |
    - when do you open
    - opening hours
    - are you open on sunday
    - what time does the shop close
    - is the store open today
    - until when are you open
"""
TALK = """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - hi there
    - good morning
    - hey
    - good evening
    - hello friend
"""
RULES = """\
version: "3.1"
rules:
- rule: Hours
  steps:
  - intent: ask_hours
  - action: utter_ask_hours
- rule: Greet
  steps:
  - intent: greet
  - action: utter_greet
- rule: Track
  steps:
  - intent: track_order
  - action: utter_track_order
- rule: Unsure
  steps:
  - intent: nlu_fallback
  - action: utter_unsure
"""
FILES = {
    "config.yml": CONFIG,
    "domain.yml": DOMAIN,
    "nlu_data/nlu/orders.yml": ORDERS,
    "nlu_data/nlu/talk.yml": TALK,
    "nlu_data/rules.yml": RULES,
}
# A bot that was not taught this has two guesses and is sure of neither.
STRANGE = "any sign of the brown van people"


def write_project(root: Path) -> Path:
    """Write the project into a folder; returns the folder."""
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def read_files(root: Path) -> dict[str, str]:
    """Return the project's files as they are now, with the names they have in `FILES`."""
    files = [path for path in root.rglob("*.yml") if path.is_file()]
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files}
