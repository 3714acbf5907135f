from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.plugins import load_actions, load_connector

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("channel", ["webchat", "rest", "telegram"])
def test_connector_is_found_by_the_name_of_its_folder(channel: str) -> None:
    assert load_connector(channel).channel == channel


@pytest.mark.parametrize("channel", ["fax", "", "../rest", "rest.connector", "Rest"])
def test_unknown_channel_is_a_wrong_setting(channel: str) -> None:
    with pytest.raises(SettingsError, match="channel"):
        load_connector(channel)


def test_actions_of_the_project_are_found_by_name() -> None:
    actions = load_actions(ROOT)
    assert {"action_handoff", "action_order_status", "validate_order_status_form"} <= set(actions)
    assert all(action.name() == name for name, action in actions.items())


def test_project_without_actions_has_none(tmp_path: Path) -> None:
    assert load_actions(tmp_path) == {}
