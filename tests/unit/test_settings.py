from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import load_settings


def test_what_the_command_line_gives_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    monkeypatch.setenv("VISAVIS_DATA", "from-the-environment")
    assert load_settings().port == 9000
    settings = load_settings(port=9001, data=Path("given"), host=None)
    assert (settings.port, settings.data, settings.host) == (9001, Path("given"), "127.0.0.1")


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(SettingsError, match="PORT"):
        load_settings()


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(load_settings(secret="hush"))
