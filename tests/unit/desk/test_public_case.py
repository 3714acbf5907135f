"""What of an answer to a public post may be said in public."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.desk.promise import PROMISE
from bot.desk.public_case import (
    Said,
    Ways,
    as_public,
    asks_for_details,
    decide_public,
    decide_refused,
    gather_private,
    wants_closing_word,
)
from bot.domain.case import CaseWords, How, PublicPart, ThreadLink
from bot.domain.message import Button, Content

WORDS = CaseWords()
LINK = "https://chat.example/lyra"
SENT, MOVED = Content(text="What is your order number?"), "We have written to you in private"


def moved(how: How = How.PRIVATE_REPLY, *, reminded: bool = False) -> ThreadLink:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return ThreadLink(id=1, account_id=1, public_id=1, began_id=1, how=how, created_at=at, reminded=reminded)


replies = st.lists(
    st.builds(
        Content,
        text=st.text(max_size=20),
        buttons=st.sampled_from([(), (Button(title="Yes", payload="/yes"),)]),
    ),
    max_size=3,
).map(tuple)
said = st.builds(Said, replies=replies, handoff=st.booleans(), asks=st.booleans())
ways = st.builds(Ways, private_reply=st.booleans(), link=st.sampled_from([None, LINK]))


@given(said, ways)
def test_nothing_but_the_brands_word_is_public_once_a_thread_is_moved(said: Said, ways: Ways) -> None:
    decision = decide_public(said, ways, None, WORDS)
    if decision.how is None:
        assert decision.replies == said.replies
        return
    *before, word = decision.replies
    assert not word.private
    assert not word.buttons
    assert all(each.private for each in before)
    assert len(before) == (decision.how is How.PRIVATE_REPLY)
    assert MOVED in word.text or LINK in word.text


@given(said, ways)
def test_everything_the_bot_said_is_kept_for_the_private_thread(said: Said, ways: Ways) -> None:
    decision = decide_public(said, ways, None, WORDS)
    if decision.how is How.PRIVATE_REPLY:
        alone = decision.replies[0]
        assert all(each.text in alone.text for each in said.replies)
        assert alone.buttons == tuple(button for each in said.replies for button in each.buttons)
    if decision.how is How.LINK and said.asks and not said.handoff:
        assert decision.question == gather_private(said.replies)


@given(
    said,
    ways,
    st.sampled_from([None, *(moved(how, reminded=again) for how in How for again in (True, False))]),
)
def test_person_is_promised_wherever_one_is_entered_and_nowhere_else(
    said: Said, ways: Ways, link: ThreadLink | None
) -> None:
    promised = Said(replies=(*said.replies, Content(text=PROMISE)), handoff=True)
    asked = replace(said, handoff=False)
    words = " ".join(each.text for each in decide_public(promised, ways, link, WORDS).replies)
    assert "erson on our team" in words
    said_then = decide_public(asked, ways, link, WORDS)
    if said_then.how is not None or said_then.reminds:
        assert all("erson on our team" not in each.text for each in said_then.replies if not each.private)


def test_moved_thread_is_reminded_once() -> None:
    asks = Said(replies=(SENT,), asks=True)
    first = decide_public(asks, Ways(private_reply=True), moved(), WORDS)
    assert (first.reminds, first.how) == (True, None)
    assert decide_public(asks, Ways(private_reply=True), moved(reminded=True), WORDS).replies == ()


def test_plain_answer_in_a_moved_thread_stays_public() -> None:
    plain = Said(replies=(Content(text="We open at nine."),))
    assert decide_public(plain, Ways(private_reply=True), moved(), WORDS).replies == plain.replies


def test_apology_is_for_who_asks_for_a_person() -> None:
    for handoff in (True, False):
        turn = Said(replies=(SENT,), handoff=handoff, asks=not handoff)
        word = decide_public(turn, Ways(private_reply=True), None, WORDS).replies[-1]
        assert word.text.startswith("We are sorry. ") is handoff


@pytest.mark.parametrize("write", ["Schreiben Sie uns: {link} (bitte)", "Schreiben Sie uns:", "{x} {link}"])
def test_link_is_said_however_the_brand_words_it(write: str) -> None:
    word, how = decide_refused(Ways(link=LINK), replace(WORDS, write=write), handoff=False)
    assert LINK in word.text
    assert how is How.LINK


def test_refused_without_a_link_promises_a_person() -> None:
    assert decide_refused(Ways(), WORDS, handoff=False) == (Content(text=PROMISE), None)


SLOT = {"event": "slot", "name": "requested_slot"}


@pytest.mark.parametrize(
    ("events", "asks"),
    [
        ([], False),
        ([{**SLOT, "value": "email"}], True),
        ([{**SLOT, "value": "email"}, {**SLOT, "value": None}], False),
        ([{**SLOT, "value": "email"}, {"event": "active_loop", "name": None}], False),
        ([{**SLOT, "value": "email"}, {"event": "restart"}], False),
        ([{"event": "active_loop", "name": "order"}, {**SLOT, "value": "number"}], True),
        ([{"event": "slot", "name": "colour", "value": "red"}], False),
    ],
)
def test_form_that_waits_for_an_answer_asks_for_details(events: list[dict[str, Any]], asks: bool) -> None:  # noqa: FBT001
    assert asks_for_details(events) is asks


def test_question_is_not_private_where_all_is() -> None:
    assert as_public(replace(SENT, private=True)) == SENT


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        (PublicPart(told=True), True),
        (PublicPart(told=False), False),
        (PublicPart(told=True, deleted=True), False),
        (PublicPart(told=True, unanswered=True), False),
    ],
)
def test_closing_word_is_said_where_it_is_true_and_asked_for(part: PublicPart, wanted: bool) -> None:  # noqa: FBT001
    assert wants_closing_word(part) is wanted
