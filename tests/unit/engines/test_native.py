"""Turns of the native engine: payload in → replies, events, handoff out."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue.spec import PolicySpec, SessionSpec
from bot.domain.handoff import Priority
from bot.domain.message import Kind
from bot.errors import EngineError
from tests.conversations.talk import Talk, Words, build_engine, message
from tests.unit.dialogue.specs import RULES, action, intent, rule, say, spec

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rasa_sdk's dependencies


class Act:
    """An action that does what a function says. `rasa_sdk.Action` asks for no more."""

    def __init__(self, does: Any) -> None:
        self._does = does

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        outcome = self._does(dispatcher, tracker)
        return await outcome if asyncio.iscoroutine(outcome) else outcome


class Blocking:
    """An action whose `run` blocks until it may go on."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def run(self, dispatcher: Any, _tracker: Any, _domain: Any) -> list[Any]:
        assert self.goes_on.wait(4)
        dispatcher.utter_message(text="slept")
        return []


def talk(**options: Any) -> Talk:
    """A shop whose intent "yes" runs `action_x`."""
    actions = options.pop("actions", {})
    words = options.pop("words", None)
    limit = options.pop("limit", timedelta(seconds=5))
    rules = options.pop("rules", (*RULES, rule("x", intent("yes"), action("action_x"))))
    project = spec(rules=rules, actions=("action_x", *options.pop("more_actions", ())), **options)
    return Talk(build_engine(project, actions=actions, words=words, limit=limit))


async def test_first_message_starts_a_session_and_is_answered() -> None:
    shop = talk()
    assert await shop.say("/greet") == ["hello"]
    assert shop.events("action") == ["action_session_start", "action_listen", "utter_greet", "action_listen"]


async def test_text_is_understood_by_nlu_and_told_so() -> None:
    shop = talk(words=Words({"hiya": "greet"}))
    assert await shop.say("hiya") == ["hello"]
    assert shop.last is not None
    [understanding] = shop.last.understandings
    assert understanding is not None
    assert understanding.intent is not None
    assert understanding.intent.name == "greet"


async def test_burst_of_texts_is_one_message_and_buttons_stand_alone() -> None:
    shop = talk(words=Words({"hi\nthere": "greet"}))
    assert await shop.say("hi", "there", "/bye") == ["hello", "bye"]
    assert shop.last is not None
    assert [each.text if each else None for each in shop.last.understandings] == [None, "hi\nthere", None]
    assert [event["text"] for event in shop.last.events if event["event"] == "user"] == ["hi\nthere", "/bye"]


async def test_message_without_words_means_its_kind_where_the_domain_has_an_intent_for_it() -> None:
    rules = (*RULES, rule("picture", intent("media"), action("utter_bye")))
    intents = {**spec().domain.intents, "media": spec().domain.intents["greet"]}
    shop = talk(rules=rules, intents=intents)
    result = await shop.send(message("", kind=Kind.MEDIA))
    assert [reply.text for reply in result.replies] == ["bye"]


async def test_edits_and_reactions_say_nothing() -> None:
    result = await talk().send(message("/greet", kind=Kind.EDIT), message("👍", kind=Kind.REACTION))
    assert (result.replies, result.events, result.understandings) == ((), (), (None, None))


async def test_form_fills_its_slots_and_ends() -> None:
    shop = talk()
    assert await shop.say("/order") == ["which size?"]
    assert await shop.say('/inform{"size": "L"}') == ["anything else?"]
    assert await shop.say("gift wrap, please") == ["L, gift wrap, please"]
    assert await shop.say("/greet") == ["hello"]


async def test_form_answers_something_else_and_asks_again() -> None:
    shop = talk()
    await shop.say("/order")
    assert await shop.say("/greet") == ["hello", "which size?"]
    assert await shop.say("/stop") == ["stopped"]
    assert await shop.say("/greet") == ["hello"]


async def test_action_speaks_sets_slots_and_sees_the_conversation() -> None:
    seen: dict[str, Any] = {}

    def does(dispatcher: Any, tracker: Any) -> list[Any]:
        seen.update(slots=dict(tracker.slots), text=tracker.latest_message["text"], sender=tracker.sender_id)
        seen["said"] = [event["text"] for event in tracker.events if event["event"] == "user"]
        tracker.slots["size"] = "changed behind our back"
        dispatcher.utter_message(response="utter_done", note="soon")
        return [{"event": "slot", "name": "size", "value": "S"}]

    shop = talk(actions={"action_x": Act(does)})
    await shop.say("/greet")
    assert await shop.say('/yes{"size": "L"}') == ["L, soon"]
    assert seen["slots"]["size"] == "L"
    assert seen["said"] == ["/greet", '/yes{"size": "L"}']
    assert (seen["text"], seen["sender"]) == ('/yes{"size": "L"}', "a")
    assert shop.last is not None
    assert [event["value"] for event in shop.last.events if event["event"] == "slot"] == ["L", "S"]


async def test_blocking_action_does_not_block_others() -> None:
    blocking = Blocking()
    shop, other = talk(actions={"action_x": blocking}), talk()
    await shop.say("/greet")  # imports rasa_sdk's parts are behind us
    slow = asyncio.create_task(shop.say("/yes"))
    await asyncio.sleep(0)
    assert await other.say("/greet") == ["hello"]
    assert not slow.done()
    blocking.goes_on.set()
    assert await slow == ["slept"]


async def fail(_dispatcher: Any, _tracker: Any) -> list[Any]:
    raise RuntimeError("out of paper")


async def hang(_dispatcher: Any, _tracker: Any) -> list[Any]:
    await asyncio.sleep(30)
    return []


@pytest.mark.parametrize("does", [fail, hang, None])
async def test_failing_action_hands_its_own_turn_to_a_person(does: Any) -> None:
    responses = {**spec().domain.responses, "utter_error": say("sorry")}
    shop = talk(
        actions={"action_x": Act(does)} if does else {}, responses=responses, limit=timedelta(milliseconds=50)
    )
    assert await shop.say("/yes") == ["sorry"]
    assert shop.last is not None
    assert shop.last.handoff is not None
    assert (shop.last.handoff.reason, shop.last.handoff.priority) == ("bot_failed", Priority.HIGH)
    [failed] = [event for event in shop.last.events if event.get("name") == "action_x"]
    assert "error" in str(failed["metadata"])
    assert await shop.say("/greet") == []
    assert await shop.say("/greet", resumed=True) == ["hello"]


async def test_bot_that_acts_without_end_is_stopped() -> None:
    shop = talk(actions={"action_x": Act(lambda *_: [{"event": "followup", "name": "action_x"}])})
    assert await shop.say("/yes") == []
    assert shop.events("action").count("action_x") == 10
    assert shop.last is not None
    assert shop.last.handoff is not None


async def test_actions_that_refuse_each_other_without_end_are_stopped() -> None:
    from rasa_sdk.interfaces import ActionExecutionRejection

    def refuse(_dispatcher: Any, _tracker: Any) -> list[Any]:
        raise ActionExecutionRejection("action_x")

    policies = PolicySpec(core_fallback_action="action_y")
    both = {"action_x": Act(refuse), "action_y": Act(refuse)}
    shop = talk(actions=both, more_actions=("action_y",), policies=policies)
    await asyncio.wait_for(shop.say("/yes"), timeout=20)
    assert shop.last is not None
    assert shop.last.handoff is not None


async def test_handoff_payload_asks_for_a_person_and_is_not_shown() -> None:
    def does(dispatcher: Any, _tracker: Any) -> list[Any]:
        dispatcher.utter_message(text="A person will answer.")
        dispatcher.utter_message(json_message={"handoff": {"reason": "asked", "queue": "billing"}})
        return [{"event": "pause"}]

    shop = talk(actions={"action_x": Act(does)})
    assert await shop.say("/yes") == ["A person will answer."]
    assert shop.last is not None
    assert shop.last.handoff is not None
    assert (shop.last.handoff.reason, shop.last.handoff.queue) == ("asked", "billing")


async def test_paused_bot_hears_but_says_nothing_even_after_the_session_would_end() -> None:
    shop = talk(actions={"action_x": Act(lambda *_: [{"event": "pause"}])})
    await shop.say("/yes")
    assert await shop.say('/greet{"size": "L"}', after=timedelta(days=2)) == []
    assert shop.events() == ["user", "size"]


async def test_resumed_bot_is_in_no_form_and_listens() -> None:
    shop = talk(actions={"action_x": Act(lambda *_: [{"event": "pause"}])})
    await shop.say("/order")
    await shop.say("/yes")
    assert await shop.say("/greet", resumed=True) == ["hello"]
    assert shop.events()[:4] == ["resume", "active_loop", "requested_slot", "action_listen"]


async def test_session_without_carry_over_forgets_slots() -> None:
    session = SessionSpec(expiration=timedelta(minutes=1), carry_over_slots=False)
    shop = talk(session=session)
    await shop.say('/greet{"size": "L"}')
    await shop.say("/greet", after=timedelta(minutes=2))
    assert shop.events("session_started", "slot") == ["session_started"]


async def test_tracker_that_is_none_of_ours_is_an_engine_error() -> None:
    shop = talk()
    shop.tracker = {"turns": 3}
    with pytest.raises(EngineError):
        await shop.say("/greet")


async def test_parse_reads_payloads_without_nlu_and_close_releases_it() -> None:
    words = Words()
    engine = build_engine(spec(), words=words)
    understanding = await engine.parse('/inform{"size": "L"}')
    assert understanding.entities[0].value == "L"
    assert (await engine.parse("what")).fallback
    await engine.close()
    assert words.closed
