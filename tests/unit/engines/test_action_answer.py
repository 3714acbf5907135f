"""Whatever an action returns becomes what can be stored, or an `ActionError`."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.engines.native.action_answer import MOST_BYTES, take_answer
from bot.errors import ActionError

_ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.sets(st.integers(), max_size=2)
        | st.dictionaries(st.text(max_size=6) | st.just("event"), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(events=_ANYTHING | st.lists(_ANYTHING), responses=_ANYTHING | st.lists(_ANYTHING))
def test_anything_is_taken_as_json_or_refused(events: Any, responses: Any) -> None:
    with suppress(ActionError):
        answer = take_answer("action_x", events=events, responses=responses)
        written = json.dumps([list(answer.events), list(answer.responses)], allow_nan=False)
        assert "\\u0000" not in written
        assert len(written) < 8 * MOST_BYTES
        with suppress(ActionError):
            answer.read()


@pytest.mark.parametrize(
    "event",
    [
        {"event": ["slot"]},
        {"event": "slot", "name": {}, "value": 1},
        {"event": "user", "parse_data": 5},
        {"event": "entities", "entities": 4},
        {"event": "explode"},
    ],
)
def test_an_event_that_is_not_as_rasa_has_it_is_refused(event: Any) -> None:
    with pytest.raises(ActionError):
        take_answer("action_x", events=[event], responses=[]).read()


@pytest.mark.filterwarnings("ignore")  # rasa_sdk's own
def test_every_event_of_rasa_sdk_is_read() -> None:
    from rasa_sdk import events as sdk

    every = [
        sdk.SlotSet("size", None),
        sdk.Restarted(),
        sdk.SessionStarted(),
        sdk.UserUtteranceReverted(),
        sdk.AllSlotsReset(),
        sdk.ReminderScheduled("greet", datetime.now(UTC), entities={"city": "Riga"}),
        sdk.ReminderCancelled(),
        sdk.ActionReverted(),
        sdk.StoryExported(),
        sdk.FollowupAction("action_listen"),
        sdk.ConversationPaused(),
        sdk.ConversationResumed(),
        sdk.ActiveLoop(None),
        sdk.LoopInterrupted(is_interrupted=True),
        sdk.Form("order_form"),
        sdk.FormValidation(validate=False),
        sdk.ActionExecutionRejected("order_form"),
        sdk.BotUttered("hello", {"buttons": []}),
        sdk.UserUttered("hello", {"intent": {"name": "greet"}, "entities": []}),
        sdk.ActionExecuted("action_listen"),
        sdk.AgentUttered("hello"),
    ]
    assert len(take_answer("action_x", events=every, responses=[]).read().events) == len(every)
