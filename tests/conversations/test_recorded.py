"""Message for message what real Rasa 3.6.21 did: replies, events, confidences, hidden turns.

`record.py` recorded it. Left out on purpose: what we do differently (see `bot/dialogue`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.message import Content
from bot.rasa_format.project import load_project
from tests.conversations.recorded_actions import make_actions
from tests.conversations.recording import sketch
from tests.conversations.talk import Talk, Words, build_engine

RECORDINGS = Path(__file__).parent / "recordings"
WORDS = {
    "plain": {"hello": "greet", "hi": "greet", "bye": "bye", "ciao": "bye"},
    "actions": {"hello": "greet", "hi": "greet", "bye": "quit", "ciao": "quit"},
    "order_form": {"hello": "greet", "hi": "greet", "bye": "bye", "ciao": "bye"},
}
# What Rasa's keyword classifier makes of `/greet hello`: it finds the word.
WORDS["plain"]["/greet hello"] = "greet"


def load(name: str) -> list[list[dict[str, Any]]]:
    content: list[list[dict[str, Any]]] = json.loads((RECORDINGS / name / "conversations.json").read_text())
    return content


def as_rasa_sends(reply: Content) -> dict[str, Any]:
    parts = {
        "text": reply.text,
        "buttons": [{"title": button.title, "payload": button.payload} for button in reply.buttons],
        "image": reply.image,
        "custom": reply.custom,
    }
    return {key: part for key, part in parts.items() if part}


@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name in sorted(WORDS) for number in range(len(load(name)))],
)
async def test_conversation_goes_as_in_rasa(name: str, number: int) -> None:
    spec = load_project(RECORDINGS / name, {}).dialogue
    actions = make_actions() if name == "actions" else {}
    talk = Talk(build_engine(spec, actions=actions, words=Words(WORDS[name])))
    for turn in load(name)[number]:
        await talk.say(turn["text"])
        assert talk.last is not None
        assert [as_rasa_sends(reply) for reply in talk.last.replies] == turn["replies"], turn["text"]
        events = json.loads(json.dumps([sketch(event) for event in talk.last.events]))
        assert events == turn["events"], turn["text"]
