"""What real Rasa's policies learn from a project's rules and stories is what ours compile from them."""

from __future__ import annotations

import base64
import json
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from bot.dialogue.rule_policy import DEFAULT_RULES
from bot.dialogue.states import state_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bot.dialogue.dialogue import Dialogue
    from bot.dialogue.memoization import MemoizationPolicy
    from tests.rasa.conftest import Compared

_DEFAULT, _LOOP = "predicting default action with intent ", "handling active loops and forms - "


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
def test_tables_equal_those_of_a_model_that_rasa_trained(project: Compared) -> None:
    unlike = "\n".join(_differences(project))
    assert not unlike, unlike


def _differences(project: Compared) -> Iterator[str]:
    dialogue = project.native.dialogue
    learnt, memorised = project.tables["rules"], project.tables["memories"]
    if learnt and dialogue.rules:
        yield from _unlike(
            "rules", learnt["rules"], {key: rule.action for key, rule in dialogue.rules.index.rules.items()}
        )
        yield from _unlike("unhappy paths", learnt["rules_for_loop_unhappy_path"], _unhappy(dialogue))
        hidden = {_source(source): "hidden" for source in dialogue.rules.hidden_sources}
        yield from _unlike(
            "rules not in stories", dict.fromkeys(learnt.get("rules_not_in_stories", ()), "hidden"), hidden
        )
        for number, kind in enumerate(("slots", "loops")):
            theirs = dict.fromkeys(learnt.get(f"rule_only_{kind}", ()), kind)
            ours = dict.fromkeys(dialogue.rule_only[number], kind)
            yield from _unlike(f"{kind} of rules only", theirs, ours)
    for lookup, policy in zip(memorised, dialogue.memories, strict=True):
        yield from _unlike(
            "memory", {_legible(key): action for key, action in lookup.items()}, _memory(policy)
        )


def _unlike(what: str, rasa: Mapping[str, str], ours: Mapping[str, str]) -> Iterator[str]:
    for key in sorted({*rasa, *ours}):
        if rasa.get(key) != ours.get(key):
            yield f"{what}: {key}\n    rasa: {rasa.get(key)}, ours: {ours.get(key)}"


def _unhappy(dialogue: Dialogue) -> dict[str, str]:
    assert dialogue.rules is not None
    return {key: rule.action for key, rule in dialogue.rules.unhappy.index.rules.items()}


def _memory(policy: MemoizationPolicy) -> dict[str, str]:
    return {_written(map(state_json, states)): action for states, action in policy.memory.sequels.items()}


def _written(states: Iterable[Any]) -> str:
    return json.dumps(list(states), sort_keys=True).replace('"', "")


def _legible(key: str) -> str:
    """Return a key of Rasa's memory unpacked."""
    return zlib.decompress(base64.b64decode(key)).decode()


def _source(source: str) -> str:
    """Return what Rasa calls a source of predictions that is built in."""
    if source.startswith("default_") and source.removeprefix("default_") in DEFAULT_RULES:
        return _DEFAULT + source.removeprefix("default_")
    if source.startswith("loop_"):
        name = source.removeprefix("loop_")
        loop = name.removesuffix("_action_listen")
        return _LOOP + loop + (" - action_listen" if loop != name else "")
    return source
