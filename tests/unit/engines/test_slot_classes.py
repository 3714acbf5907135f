"""Slot classes of a project's own: rules see of a value what the class says, without Rasa being installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.spec import SlotSpec, SlotType
from bot.engines.native.slot_classes import load_own_slot, load_slot_classes
from bot.errors import ActionError
from tests.conversations.talk import Talk, build_engine
from tests.unit.dialogue.specs import action, intent, rule, say, slot, spec

PEOPLE = """
from rasa.shared.core.slots import Slot

class People(Slot):
    type_name = "people"

    def __init__(self, name, mappings, initial_value=None, few=6, **options):
        super().__init__(name, mappings, initial_value, **options)
        self.few = few

    def _feature_dimensionality(self):
        return 2

    def _as_feature(self):
        if self.value is None:
            return [0.0, 0.0]
        return [1.0, 0.0] if self.value <= self.few else [0.0, 1.0]
"""
TYPED = """
from rasa.shared.core.slots import CategoricalSlot, FloatSlot, TextSlot

class Colour(CategoricalSlot):
    type_name = "colour"

    def __init__(self, name, **options):
        super().__init__(name, values=["Red", "blue"], **options)

class Share(FloatSlot):
    def __init__(self, name, **options):
        super().__init__(name, max_value=10.0, **options)

class Loud(TextSlot):
    def _as_feature(self):
        return [float(bool(self.value) and self.value.isupper())]
"""


@pytest.fixture(autouse=True)
def imports_as_before() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def write(root: Path, text: str, name: str) -> Path:
    folder = root / "own"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.py").write_text(text)
    return root


def make(path: str, **options: Any) -> SlotSpec:
    return SlotSpec(name="people", type=SlotType.ANY, mappings=(), class_path=path, **options)


@pytest.mark.parametrize(
    ("value", "options", "feature"),
    [(None, {}, (0.0, 0.0)), (4, {}, (1.0, 0.0)), (8, {}, (0.0, 1.0)), (8, {"few": 10}, (1.0, 0.0))],
)
def test_a_class_written_for_rasa_says_what_is_seen(
    tmp_path: Path, value: Any, options: dict[str, Any], feature: tuple[float, ...]
) -> None:
    loaded = load_own_slot(make("own.people_a.People", options=options), write(tmp_path, PEOPLE, "people_a"))
    assert loaded.featurise is not None
    assert loaded.featurise(value) == feature


@pytest.mark.parametrize(
    ("name", "value", "feature"),
    [
        ("Colour", "RED", (1.0, 0.0, 0.0)),
        ("Colour", "green", (0.0, 0.0, 1.0)),
        ("Colour", None, (0.0,)),
        ("Share", 5, (1.0, 0.5)),
        ("Loud", "HEY", (1.0,)),
        ("Loud", "hey", (0.0,)),
    ],
)
def test_a_class_may_change_one_of_rasas_types(
    tmp_path: Path, name: str, value: Any, feature: tuple[float, ...]
) -> None:
    loaded = load_own_slot(make(f"own.typed_a.{name}"), write(tmp_path, TYPED, "typed_a"))
    assert loaded.featurise is not None
    assert loaded.featurise(value) == feature


def test_nothing_of_a_rasa_that_is_not_there_stays(tmp_path: Path) -> None:
    load_own_slot(make("own.people_b.People"), write(tmp_path, PEOPLE, "people_b"))
    assert not [name for name in sys.modules if name.partition(".")[0] == "rasa"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "from rasa.shared.core.domain import Domain",
            r"needs rasa\.shared\.core\.domain, which is Rasa itself",
        ),
        ("import rasa.core", r"needs rasa\.core, which is Rasa itself: `engine: rasa` runs it"),
        ("import nowhere_at_all", r"own\.broken.* cannot be imported: ModuleNotFoundError"),
        ("1 / 0", "cannot be imported: ZeroDivisionError"),
        ("People = 5", "has no slot class People"),
        (PEOPLE.replace("<=", "in"), "does not work for `people`: TypeError"),
    ],
)
def test_a_class_that_cannot_be_used_is_told(
    tmp_path: Path, request: pytest.FixtureRequest, text: str, told: str
) -> None:
    name = f"broken_{abs(hash(request.node.name))}"
    with pytest.raises(ActionError, match=told):
        load_own_slot(make(f"own.{name}.People", initial_value=3), write(tmp_path, text, name))


async def test_rules_go_by_what_the_class_sees(tmp_path: Path) -> None:
    rules = (
        rule("few", intent("yes"), action("utter_few"), condition=(slot("people", 2),)),
        rule("many", intent("yes"), action("utter_many"), condition=(slot("people", 9),)),
        rule("many too", intent("no"), action("utter_many")),
    )
    responses = {"utter_few": say("few"), "utter_many": say("many")}
    shop = spec(rules=rules, responses=responses)
    people = make("own.people_c.People", initial_value=4)
    shop = replace(shop, domain=replace(shop.domain, slots={"people": people}))
    loaded = load_slot_classes(shop, write(tmp_path, PEOPLE, "people_c"))
    assert await Talk(build_engine(loaded)).say("/yes") == ["few"]
    many = replace(people, initial_value=20)
    shop = replace(shop, domain=replace(shop.domain, slots={"people": many}))
    assert await Talk(build_engine(load_slot_classes(shop, tmp_path))).say("/yes") == ["many"]
