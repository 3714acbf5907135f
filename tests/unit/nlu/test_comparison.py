from __future__ import annotations

from bot.domain.json import JsonObject
from bot.nlu.comparison import Mistake, Verdict, compare
from bot.nlu.outcomes import key_of, pack_outcomes


def metrics(right: dict[str, bool], *, f1: float = 0.5) -> JsonObject:
    return {
        "held_out": pack_outcomes((key_of(text, "ask"), ok) for text, ok in right.items()),
        "wrong": [
            {"text": text, "expected": "ask", "got": "buy", "confidence": 0.6}
            for text, ok in right.items()
            if not ok
        ],
        "per_intent": {"ask": {"f1": f1}},
    }


def many(amount: int, *, wrong: range) -> dict[str, bool]:
    return {f"text {number}": number not in wrong for number in range(amount)}


def test_texts_of_only_one_model_do_not_count_as_better_or_worse() -> None:
    before = metrics({"a": True, "b": False, "gone": False})
    found = compare(metrics({"a": False, "b": True, "c": True, "d": False}), before)
    assert (found.common, found.right, found.right_before) == (2, 1, 1)
    assert (found.better, found.worse, found.new, found.new_right) == (1, 1, 2, 1)
    assert found.mended == (Mistake(text="b", expected="ask", got="buy"),)
    assert found.broken == (Mistake(text="a", expected="ask", got="buy"),)
    assert found.verdict is Verdict.ALIKE


def test_only_a_difference_beyond_chance_is_better_or_worse() -> None:
    ten_wrong, none_wrong = metrics(many(50, wrong=range(10))), metrics(many(50, wrong=range(0)))
    assert compare(none_wrong, ten_wrong).verdict is Verdict.BETTER
    assert compare(ten_wrong, none_wrong).verdict is Verdict.WORSE
    three_wrong = metrics(many(50, wrong=range(3)))
    assert compare(none_wrong, three_wrong).verdict is Verdict.ALIKE
    assert compare(none_wrong, none_wrong).verdict is Verdict.ALIKE


def test_models_without_outcomes_cannot_be_compared() -> None:
    found = compare(metrics({"a": True}), {"accuracy": 0.9})
    assert (found.verdict, found.common, found.new) == (Verdict.UNKNOWN, 0, 1)


def test_intents_come_by_size_of_change() -> None:
    after: JsonObject = {"per_intent": {"ask": {"f1": 0.6}, "new": {"f1": 0.9}, "same": {"f1": 1}}}
    before: JsonObject = {"per_intent": {"ask": {"f1": 0.8}, "same": {"f1": 1}}}
    found = compare(after, before).intents
    assert [(each.name, each.before, each.after) for each in found] == [("new", None, 0.9), ("ask", 0.8, 0.6)]
