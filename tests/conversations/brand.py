"""The demo brand as its files are, to talk to in tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.plugins import load_actions
from bot.rasa_format.project import load_project
from tests.conversations.talk import Talk, Words, build_engine

if TYPE_CHECKING:
    from bot.dialogue.spec import DialogueSpec
    from bot.engines.native.engine import NativeEngine

ROOT = Path(__file__).parents[2]


@cache
def load_spec() -> DialogueSpec:
    return load_project(ROOT, {}).dialogue


def start_talk() -> Talk:
    """Begin a conversation in which plain words are not understood."""
    return Talk(_build())


@cache
def _build() -> NativeEngine:
    return build_engine(load_spec(), actions=load_actions(ROOT), words=Words(guess="ask_return"))


def slots(talk: Talk) -> dict[str, Any]:
    """The slots that the last turn set."""
    assert talk.last is not None
    return {str(event["name"]): event["value"] for event in talk.last.events if event["event"] == "slot"}
