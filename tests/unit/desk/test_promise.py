"""No promise without an entry, no entry without telling the customer."""

from __future__ import annotations

import pytest

from bot.desk.promise import PROMISE, require_entry, require_taker, tell_customer
from bot.domain.handoff import HandoffRequest
from bot.domain.json import JsonObject
from bot.domain.message import Content
from bot.domain.pipeline import DeskSpec

HANDOFF = HandoffRequest(reason="bot_failed")
SORRY = Content(text="Sorry about that.")
DESK = DeskSpec(promises=frozenset({"utter_handoff", "utter_fetch"}))


def _said(response: str) -> JsonObject:
    return {"event": "bot", "text": "…", "metadata": {"utter_action": response}}


@pytest.mark.parametrize("replies", [(), (SORRY,), (SORRY, Content(text="We open at nine."))])
def test_other_words_are_no_promise(replies: tuple[Content, ...]) -> None:
    told = tell_customer(replies, HANDOFF, [_said("utter_sorry_broken_item")], DESK)
    assert told == (*replies, Content(text=PROMISE))


@pytest.mark.parametrize("response", ["utter_handoff", "utter_fetch"])
def test_a_promise_in_the_projects_own_words_is_not_repeated(response: str) -> None:
    assert tell_customer((SORRY,), HANDOFF, [_said(response)], DESK) == (SORRY,)


def test_nothing_is_promised_without_a_handoff() -> None:
    assert tell_customer((SORRY,), None, [_said("utter_greet")], DESK) == (SORRY,)


def test_what_the_customer_says_promises_nothing() -> None:
    heard: JsonObject = {"event": "user", "metadata": {"utter_action": "utter_handoff"}}
    assert require_entry(None, [heard], DESK) is None
    assert tell_customer((), HANDOFF, [heard], DESK) == (Content(text=PROMISE),)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        (["user", "pause"], "bot_paused"),
        (["resume", "user", "pause", "action"], "bot_paused"),
        (["pause", "user", "resume"], None),
        (["pause", "restart"], None),
        (["user", "bot"], None),
        ([], None),
    ],
)
def test_bot_that_falls_silent_asks_for_whoever_takes_over(events: list[str], reason: str | None) -> None:
    found = require_taker(None, [{"event": event} for event in events])
    assert (found.reason if found else None) == reason


def test_bot_that_was_silent_before_asks_for_whoever_takes_over() -> None:
    found = require_taker(None, [{"event": "user"}], unheard=True)
    assert found is not None
    assert found.reason == "bot_paused"


def test_bot_that_falls_silent_after_it_asked_for_a_person_asks_once() -> None:
    assert require_taker(HANDOFF, [{"event": "pause"}]) is HANDOFF
