"""What tests of checking a project have in common: files with one thing changed, and what is said of them."""

from __future__ import annotations

from pathlib import Path

from bot.rasa_format.check import check_project
from tests.unit.rasa_format.conftest import DOMAIN, NLU, RULES

CHANNELS = frozenset({"webchat", "rest", "telegram"})
TWO_MESSAGES = "  - action: utter_greet\n  - intent: ask_order\n  - action: utter_greet\n"


def check(root: Path, actions: frozenset[str] | None = None) -> list[str]:
    return [problem.show() for problem in check_project(root, {}, channels=CHANNELS, actions=actions)]


def in_domain(old: str, new: str) -> dict[str, str]:
    assert old in DOMAIN
    return {"domain.yml": DOMAIN.replace(old, new)}


def in_rules(old: str, new: str) -> dict[str, str]:
    assert old in RULES
    return {"nlu_data/rules.yml": RULES.replace(old, new)}


def in_nlu(old: str, new: str) -> dict[str, str]:
    assert old in NLU
    return {"nlu_data/nlu/all.yml": NLU.replace(old, new)}
