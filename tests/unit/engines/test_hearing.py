"""Two questions in one message: each is answered, unless one of them, or a complaint, is for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.domain.understanding import IntentScore, Triage, Understanding
from bot.engines.at_once import AtOnce
from tests.conversations.talk import Talk, Words, build_engine
from tests.unit.dialogue.specs import RULES, action, intent, rule, say, spec

if TYPE_CHECKING:
    from collections.abc import Mapping

BOTH = "hello you, and see you later"
CHANCES = {
    BOTH: {"greet": 0.5, "bye": 0.4},
    "hello you": {"greet": 0.9, "bye": 0.05},
    "and see you later": {"bye": 0.7, "greet": 0.05},
}


@dataclass
class Chances(Words):
    """Understands texts by lists: texts → intents and their chances; below 0.72 it is not understood."""

    chances: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    triage: Triage | None = None

    @override
    async def parse(self, text: str) -> Understanding:
        self.read.append(text)
        known = self.chances.get(text, {}).items()
        ranking = tuple(IntentScore(name=name, confidence=chance) for name, chance in known)
        if ranking and ranking[0].confidence >= 0.72:
            return Understanding(text=text, intent=ranking[0], ranking=ranking, triage=self.triage)
        unsure = IntentScore(name="nlu_fallback", confidence=0.72)
        return Understanding(text=text, intent=unsure, ranking=(unsure, *ranking), fallback=True)


def talk(words: Chances, *, at_once: AtOnce | None = None) -> Talk:
    """Begin a conversation with a shop that asks again what it does not understand."""
    unsure = rule("unsure", intent("nlu_fallback"), action("utter_again"))
    said = {"utter_greet": say("hello"), "utter_bye": say("bye"), "utter_again": say("again?")}
    asked = {"utter_ask_size": say("which size?"), "utter_ask_note": say("anything else?")}
    return Talk(
        build_engine(
            spec(rules=(*RULES, unsure), responses={**said, **asked, "utter_done": say("done")}),
            words=words,
            at_once=at_once,
        )
    )


async def test_two_questions_are_answered_one_after_the_other() -> None:
    shop = talk(Chances(chances=CHANCES))
    assert await shop.say(BOTH) == ["hello", "bye"]
    assert shop.last
    heard = [event for event in shop.last.events if event["event"] == "user"]
    assert [event["text"] for event in heard] == ["hello you", "and see you later"]
    assert len({event["message_id"] for event in heard}) == 1
    [kept] = shop.last.understandings
    assert kept is not None
    assert (kept.text, kept.fallback) == (BOTH, True)  # what trainers may want to look at


async def test_what_is_understood_is_not_cut() -> None:
    words = Chances(chances={**CHANCES, BOTH: {"greet": 0.8, "bye": 0.2}})
    assert await talk(words).say(BOTH) == ["hello"]
    assert words.read == [BOTH]


async def test_what_does_not_fall_into_two_questions_is_asked_about() -> None:
    words = Chances(chances={**CHANCES, "and see you later": {"greet": 0.4, "bye": 0.4}})
    assert await talk(words).say(BOTH) == ["again?"]


async def test_answer_to_a_question_of_the_bots_stays_whole() -> None:
    words = Chances(chances=CHANCES)
    shop = talk(words)
    assert await shop.say("/order") == ["which size?"]
    await shop.say(BOTH)
    assert words.read == [BOTH]
    assert shop.last
    assert [event["text"] for event in shop.last.events if event["event"] == "user"] == [BOTH]


async def test_where_one_question_is_for_a_person_that_alone_is_heard_in_all_its_words() -> None:
    shop = talk(Chances(chances=CHANCES), at_once=AtOnce(intents=frozenset({"bye"})))
    assert await shop.say(BOTH) == ["bye"]
    assert shop.last
    heard: list[Any] = [event for event in shop.last.events if event["event"] == "user"]
    assert [(each["text"], each["parse_data"]["intent"]["name"]) for each in heard] == [(BOTH, "bye")]


ASKED, COMPLAINED = "hello you and all.", "I never got my shoes"
BESIDE = {
    f"{ASKED} {COMPLAINED}": {"greet": 0.9, "bye": 0.05},
    ASKED: {"greet": 0.9},
    COMPLAINED: {"bye": 0.9},
}


async def test_complaint_beside_a_question_that_was_understood_is_heard_in_all_its_words() -> None:
    words = Chances(chances=BESIDE, triage=Triage(complaint=0.4))
    shop = talk(words, at_once=AtOnce(intents=frozenset({"bye"})))
    assert await shop.say(f"{ASKED} {COMPLAINED}") == ["bye"]
    assert shop.last
    heard: list[Any] = [event for event in shop.last.events if event["event"] == "user"]
    assert [each["text"] for each in heard] == [f"{ASKED} {COMPLAINED}"]


async def test_nothing_is_looked_for_beside_a_question_where_nobody_hands_over_or_the_bot_asked() -> None:
    words = Chances(chances=BESIDE, triage=Triage(complaint=0.4))
    assert await talk(words).say(f"{ASKED} {COMPLAINED}") == ["hello"]
    wish = AtOnce(intents=frozenset({"bye"}), wish="bye")  # wishes are read in the whole text
    assert await talk(words, at_once=wish).say(f"{ASKED} {COMPLAINED}") == ["hello"]
    shop = talk(words, at_once=AtOnce(intents=frozenset({"bye"})))
    await shop.say("/order")
    words.read.clear()
    await shop.say(f"{ASKED} {COMPLAINED}")
    assert words.read == [f"{ASKED} {COMPLAINED}"]
