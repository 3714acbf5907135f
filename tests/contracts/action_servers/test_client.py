"""Our client of action servers, with rasa_sdk's own, with ours, and with one that answers as it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.dialogue.calls import ActionRefused
from bot.dialogue.event_json import event_json
from bot.engines.native.actions import LocalActions
from bot.engines.native.remote_actions import HereOrThere, wants_domain
from bot.errors import ActionError
from tests.contracts.action_servers.calls import DOMAIN, make_errand, run
from tests.contracts.action_servers.conftest import MakeRemote
from tests.conversations.talk import Talk, build_engine
from tests.unit.dialogue.specs import RULES, action, intent, rule, spec

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies


class Server:
    """Answers calls as it is told, and remembers them."""

    def __init__(self, *answers: web.Response) -> None:
        self.answers = list(answers)
        self.heard: list[tuple[dict[str, str], dict[str, str], Any]] = []

    async def __call__(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), dict(request.query), await request.json()))
        return self.answers.pop(0)

    def start(self) -> TestServer:
        app = web.Application()
        app.router.add_post("/webhook", self)
        return TestServer(app)


@pytest.mark.parametrize("compress", [False, True])
async def test_our_client_runs_actions_on_either_server(
    make_remote: MakeRemote, address: str, *, compress: bool
) -> None:
    remote = make_remote(f"{address}/webhook", compress=compress)
    outcome = await run(remote, "action_tell")
    assert [each["text"] for each in outcome.responses] == ["ann S", None, "choose"]
    assert outcome.responses[1]["response"] == "utter_greet"
    assert event_json(outcome.events[0])["value"] == "1 events, ['forms', 'slots']"
    assert [event_json(event)["event"] for event in outcome.events] == ["slot", "followup"]


async def test_our_client_knows_a_refusal_a_failure_and_an_unknown_action(
    make_remote: MakeRemote, address: str
) -> None:
    remote = make_remote(f"{address}/webhook")
    with pytest.raises(ActionRefused):
        await run(remote, "action_refuse")
    with pytest.raises(ActionError, match=r"action action_crash failed at http.*: it answers 500"):
        await run(remote, "action_crash")
    with pytest.raises(ActionError, match="knows no action action_none"):
        await run(remote, "action_none")


async def test_our_client_waits_as_long_as_the_limit_says(make_remote: MakeRemote, address: str) -> None:
    remote = make_remote(f"{address}/webhook", limit=0.2)
    with pytest.raises(ActionError, match=r"action action_dawdle took longer than 0\.2 s"):
        await run(remote, "action_dawdle")


async def test_our_client_says_that_nobody_is_there_without_its_token(make_remote: MakeRemote) -> None:
    remote = make_remote("http://127.0.0.1:9/webhook", params={"token": "hush"})
    with pytest.raises(
        ActionError, match=r"cannot be run: http://127\.0\.0\.1:9/webhook fails with"
    ) as failed:
        await run(remote, "action_tell")
    assert "hush" not in str(failed.value)
    with pytest.raises(ActionError, match="does not say which actions it has"):
        await remote.list_names()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.Response(body=b"<html>"), "answers with no JSON"),
        (web.json_response([1]), "answers with no object"),
        (web.json_response({"events": 5}), "returned no list of events but int"),
        (web.json_response({"events": [{"event": "explode"}]}), "unknown event 'explode'"),
        (web.json_response({"responses": ["hello"]}), "said something that is no message"),
        (web.json_response({"responses": [{"text": "x" * 2_000_000}]}), "returned more than 1,000,000 bytes"),
        (web.json_response({"error": "no"}, status=400), "it answers 400"),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:9/"}), "it answers 302"),
    ],
)
async def test_our_client_trusts_no_answer(make_remote: MakeRemote, answer: web.Response, why: str) -> None:
    async with Server(answer).start() as server:
        remote = make_remote(str(server.make_url("/webhook")))
        with pytest.raises(ActionError, match=why):
            await run(remote, "action_tell")


async def test_nothing_to_do_and_nothing_to_say_is_an_answer(make_remote: MakeRemote) -> None:
    async with Server(web.json_response({}), web.Response(status=200)).start() as server:
        remote = make_remote(str(server.make_url("/webhook")))
        for _ in range(2):
            outcome = await run(remote, "action_tell")
            assert (outcome.events, outcome.responses) == ((), ())


async def test_what_endpoints_yml_says_is_sent_and_the_domain_only_to_who_wants_it(
    make_remote: MakeRemote,
) -> None:
    told = Server(*(web.json_response({}) for _ in range(3)))
    domain = {**DOMAIN, "actions": ["action_tell", {"action_wants": {"send_domain": True}}, "validate_x"]}
    async with told.start() as server:
        remote = make_remote(
            str(server.make_url("/webhook")),
            params={"token": "hush"},
            headers={"X-Key": "k"},
            basic_auth=("ann", "pw"),
            selective_domain=True,
        )
        for name in ("action_tell", "action_wants", "validate_x"):
            await remote.run(replace(make_errand(name), domain=domain))
    headers, query, _ = told.heard[0]
    assert (headers["X-Key"], query) == ("k", {"token": "hush"})
    assert headers["Authorization"] == aiohttp.BasicAuth("ann", "pw").encode()
    assert ["domain" in body for _, _, body in told.heard] == [False, True, True]
    assert told.heard[0][2].keys() == {"next_action", "sender_id", "tracker", "version"}


async def test_a_server_that_forgot_the_domain_is_sent_it(make_remote: MakeRemote) -> None:
    told = Server(web.json_response({"error": "no domain"}, status=449), web.json_response({}))
    async with told.start() as server:
        remote = make_remote(str(server.make_url("/webhook")), selective_domain=True)
        await run(remote, "action_tell")
    assert ["domain" in body for _, _, body in told.heard] == [False, True]


def test_only_listed_actions_want_the_domain() -> None:
    domain: dict[str, Any] = {
        "actions": ["validate_a", {"validate_b": {"send_domain": False}}, {"c": {"send_domain": True}}]
    }
    wanting = [name for name in ("validate_a", "validate_b", "c", "validate_d") if wants_domain(name, domain)]
    assert wanting == ["validate_a", "c"]


async def test_what_is_found_here_runs_here_and_the_rest_there(make_remote: MakeRemote, address: str) -> None:
    class Here:
        async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[Any]:
            dispatcher.utter_message(text="here")
            return []

    both = HereOrThere(LocalActions({"action_tell": Here()}), make_remote(f"{address}/webhook"))
    assert (await run(both, "action_tell")).responses[0]["text"] == "here"
    assert event_json((await run(both, "action_odd")).events[0])["value"] == "kept"
    await both.close()
    alone = HereOrThere(LocalActions({}), None)
    with pytest.raises(ActionError, match="no class in actions/ is called action_tell"):
        await run(alone, "action_tell")


async def test_a_conversation_with_a_form_goes_over_the_wire(make_remote: MakeRemote, address: str) -> None:
    rules = (*RULES, rule("x", intent("yes"), action("action_await")))
    engine = build_engine(spec(rules=rules, actions=("action_await", "validate_order_form"), raw=DOMAIN))
    engine._actions = HereOrThere(LocalActions({}), make_remote(f"{address}/webhook"))
    talk = Talk(engine)
    assert await talk.say("/order") == ["which size?"]
    assert await talk.say('/inform{"size": "S"}') == ["no S here", "which size?"]
    assert (await talk.say('/inform{"size": "L"}'))[-1] == "L, sent by a"
    await engine.close()
