"""A project that says nothing of channels: this machine can talk to it, others are told what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.bootstrap.connectors import Connectors
from bot.connector import AccountConfig
from bot.web.keys import CONNECTORS
from connectors.rest.connector import RestConnector
from connectors.webchat.connector import WebchatConnector

if TYPE_CHECKING:
    from tests.contracts.rasa_api.conftest import Api

pytestmark = pytest.mark.filterwarnings("ignore:Changing state of started:DeprecationWarning")

ELSEWHERE = {"X-Forwarded-For": "8.8.4.4"}
SAID = {"sender": "ann", "message": "/greet"}


@pytest.fixture
def unwritten(api: Api) -> Api:
    """The API with the accounts that nobody wrote."""
    rest = AccountConfig(channel="rest", name="default", options={"open": "true"}, only_here=True)
    chat = AccountConfig(channel="webchat", name="default", only_here=True)
    made: Connectors = {
        ("rest", "default"): RestConnector(rest),
        ("webchat", "default"): WebchatConnector(chat),
    }
    api.app[CONNECTORS] = made
    return api


async def test_this_machine_can_talk(unwritten: Api) -> None:
    answer = await unwritten.post("/webhooks/rest/webhook", SAID)
    assert answer.status == 200
    assert answer.body[0]["recipient_id"] == "ann"
    assert (await unwritten.get("/chat/default")).status == 200
    assert "token" in (await unwritten.post("/chat/default/session")).body


async def test_nobody_else_can(unwritten: Api) -> None:
    for path in ("/webhooks/rest/webhook", "/webhooks/rest/default", "/chat/default/session"):
        answer = await unwritten.post(path, SAID, **ELSEWHERE)
        assert answer.status == 403, path
        assert "`channels:` in config.yml" in answer.text
    for path in ("/chat/default", "/chat/default/ws"):
        assert (await unwritten.get(path, **ELSEWHERE)).status == 403, path
    assert await unwritten.rows("SELECT count(*) FROM message") == [(0,)]


@pytest.mark.parametrize(
    ("channel", "line"),
    [
        ("rest", "rest: {open: true}"),
        ("callback", "callback: {open: true, url: "),
        ("socketio", "socketio: {"),
    ],
)
async def test_what_is_not_on_names_the_line_that_turns_it_on(api: Api, channel: str, line: str) -> None:
    api.app[CONNECTORS] = {}

    answer = await api.get(f"/webhooks/{channel}/")

    assert answer.status == 404
    assert f"`{line}" in answer.text
    assert "`channels:` in config.yml" in answer.text
