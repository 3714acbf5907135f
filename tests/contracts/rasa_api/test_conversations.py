"""Calls that change a conversation: what they leave in tracker, ledger and queue, and whom they obey."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from bot.desk.promise import PROMISE
from bot.domain.message import DeliveryState
from bot.domain.staff import Role
from bot.service.add_staff import add_staff
from bot.service.take import take
from tests.contracts.rasa_api.conftest import HERE

if TYPE_CHECKING:
    from bot.domain.staff import Staff
    from tests.contracts.rasa_api.conftest import Api

SLOT = {"event": "slot", "name": "size", "value": "L"}
LEDGER = "SELECT author, kind, settled FROM message ORDER BY id"


async def get_id(api: Api, sender: str) -> int:
    [(conversation_id,)] = await api.rows(f"SELECT id FROM conversation WHERE key = '{sender}'")
    return int(conversation_id)


async def add_mara(api: Api) -> Staff:
    password = "correct horse battery staple"
    return await add_staff(
        api.road, email="mara@lyra.example", name="Mara L", password=password, roles=[Role.AGENT]
    )


async def until(api: Api, sql: str, wanted: list[Any]) -> None:
    found: list[Any] = []
    for _ in range(500):
        found = await api.rows(sql)
        if found == wanted:
            return
        await asyncio.sleep(0.02)
    assert found == wanted


async def test_looking_at_nobody_begins_nothing(api: Api) -> None:
    for path in ("tracker", "tracker?include_events=APPLIED", "tracker?until=1"):
        assert (await api.get(f"/conversations/nobody/{path}")).status == 200
    assert await api.rows("SELECT count(*) FROM conversation") == [(0,)]


async def test_tracker_as_it_was_at_a_time(api: Api) -> None:
    await api.say("ann", "/greet")
    then = (await api.get("/conversations/ann/tracker")).body["latest_event_time"]
    await api.say("ann", "/order")
    state = (await api.get(f"/conversations/ann/tracker?until={then}")).body
    assert state["latest_message"]["intent"]["name"] == "greet"
    assert (state["latest_event_time"], state["active_loop"]) == (then, {})


async def test_events_begin_a_conversation_that_a_caller_goes_on_with(api: Api) -> None:
    state = (await api.post("/conversations/ann/tracker/events", SLOT)).body
    assert state["slots"]["size"] == "L"
    assert await api.rows("SELECT pull, reply_context->>'delivery' FROM conversation") == [(True, "pull")]
    assert await api.say("ann", "/ready") == [{"recipient_id": "ann", "text": "It is ready, size L."}]


async def test_message_logged_is_in_the_thread_and_needs_no_answer(api: Api) -> None:
    body = {"text": " hello ", "sender": "user", "metadata": {"from": "kiosk"}}
    state = (await api.post("/conversations/ann/messages", body)).body
    assert (state["latest_message"]["text"], state["latest_message"]["intent"]["name"]) == ("hello", "greet")
    assert state["latest_message"]["metadata"] == {"from": "kiosk"}
    assert await api.rows(LEDGER) == [("contact", "text", "not_needed")]
    assert (await api.post("/conversations/ann/predict")).body["scores"][0]["action"] == "utter_greet"
    said = (await api.post("/conversations/ann/execute", {"name": "utter_greet"})).body["messages"]
    assert [item["text"] for item in said] == ["Hello."]
    assert await api.say("ann", "/bye") != []


async def test_parse_data_that_is_given_is_believed(api: Api) -> None:
    parse_data = {
        "intent": {"name": "inform", "confidence": 0.5},
        "entities": [{"entity": "size", "value": "S"}],
    }
    body = {"text": "small", "sender": "user", "parse_data": parse_data}
    assert (await api.post("/conversations/ann/messages", body)).body["slots"]["size"] == "S"


async def test_replies_to_the_caller_are_stored_and_told_once(api: Api) -> None:
    await api.say("ann", "/greet")
    answer = await api.post("/conversations/ann/trigger_intent", {"name": "ready"})
    assert answer.body["messages"] == [{"recipient_id": "ann", "text": "It is ready, size None."}]
    await until(
        api, "SELECT state FROM outbox ORDER BY message_id DESC LIMIT 1", [(DeliveryState.SENT.value,)]
    )
    assert [item["text"] for item in await api.say("ann", "/greet")] == ["Hello."]


async def test_replies_go_where_the_contact_is_when_asked_for(api: Api) -> None:
    """The courier takes them, by the one door that everything leaves by. Without it they are the caller's."""
    said = await api.post("/webhooks/callback/webhook", {"sender": "ann", "message": "/greet"})
    assert (said.status, said.text) == (200, "success")
    await until(api, "SELECT settled FROM message WHERE author = 'contact'", [("bot",)])
    there = await api.post("/conversations/ann/trigger_intent?output_channel=latest", {"name": "bye"})
    assert (there.status, sorted(there.body)) == (200, ["tracker"])
    here = await api.post("/conversations/ann/trigger_intent", {"name": "bye"})
    assert len(here.body["messages"]) == 2
    left = await api.rows("SELECT pull, count(*) FROM outbox GROUP BY pull ORDER BY pull")
    assert left == [(False, 3), (True, 2)]


async def test_bot_events_are_said_only_with_side_effects(api: Api) -> None:
    await api.say("ann", "/greet")
    event = {"event": "bot", "text": "Your order left."}
    before = await api.rows("SELECT count(*) FROM outbox")
    await api.post("/conversations/ann/tracker/events", event)
    assert await api.rows("SELECT count(*) FROM outbox") == before
    await api.post("/conversations/ann/tracker/events?execute_side_effects=true", event)
    assert await api.rows("SELECT content->>'text' FROM message ORDER BY id DESC LIMIT 1") == [
        ("Your order left.",)
    ]


async def test_reminders_posted_are_kept_only_with_side_effects(api: Api) -> None:
    event = {"event": "reminder", "intent": "ready", "date_time": "2036-01-01T00:00:00", "name": "r"}
    await api.post("/conversations/ann/tracker/events", event)
    assert await api.rows("SELECT count(*) FROM timer") == [(0,)]
    await api.post("/conversations/ann/tracker/events?execute_side_effects=true", event)
    assert await api.rows("SELECT count(*) FROM timer") == [(1,)]


async def test_put_takes_the_place_of_all_before(api: Api) -> None:
    await api.say("ann", "/greet")
    state = (await api.ask("PUT", "/conversations/ann/tracker/events", [SLOT])).body
    assert [event["event"] for event in state["events"]] == ["slot"]
    again = (await api.get("/conversations/ann/tracker?include_events=ALL")).body
    assert [event["event"] for event in again["events"]] == ["slot"]
    assert await api.rows("SELECT count(*) FROM turn") == [(2,)]  # what was before is kept all the same


async def test_conversation_that_rasa_had_goes_on_where_it_stood(api: Api) -> None:
    recorded = json.loads((HERE / "recording.json").read_text())["tracker in a form"]["body"]
    # It was going on a moment ago: a session that has expired would begin anew, here as in Rasa.
    since = time.time() - recorded["events"][-1]["timestamp"]
    events = [{**event, "timestamp": event["timestamp"] + since} for event in recorded["events"]]
    put = await api.ask("PUT", "/conversations/old/tracker/events", events)
    assert (put.status, put.body["active_loop"]["name"]) == (200, "order_form")
    told = await api.say("old", '/inform{"size": "L"}')
    assert [item["text"] for item in told] == ["One in L.", "Thank you."]


async def test_pause_silences_and_resume_ends_it(api: Api) -> None:
    await api.say("ann", "/greet")
    assert (await api.post("/conversations/ann/tracker/events", {"event": "pause"})).body["paused"]
    assert await api.rows("SELECT status FROM conversation") == [("bot",)]  # nobody waits yet
    assert not (await api.post("/conversations/ann/tracker/events", {"event": "resume"})).body["paused"]
    assert await api.say("ann", "/bye") != []


async def test_who_writes_to_a_bot_that_a_program_paused_waits_for_a_person(api: Api) -> None:
    await api.say("ann", "/greet")
    await api.post("/conversations/ann/tracker/events", {"event": "pause"})
    told = await api.say("ann", "is anybody there?")
    assert [item["text"] for item in told] == [PROMISE]
    assert await api.rows("SELECT status FROM conversation") == [("queued",)]
    assert await api.rows("SELECT reason FROM handoff") == [("bot_paused",)]
    assert await api.rows(
        "SELECT settled FROM message WHERE author = 'contact' ORDER BY id DESC LIMIT 1"
    ) == [("waiting",)]
    await api.post("/conversations/ann/tracker/events", {"event": "resume"})
    assert await api.rows("SELECT status FROM conversation") == [("bot",)]
    assert await api.say("ann", "/bye") != []


async def test_resume_takes_a_conversation_out_of_the_queue(api: Api) -> None:
    await api.say("ann", "/greet")
    handoff = {"event": "bot", "data": {"custom": {"handoff": {"reason": "asked_for_person"}}}}
    await api.post(
        "/conversations/ann/tracker/events?execute_side_effects=true", [handoff, {"event": "pause"}]
    )
    assert await api.rows("SELECT status FROM conversation") == [("queued",)]
    state = (await api.get("/conversations/ann/tracker")).body
    assert state["visavis"]["status"] == "queued"
    state = (await api.post("/conversations/ann/tracker/events", {"event": "resume"})).body
    assert (state["paused"], "visavis" in state) == (False, False)
    assert await api.rows("SELECT status, resumed FROM conversation") == [("bot", False)]
    assert await api.rows("SELECT count(*) FROM handoff WHERE closed_at IS NULL") == [(0,)]
    assert await api.say("ann", "/bye") != []


async def test_promise_of_a_person_is_told_to_the_contact_whoever_called(api: Api) -> None:
    await api.post("/webhooks/callback/webhook", {"sender": "ann", "message": "/greet"})
    await until(api, "SELECT settled FROM message WHERE author = 'contact'", [("bot",)])
    handoff = {"event": "bot", "data": {"custom": {"handoff": {"reason": "asked_for_person"}}}}
    await api.post("/conversations/ann/tracker/events?execute_side_effects=true", [handoff])
    assert await api.rows("SELECT status FROM conversation") == [("queued",)]
    assert await api.rows("SELECT pull FROM outbox ORDER BY message_id DESC LIMIT 1") == [(False,)]


async def test_who_holds_a_conversation_keeps_it(api: Api) -> None:
    await api.say("ann", "/greet")
    await take(api.road, await get_id(api, "ann"), await add_mara(api))
    before = await api.rows("SELECT count(*) FROM outbox")
    for path, body in (("trigger_intent", {"name": "bye"}), ("execute", {"name": "utter_bye"})):
        answer = await api.post(f"/conversations/ann/{path}", body)
        assert (answer.status, answer.body["messages"]) == (200, [])
        assert answer.body["tracker"]["visavis"]["status"] == "held"
    refused = await api.post("/conversations/ann/tracker/events", {"event": "resume"})
    assert (refused.status, refused.body["reason"]) == (409, "Conflict")
    assert "Mara" in refused.body["message"]
    bot = {"event": "bot", "text": "I am back"}
    said = await api.post("/conversations/ann/tracker/events?execute_side_effects=true", [SLOT, bot])
    assert (said.status, said.body["slots"]["size"]) == (200, "L")
    assert await api.rows("SELECT count(*) FROM outbox") == before
    assert await api.rows("SELECT status FROM conversation") == [("held",)]


async def test_message_to_a_person_waits_for_them(api: Api) -> None:
    await api.say("ann", "/greet")
    await take(api.road, await get_id(api, "ann"), await add_mara(api))
    state = (await api.post("/conversations/ann/messages", {"text": "are you there?", "sender": "user"})).body
    assert state["visavis"]["status"] == "held"
    assert (await api.rows(LEDGER))[-1] == ("contact", "text", "waiting")


async def test_what_was_said_comes_first(api: Api) -> None:
    """A call that meets a turn waits for it, and the next message waits for the call."""
    calls = [api.say("ann", "/greet") for _ in range(3)]
    calls += [api.post("/conversations/ann/tracker/events", SLOT) for _ in range(3)]
    answers = await asyncio.gather(*calls)
    assert all(answer == answers[0] for answer in answers[:3])
    assert [answer.status for answer in answers[3:]] == [200, 200, 200]
    state = (await api.get("/conversations/ann/tracker")).body
    assert [event["event"] for event in state["events"]].count("slot") == 3
    assert [event["event"] for event in state["events"]].count("user") == 3


async def test_action_that_nobody_knows_changes_nothing(api: Api) -> None:
    await api.say("ann", "/greet")
    before = (await api.get("/conversations/ann/tracker")).body
    answer = await api.post("/conversations/ann/execute", {"name": "action_nobody_wrote"})
    assert (answer.status, answer.body["reason"]) == (400, "BadRequest")
    assert (await api.get("/conversations/ann/tracker")).body == before
    assert await api.say("ann", "/bye") != []


async def test_program_that_passes_messages_on_says_by_which_channel_they_came(api: Api) -> None:
    body = {"sender": "ann", "message": "/greet", "input_channel": "kiosk"}
    assert (await api.post("/webhooks/rest/webhook", body)).body[0]["text"] == "Hello."
    state = (await api.get("/conversations/ann/tracker")).body
    assert state["latest_input_channel"] == "kiosk"
    assert [each["input_channel"] for each in state["events"] if each["event"] == "user"] == ["kiosk"]
    await api.say("ann", "/bye")
    assert (await api.get("/conversations/ann/tracker")).body["latest_input_channel"] == "rest"


async def test_ids_may_be_anything_and_channels_are_apart(api: Api) -> None:
    for name in ("a/b", "ä ö", "tracker/events", "x%2Fy"):
        quoted = name.replace("%", "%25").replace(" ", "%20")
        state = (await api.post(f"/conversations/{quoted}/tracker/events", SLOT)).body
        assert state["sender_id"] == name
    assert sorted(key for (key,) in await api.rows("SELECT key FROM conversation")) == sorted(
        ("a/b", "ä ö", "tracker/events", "x%2Fy")
    )
    elsewhere = await api.post("/conversations/a%2Fb/tracker/events?channel=telegram", SLOT)
    assert (elsewhere.status, elsewhere.body["reason"]) == (404, "NotFound")


async def test_conversation_that_nobody_began_is_not_found(api: Api) -> None:
    for method, path in (("POST", "predict"), ("POST", "execute"), ("GET", "story")):
        answer = await api.ask(method, f"/conversations/nobody/{path}", {"name": "utter_bye"})
        assert (answer.status, answer.body["message"]) == (404, "Conversation ID not found."), path
