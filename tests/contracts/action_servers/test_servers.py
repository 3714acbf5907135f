"""Real rasa_sdk's server and ours answer Rasa's calls alike."""

from __future__ import annotations

import json
import zlib

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from bot.engines.native.actions import LocalActions
from bot.web.action_server import make_action_app
from tests.contracts.action_servers.calls import ACTIONS, call, post, run
from tests.contracts.action_servers.conftest import MakeRemote

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies


@pytest.mark.parametrize(
    "name",
    [
        "action_tell",
        "action_await",
        "action_odd",
        "validate_order_form",
        "action_refuse",
        "action_none",
        None,
    ],
)
async def test_both_servers_answer_a_call_alike(sdk: str, ours: str, name: str | None) -> None:
    body = json.dumps(call(name)).encode()
    expected_status, expected = await post(sdk, body)
    status, found = await post(ours, body)
    assert status == expected_status
    if status in (400, 404):
        assert found.keys() == expected.keys() == {"error", "action_name"}
        assert found["action_name"] == expected["action_name"] == name
    else:
        assert found == expected


async def test_both_servers_read_what_is_deflated(sdk: str, ours: str) -> None:
    body = zlib.compress(json.dumps(call("action_tell")).encode())
    deflated = {"Content-Encoding": "deflate"}
    assert await post(ours, body, **deflated) == await post(sdk, body, **deflated)


async def test_both_servers_name_their_actions(sdk: str, ours: str) -> None:
    async with aiohttp.ClientSession() as session:
        lists = []
        for address in (sdk, ours):
            async with session.get(f"{address}/actions") as response:
                lists.append(sorted(each["name"] for each in await response.json()))
    assert lists[0] == lists[1]
    assert lists[1] == sorted([*ACTIONS, "validate_order_form"])


async def test_our_server_does_not_tell_what_an_action_failed_with(ours: str) -> None:
    status, answer = await post(ours, json.dumps(call("action_crash")).encode())
    assert status == 500
    assert answer == {"error": "action action_crash failed with ValueError", "action_name": "action_crash"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"next_action": "action_tell"}'])
async def test_our_server_refuses_what_is_no_call(ours: str, body: bytes) -> None:
    assert (await post(ours, body))[0] == 400


async def test_our_server_with_a_token_wants_it(make_remote: MakeRemote, actions: LocalActions) -> None:
    async with TestServer(make_action_app(actions, token=SecretStr("hush"))) as server:
        address = str(server.make_url("")).rstrip("/")
        assert (await post(address, b"{}"))[0] == 401
        remote = make_remote(f"{address}/webhook", params={"token": "hush"})
        assert (await run(remote, "action_await")).responses
        assert "action_tell" in await remote.list_names()
