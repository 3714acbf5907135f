"""What every connector says about itself."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from tests.contracts.connectors import test_inbound, test_other_events, test_outbound, test_templates
from tests.contracts.connectors.channel import Channel
from tests.contracts.connectors.conftest import CHANNELS

FOLDER = Path(__file__).parents[3] / "connectors"


def test_every_folder_is_under_contract() -> None:
    folders = {path.name for path in FOLDER.iterdir() if (path / "connector.py").exists()}
    assert folders == {channel.connector.channel for channel in CHANNELS}


def test_exceptions_to_the_contract_name_a_point_and_a_reason(channel: Channel) -> None:
    files = (test_inbound, test_other_events, test_outbound, test_templates)
    points = {*(name for file in files for name in vars(file)), *globals()}
    for point, reason in channel.does_not_apply.items():
        assert point in points
        assert len(reason) > 10


def test_good_options_are_accepted(channel: Channel) -> None:
    assert channel.connector.check_options(channel.options) == []


def test_wrong_options_are_named(channel: Channel) -> None:
    assert channel.wrong_options
    for options, word in channel.wrong_options:
        problems = channel.connector.check_options(options)
        assert any(word in problem for problem in problems), (options, problems)
        assert not any(value in " ".join(problems) for value in options.values() if len(value) > 5)


def test_every_option_is_in_the_readme(channel: Channel) -> None:
    readme = (FOLDER / channel.connector.channel / "README.md").read_text()
    options: frozenset[str] = vars(sys.modules[channel.connector.__module__])["OPTIONS"]
    assert options
    assert [option for option in sorted(options) if f"| `{option}` |" not in readme] == []


def test_capabilities_make_sense(channel: Channel) -> None:
    capabilities = channel.connector.capabilities
    assert capabilities.surfaces
    assert capabilities.text_max > 0
    assert capabilities.burst_pause >= timedelta()
    assert bool(capabilities.buttons_max) == bool(capabilities.button_label_max)
    assert all(rate.scope in {"account", "conversation"} for rate in capabilities.rates)
    assert all(rate.limit > 0 and rate.period > timedelta() for rate in capabilities.rates)
