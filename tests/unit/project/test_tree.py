"""What must hold of the tree itself, so that nobody has to remember it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import bot.errors
from bot.connector.quiet import Shown
from bot.errors import VisavisError
from bot.plugins import load_connector

ROOT = Path(__file__).parents[3]
CHANNELS = sorted(path.parent.name for path in (ROOT / "connectors").glob("*/connector.py"))
ALLOWED_TOP = {
    *("bot", "nlu_data", "actions", "connectors", "tests"),
    *("config.yml", "domain.yml", "pyproject.toml", "README.md"),
    *("Makefile", "uv.lock", "LICENSE", "CHANGELOG.md"),
}
WORN_OUT = {"utils", "helpers", "common", "misc", "util", "helper"}


def _tracked() -> list[Path]:
    skipped = {"node_modules", "__pycache__", "static"}
    return [
        path
        for folder in ("bot", "connectors", "actions", "tests")
        for path in (ROOT / folder).rglob("*")
        if not skipped & set(path.parts)
    ]


def test_every_error_stands_in_the_drawn_tree() -> None:
    assert bot.errors.__doc__ is not None
    drawn = set(re.findall(r"[├└]── (\w+)", bot.errors.__doc__))
    defined = {
        name
        for name, value in inspect.getmembers(bot.errors, inspect.isclass)
        if issubclass(value, VisavisError) and value.__module__ == "bot.errors"
    }
    assert defined - {"VisavisError"} == drawn


def test_the_top_level_holds_only_what_was_agreed() -> None:
    visible = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert visible - {"models", "node_modules"} <= ALLOWED_TOP


def test_no_folder_or_file_has_a_worn_out_name() -> None:
    assert [path for path in _tracked() if path.stem in WORN_OUT] == []


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_has_the_agreed_files_and_fits_the_interface(channel: str) -> None:
    folder = ROOT / "connectors" / channel
    connector = load_connector(channel)
    way_out = set() if issubclass(connector, Shown) else {"api.py"}
    assert {"__init__.py", "payload.py", "connector.py", "README.md"} | way_out <= {
        path.name for path in folder.iterdir()
    }
    assert connector.channel == channel


def test_no_source_file_is_longer_than_agreed() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in _tracked()
        if path.suffix == ".py" and not {"migrations", "tests"} & set(path.relative_to(ROOT).parts)
        if (count := path.read_text().count("\n")) > 300
    }
    assert long == {}
