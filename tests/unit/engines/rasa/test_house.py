"""How Rasa is started as a child."""

from __future__ import annotations

import argparse

import pytest

from bot.engines.rasa.house import write_arguments


@pytest.mark.parametrize("token", ["XHysgG", "-XHysgG", "--enable-api"])
def test_rasa_is_told_its_token_whatever_it_begins_with(token: str) -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--auth-token", type=str)
    parser.add_argument("--port", type=int)

    told, _ = parser.parse_known_args(write_arguments(5005, token))

    assert (told.auth_token, told.port) == (token, 5005)
