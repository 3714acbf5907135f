"""The engine against a server that answers as real Rasa does; `tests/rasa/engine` asks the real one."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from aiohttp import web

from bot.dialogue.catalogue import Catalogue
from bot.dialogue.window import Window
from bot.domain.engine_spec import EngineSpec
from bot.domain.message import Author, Content, Kind, Message
from bot.domain.trigger import Trigger
from bot.domain.understanding import IntentScore, Triage, Understanding
from bot.engines.engine import Turn
from bot.engines.rasa.client import RasaClient
from bot.engines.rasa.engine import Parts, RasaEngine
from bot.engines.steering import AppendEvents, BeginSession, LogMessage, RunAction
from bot.errors import BadEvent, EngineError, EngineUnavailable, UnknownAction
from bot.rasa_format.project import load_project
from tests.fakes.rasa import TOKEN, FakeRasa
from tests.fakes.serving import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.domain.json import JsonObject
    from bot.engines.engine import TurnResult
    from bot.engines.steering import Order

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DOMAIN = """\
version: "3.1"
intents: [hours, person, form, remind, media]
slots:
  asked:
    type: text
    mappings:
    - type: custom
responses:
  utter_again:
  - text: Again.
"""
DATA = """\
version: "3.1"
nlu:
- intent: hours
  examples: |
    - hours
"""


class OurTriage:
    """Judges every text alike."""

    async def parse(self, text: str) -> Understanding:
        score = IntentScore(name="ours", confidence=1.0)
        return Understanding(text=text, intent=score, language="en", triage=Triage(complaint=0.8))

    async def close(self) -> None:
        """Nothing to release."""


class Nowhere:
    """Stands where a Rasa that was started here runs."""

    async def close(self) -> None:
        """Nothing to stop."""


class Contact:
    """Somebody who talks with an engine; the tracker between turns goes through JSON, as in the database."""

    def __init__(self, engine: RasaEngine, sender: str = "rest:open:anna") -> None:
        self.engine, self.sender = engine, sender
        self.tracker: JsonObject | None = None
        self.results: list[TurnResult] = []

    async def say(self, *texts: str, first_id: int | None = None, **changes: Any) -> list[str]:
        start = first_id or 1 + sum(len(result.understandings) for result in self.results)
        messages = tuple(_message(start + number, text) for number, text in enumerate(texts))
        return await self.turn(replace(self.blank(), messages=messages, **changes))

    async def turn(self, turn: Turn) -> list[str]:
        result = await self.engine.respond(turn)
        self.tracker = json.loads(json.dumps(result.tracker))
        self.results.append(result)
        return [content.text for content in result.replies]

    def blank(self) -> Turn:
        return Turn(sender_id=self.sender, channel="rest", messages=(), tracker=self.tracker, now=NOW)


def _message(number: int, text: str) -> Message:
    return Message(
        id=number,
        conversation_id=1,
        seq=number,
        author=Author.CONTACT,
        kind=Kind.TEXT if text else Kind.MEDIA,
        content=Content(text=text),
        created_at=NOW,
    )


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    root: Path = tmp_path_factory.mktemp("project")
    (root / "data").mkdir()
    (root / "config.yml").write_text("recipe: default.v1\n")
    (root / "domain.yml").write_text(DOMAIN)
    (root / "data" / "all.yml").write_text(DATA)
    return Catalogue(load_project(root, {}).dialogue.domain)


@pytest.fixture
def rasa() -> FakeRasa:
    return FakeRasa()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def _open(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack, *, ours: bool = True, **spec: Any
) -> RasaEngine:
    """Return an engine on a Rasa that was started here (`ours`), or on somebody else's."""
    url, _ = await stack.enter_async_context(serve(rasa.app()))
    chosen = EngineSpec(**{"name": "rasa", "token": TOKEN, "answer_limit": timedelta(seconds=3), **spec})
    engine = RasaEngine(
        Parts(
            client=RasaClient(chosen, url, channel="visavis" if ours else "rest"),
            catalogue=catalogue,
            window=Window(actions=3, visible=3),
            patience=timedelta(seconds=1),
            house=Nowhere() if ours else None,
            interpreter=OurTriage(),
        )
    )
    stack.push_async_callback(engine.close)
    return engine


@pytest.fixture(params=[True, False], ids=["ours", "elsewhere"])
async def contact(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack, request: pytest.FixtureRequest
) -> Contact:
    return Contact(await _open(rasa, catalogue, stack, ours=request.param))


async def test_replies_events_and_understanding_come_from_rasa_and_triage_from_us(contact: Contact) -> None:
    assert await contact.say("hours") == ["You said hours."]

    result = contact.results[0]
    kinds = [event["event"] for event in result.events]
    assert kinds == ["action", "session_started", "action", "user", "bot", "action"]
    heard: Any = result.events[3]
    assert (heard["message_id"], heard["input_channel"]) == ("1", "rest")
    assert "visavis_message" not in heard["metadata"]
    assert heard["parse_data"]["triage"]["complaint"] == 0.8
    understanding = result.understandings[0]
    assert understanding is not None
    assert understanding.intent == IntentScore(name="hours", confidence=0.9)
    assert (understanding.language, understanding.triage) == ("en", Triage(complaint=0.8))


async def test_second_turn_brings_only_what_is_new(contact: Contact) -> None:
    await contact.say("hours")
    assert await contact.say("shipping") == ["You said shipping."]

    assert [event["event"] for event in contact.results[1].events] == ["user", "bot", "action"]


async def test_handoff_pauses_rasa_and_giving_back_resumes_it(contact: Contact, rasa: FakeRasa) -> None:
    assert await contact.say("person") == ["A person will answer."]

    handoff = contact.results[0].handoff
    assert handoff is not None
    assert (handoff.reason, handoff.queue) == ("asked_for_person", "support")
    assert await contact.say("hours", resumed=True) == ["You said hours."]
    kinds = [event["event"] for event in contact.results[1].events]
    assert kinds[0] == "resume"
    assert rasa.names(contact.sender) == ["person", "hours"]


async def test_rasa_that_lost_its_memory_is_told_and_goes_on(contact: Contact, rasa: FakeRasa) -> None:
    assert await contact.say("form") == ["Which size?"]
    rasa.forget()

    assert await contact.say("medium") == ["Which colour?"]
    assert rasa.names(contact.sender) == ["form", "medium"]
    assert [event["event"] for event in contact.results[1].events] == ["user", "slot", "bot", "action"]


async def test_call_that_broke_off_after_rasa_acted_is_not_made_again(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("form")
    rasa.hang_up = 1

    assert await contact.say("medium") == ["Which colour?"]
    assert rasa.acted == ["form", "medium"]


async def test_message_that_rasa_answered_before_we_died_is_not_said_again(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("form")
    before = contact.tracker
    assert await contact.say("medium", first_id=7) == ["Which colour?"]
    contact.tracker = before  # the process died before it could commit

    assert await contact.say("medium", first_id=7) == ["Which colour?"]
    assert rasa.acted == ["form", "medium"]


async def test_first_turn_after_another_engines_is_not_answered_twice_either(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("form")
    assert contact.tracker is not None
    before = {
        key: part for key, part in contact.tracker.items() if key != "rasa"
    }  # as the other one writes it
    rasa.forget()
    contact.tracker = before
    assert await contact.say("medium", first_id=7) == ["Which colour?"]
    contact.tracker = before  # the process died before it could commit

    assert await contact.say("medium", first_id=7) == ["Which colour?"]
    assert rasa.acted == ["form", "medium"]


async def test_trigger_that_rasa_acted_on_before_we_died_is_not_repeated(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("hours")
    turn = replace(contact.blank(), trigger=Trigger(intent="form"))
    await contact.turn(turn)

    assert await contact.turn(turn) == ["Which size?"]
    assert rasa.acted == ["hours", "form"]


async def test_late_answer_to_a_turn_that_failed_is_remembered_and_not_sent(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("hours")
    before = contact.tracker
    await contact.say("form", first_id=7)
    contact.tracker = before  # the turn was given up; a person answered

    assert await contact.say("medium", first_id=8, resumed=True) == ["Which colour?"]
    said = [event.get("text") for event in contact.results[-1].events if event["event"] == "user"]
    assert said == ["form", "medium"]
    assert rasa.acted == ["hours", "form", "medium"]


async def test_burst_is_one_message_and_a_button_another(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("hours", "and shipping", "/hours")

    assert rasa.names(contact.sender) == ["hours\nand shipping", "/hours"]
    understood = contact.results[0].understandings
    assert understood[0] is None
    assert understood[1] is not None
    assert understood[2] is None


async def test_picture_alone_means_its_intent(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("")

    assert rasa.names(contact.sender) == ["/media"]


async def test_turn_without_words_asks_rasa_nothing(contact: Contact, rasa: FakeRasa) -> None:
    reaction = replace(_message(1, "x"), kind=Kind.REACTION)

    assert await contact.turn(replace(contact.blank(), messages=(reaction,))) == []
    assert rasa.conversations == {}


async def test_trigger_begins_a_turn_that_nobody_said(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("hours")
    turn = replace(contact.blank(), trigger=Trigger(intent="remind"))

    assert await contact.turn(turn) == ["I will."]
    assert rasa.names(contact.sender) == ["hours", "EXTERNAL: remind"]


async def test_reminders_are_taken_from_rasa_for_they_are_ours_to_keep(
    contact: Contact, rasa: FakeRasa
) -> None:
    await contact.say("remind")

    assert "reminder" in [event["event"] for event in contact.results[0].events]
    assert rasa.conversations[contact.sender][-1]["event"] == "cancel_reminder"
    assert await contact.say("hours") == ["You said hours."]
    assert "cancel_reminder" not in [event["event"] for event in contact.results[1].events]


async def test_bot_that_rasa_had_to_stop_asks_for_a_person(contact: Contact, rasa: FakeRasa) -> None:
    rasa.circles = True
    await contact.say("hours")

    handoff = contact.results[0].handoff
    assert handoff is not None
    assert handoff.reason == "bot_failed"


async def test_silenced_bot_stays_silent(contact: Contact) -> None:
    await contact.say("person")

    assert await contact.say("hours") == []
    assert contact.results[1].handoff is None


async def test_message_that_rasa_made_nothing_of_is_an_error(contact: Contact, rasa: FakeRasa) -> None:
    await contact.say("hours")
    rasa.broken = True

    with pytest.raises(EngineError, match="could not answer"):
        await contact.say("hours")


async def test_sender_of_any_letters_stays_one_conversation(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    contact = Contact(await _open(rasa, catalogue, stack), sender="rest:open:a/b c?ü#%")
    await contact.say("form")

    assert await contact.say("medium") == ["Which colour?"]
    assert len(rasa.conversations) == 1


async def test_what_is_kept_and_what_rasa_of_ours_remembers_do_not_grow(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    contact = Contact(await _open(rasa, catalogue, stack))
    kept, remembered = [], []
    for number in range(170):
        await contact.say("hours", first_id=number + 1)
        kept.append(len(json.dumps(contact.tracker)))
        remembered.append(len(rasa.conversations[contact.sender]))
        contact.results.clear()

    assert max(kept[85:]) <= max(kept[:85]) + 100  # numbers get longer
    assert max(remembered) < 420
    assert {how for how, _ in rasa.told} == {"replace"}


async def test_memory_of_somebody_elses_rasa_is_never_replaced(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    contact = Contact(await _open(rasa, catalogue, stack, ours=False))
    for number in range(140):
        await contact.say("hours", first_id=number + 1)
        contact.results.clear()
    rasa.forget()
    await contact.say("hours", first_id=200)

    assert {how for how, _ in rasa.told} == {"append"}


async def test_rasa_that_is_gone_is_waited_for_and_then_named(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    engine = await _open(rasa, catalogue, stack)
    gone = RasaEngine(
        replace(
            engine._parts,
            client=RasaClient(EngineSpec(name="rasa", token="secret"), "http://secret@127.0.0.1:9/"),
        )
    )

    with pytest.raises(EngineUnavailable, match="does not answer at http://127") as raised:
        await Contact(gone).say("hours")
    await gone.close()
    assert "secret" not in str(raised.value)


async def test_wrong_token_is_an_error_without_it(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    engine = await _open(rasa, catalogue, stack, token="wrong one")

    with pytest.raises(EngineError, match="401: NotAuthenticated") as raised:
        await engine.parse("hours")
    assert "wrong one" not in str(raised.value)


async def test_slow_rasa_is_given_up_in_time(stack: AsyncExitStack) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(60)
        raise AssertionError

    app = web.Application()
    app.router.add_post("/model/parse", never)
    url, _ = await stack.enter_async_context(serve(app))
    client = RasaClient(EngineSpec(name="rasa", answer_limit=timedelta(seconds=0.1)), url)
    stack.push_async_callback(client.close)

    with pytest.raises(EngineError, match="did not answer within"):
        await client.parse("hours")


async def test_jwt_says_that_we_are_an_admin(stack: AsyncExitStack) -> None:
    seen: list[str] = []
    secret = "a secret that is long enough for HS256"

    async def parse(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.json_response({"text": "x"})

    app = web.Application()
    app.router.add_post("/model/parse", parse)
    url, _ = await stack.enter_async_context(serve(app))
    client = RasaClient(EngineSpec(name="rasa", jwt_secret=secret), url)
    stack.push_async_callback(client.close)
    await client.parse("x")

    kind, _, token = seen[0].partition(" ")
    assert kind == "Bearer"
    assert jwt.decode(token, secret, algorithms=["HS256"])["user"] == {"username": "visavis", "role": "admin"}


async def test_parse_is_rasas_with_our_triage(
    rasa: FakeRasa, catalogue: Catalogue, stack: AsyncExitStack
) -> None:
    understood = await (await _open(rasa, catalogue, stack)).parse("hours")

    assert understood.intent == IntentScore(name="hours", confidence=0.9)
    assert understood.triage == Triage(complaint=0.8)


async def steer(contact: Contact, order: Order) -> TurnResult:
    result = await contact.engine.steer(contact.blank(), order)
    contact.tracker = json.loads(json.dumps(result.tracker))
    return result


def kinds(result: TurnResult) -> list[object]:
    return [event["event"] for event in result.events]


async def test_programs_may_have_rasa_run_an_action(contact: Contact) -> None:
    await contact.say("hours")
    result = await steer(contact, RunAction(name="utter_again", policy="SimplePolicy", confidence=0.5))

    assert kinds(result) == ["action", "bot"]
    assert [content.text for content in result.replies] == ["Did utter_again."]
    assert result.handoff is None
    with pytest.raises(UnknownAction):
        await steer(contact, RunAction(name="action_nobody_knows"))
    assert await contact.say("shipping") == ["You said shipping."]


async def test_programs_may_log_a_message_under_our_id(contact: Contact) -> None:
    result = await steer(contact, LogMessage(text="hours", message_id="17"))

    assert kinds(result) == ["action", "session_started", "action", "user", "slot"]
    assert result.events[3]["message_id"] == "17"
    assert result.replies == ()


async def test_programs_may_append_events_and_only_those_to_be_sent_are(contact: Contact) -> None:
    await contact.say("hours")
    said: tuple[JsonObject, ...] = ({"event": "bot", "text": "By the way.", "data": {}},)

    assert (await steer(contact, AppendEvents(events=said))).replies == ()
    shown = await steer(contact, AppendEvents(events=said, say=True))
    assert [content.text for content in shown.replies] == ["By the way."]
    with pytest.raises(BadEvent):
        await steer(contact, AppendEvents(events=({"event": "nonsense"},)))


async def test_programs_may_put_other_events_in_the_place_of_all(contact: Contact) -> None:
    await contact.say("hours")
    result = await steer(
        contact, AppendEvents(events=({"event": "slot", "name": "asked", "value": "size"},), anew=True)
    )

    assert kinds(result) == ["action", "session_started", "action", "slot"]
    described = await contact.engine.describe(contact.sender, contact.tracker)
    assert described["slots"] == {"asked": "size", "session_started_metadata": None}
    assert await contact.say("medium") == ["Which colour?"]


async def test_programs_may_begin_a_session_once(contact: Contact) -> None:
    assert kinds(await steer(contact, BeginSession())) == ["action", "session_started", "action"]
    assert kinds(await steer(contact, BeginSession())) == []


async def test_programs_may_look_at_what_would_be_done_next(contact: Contact) -> None:
    await contact.say("hours")
    forecast = await contact.engine.predict(contact.tracker)

    assert (forecast.policy, forecast.confidence) == ("RulePolicy", 1.0)
    assert forecast.scores[1] == ("after ['hours']", 1.0)
    assert await contact.engine.get_intents() >= {"hours", "restart"}
    replayed = await contact.engine.replay(contact.results[0].events)
    assert len(replayed.events) == len(contact.results[0].events)
