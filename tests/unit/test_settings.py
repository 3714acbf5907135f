from __future__ import annotations

from ipaddress import ip_network
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


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://chat.example.com", "https://chat.example.com"),
        ("https://chat.example.com/", "https://chat.example.com"),
        (" https://chat.example.com:8443// ", "https://chat.example.com:8443"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_a_public_address_is_scheme_and_host(given: str, read: str) -> None:
    """Platforms are told `PUBLIC_URL` + path: a slash too many breaks their registration."""
    assert load_settings(public_url=given).public_url == read


@pytest.mark.parametrize(
    "given",
    [
        "chat.example.com",
        "chat.example.com:8443",
        "//chat.example.com",
        "ftp://chat.example.com",
        "https://",
        "https://mara:secret@chat.example.com",
        "https://chat.example.com:port",
        "https://chat example.com",
        "https://chat.example.com/visavis",
        "https://chat.example.com/?a=b",
        "https://[::1",
    ],
)
def test_what_is_no_public_address_is_refused_in_words(given: str) -> None:
    with pytest.raises(SettingsError, match=r"^PUBLIC_URL: .*https://chat\.example\.com"):
        load_settings(public_url=given)


def test_proxies_are_trusted_only_when_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().trusted_proxies == ()
    monkeypatch.setenv("VISAVIS_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8 2001:db8::/32")
    named = ("127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32")
    assert load_settings().trusted_proxies == tuple(ip_network(each) for each in named)
    monkeypatch.setenv("VISAVIS_TRUSTED_PROXIES", "nginx")
    with pytest.raises(SettingsError, match=r"^VISAVIS_TRUSTED_PROXIES: 'nginx' does not appear"):
        load_settings()


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"VISAVIS_TURN_SECONDS": "30"}, "VISAVIS_TURN_SECONDS: 30 seconds are too long"),
        ({"VISAVIS_SEND_SECONDS": "45"}, "VISAVIS_SEND_SECONDS: 45 seconds are too long"),
        ({"VISAVIS_LEASE_SECONDS": "10"}, "less than VISAVIS_LEASE_SECONDS, which is 10"),
        ({"VISAVIS_LEASE_SECONDS": "10", "VISAVIS_TURN_SECONDS": "5"}, "VISAVIS_SEND_SECONDS"),
        ({"VISAVIS_LEASE_SECONDS": "never"}, "VISAVIS_LEASE_SECONDS"),
    ],
)
def test_limits_that_contradict_each_other_are_refused(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_limits_that_fit_each_other_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LEASE": "60", "TURN": "45", "SEND": "50"}.items():
        monkeypatch.setenv(f"VISAVIS_{name}_SECONDS", value)
    assert load_settings().send_seconds == 50
