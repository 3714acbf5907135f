"""Conversations made up by chance go in the native engine as they go in real Rasa, event for event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.rasa.conftest import MADE_UP, WALKED
from tests.rasa.differences import Difference, alike
from tests.rasa.scripts import Script, read_scripts
from tests.rasa.walks import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rasa.conftest import Compared
    from tests.rasa.oracle import Oracle

_SHOWN = 5
_LONG = 220  # turns: several times what the native engine keeps of a conversation
_ENOUGH = 100  # walks, for a project's corners to be reached
# The least share of each kind. Some stories tell of what their bot cannot do: of slots that nothing sets, or
# of forms that end without any; some rules of `doings` of what comes after actions that fail.
_FLOORS = {"rules": 0.65, "stories": 0.4, "forms": 1.0, "actions": 1.0, "responses": 0.8, "slots": 0.9}
_REMEMBERING = ("booking", "circles", "memories", "steps")  # by memory of 6, of all, of both, and of 2 turns


@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
async def test_walks_go_as_in_rasa(
    project: Compared,
    oracle: Oracle,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, str], None],
) -> None:
    first, number = pytestconfig.getoption("--seed"), pytestconfig.getoption("--walks")
    found, before = [], project.native.turns
    for seed in range(first, first + number):
        walk = Walk(project.native, seed)
        found.append(await _compare(project, oracle, walk, pytestconfig.getoption("--turns")))
    reached = project.native.reached
    name, turns = project.prepared.name, project.native.turns - before
    record_property(WALKED, f"{name:12} {number:4} walks {turns:6} turns  {reached}")
    _check(found)
    if number >= _ENOUGH and not name.startswith(MADE_UP):
        assert reached.below(_FLOORS) == []


@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
async def test_long_conversations_go_as_in_rasa(
    project: Compared, oracle: Oracle, pytestconfig: pytest.Config
) -> None:
    if project.prepared.name not in _REMEMBERING:
        pytest.skip("a long conversation costs Rasa much: it is had with few projects")
    walk = Walk(project.native, pytestconfig.getoption("--seed"), dwells=True)
    _check([await _compare(project, oracle, walk, _LONG)])


@pytest.mark.timeout(600)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
async def test_written_dialogues_go_as_in_rasa(project: Compared, oracle: Oracle) -> None:
    scripts = read_scripts(project.prepared.root)
    _check([await _compare(project, oracle, script, len(script)) for script in scripts])


def _check(found: list[Difference | None]) -> None:
    unlike = [difference for difference in found if difference]
    assert not unlike, f"{len(unlike)} of {len(found)} differ\n" + "\n".join(map(str, unlike[:_SHOWN]))


async def _compare(project: Compared, oracle: Oracle, talk: Walk | Script, length: int) -> Difference | None:
    """Have a conversation in both; return where it first went another way.

    A turn that the native engine gives up ends it and is not compared: see `listed.yml`.
    """
    project.native.begin()
    turns: list[dict[str, Any]] = []
    ours: list[dict[str, Any]] = []
    for _ in range(length):
        turn = talk.turn()
        observed = await project.native.take(turn)
        if project.native.gave_up:
            break
        turns.append(turn)
        ours.append(alike(observed))
    rasa = [alike(observed) for observed in oracle.talk(project.prepared, turns)]
    for position, (theirs, mine) in enumerate(zip(rasa, ours, strict=True), start=1):
        if theirs != mine:
            name = project.prepared.name
            return Difference(project=name, name=talk.name, turns=turns[:position], rasa=theirs, ours=mine)
    return None
