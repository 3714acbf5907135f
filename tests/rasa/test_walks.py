"""Conversations made up by chance go in the native engine as they go in real Rasa, event for event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.rasa.differences import Difference, alike
from tests.rasa.walks import Walk

if TYPE_CHECKING:
    from tests.rasa.conftest import Compared
    from tests.rasa.oracle import Oracle

_SHOWN = 5


@pytest.mark.timeout(1800)
@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
async def test_walks_go_as_in_rasa(project: Compared, oracle: Oracle, pytestconfig: pytest.Config) -> None:
    first, number = pytestconfig.getoption("--seed"), pytestconfig.getoption("--walks")
    found = []
    for seed in range(first, first + number):
        turns, ours = await _walk(project, seed, pytestconfig.getoption("--turns"))
        rasa = oracle.talk(project.prepared, turns)
        position = next((at for at in range(len(turns)) if alike(rasa[at]) != alike(ours[at])), None)
        if position is not None:
            found.append(
                Difference(
                    project=project.prepared.name,
                    name=f"seed {seed}",
                    turns=turns[: position + 1],
                    rasa=alike(rasa[position]),
                    ours=alike(ours[position]),
                )
            )
    assert not found, f"{len(found)} of {number} walks differ\n" + "\n".join(map(str, found[:_SHOWN]))


async def _walk(
    project: Compared, seed: int, length: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Walk in the native engine; return what was said and what was observed.

    A turn that the engine gives up ends the walk and is not compared: see `listed.yml`.
    """
    project.native.begin()
    walk = Walk(project.native, seed)
    turns, ours = [], []
    for _ in range(length):
        turn = walk.turn()
        observed = await project.native.take(turn)
        if project.native.gave_up:
            break
        turns.append(turn)
        ours.append(observed)
    return turns, ours
