"""What rasa_sdk brings beside forms works here: its knowledge base, and the check of all slots."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.plugins import load_actions
from bot.rasa_format.project import load_project
from tests.conversations.talk import Talk, build_engine

LIBRARY = Path(__file__).parent / "bots" / "library"
pytestmark = pytest.mark.filterwarnings("ignore")  # rasa_sdk's own


@pytest.fixture
def talk() -> Talk:
    return Talk(build_engine(load_project(LIBRARY, {}).dialogue, actions=load_actions(LIBRARY)))


async def test_the_knowledge_base_remembers_what_it_listed(talk: Talk) -> None:
    listed = await talk.say('/query{"object_type": "book", "genre": "novel"}')
    assert listed == ["Found the following objects of type 'book':", "1: Emma", "2: Ulysses"]
    asked = '/query{"attribute": "author", "mention": "2"}'
    assert await talk.say(asked) == ["'Ulysses' has the value 'Joyce' for attribute 'author'."]


async def test_a_slot_is_filled_with_what_the_check_of_all_slots_makes_of_it(talk: Talk) -> None:
    assert await talk.say('/greet{"name": "ann"}') == ["Welcome to the library, Ann."]
    assert await talk.say('/greet{"name": "Nobody"}') == [
        "Nobody is called Nobody.",
        "Welcome to the library, None.",
    ]
