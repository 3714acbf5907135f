"""What each detector finds in a chart made by hand, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.nlu.doctor.annotations import find_entities_named_twice, find_missed_entities
from bot.nlu.doctor.confusion import find_swallowed, find_too_similar
from bot.nlu.doctor.duplicates import find_copies, find_near_duplicates, find_repeated, find_two_meanings
from bot.nlu.doctor.examine import examine
from bot.nlu.doctor.finding import Finding, Kind, Severity
from bot.nlu.doctor.intents import find_imbalance, find_too_small
from bot.nlu.doctor.mislabelled import find_mislabelled
from bot.nlu.doctor.patterns import find_unused_patterns, find_unused_synonyms
from bot.nlu.doctor.texts import find_one_word, find_saying_nothing, find_too_long
from tests.unit.nlu.doctor.charts import Thought, chart_of_data, make_chart

KNOWN = [
    *((f"money back please {number}", "refund", {"refund": 1.0}) for number in range(10)),
    *((f"where is the parcel {number}", "delivery", {"delivery": 1.0}) for number in range(10)),
]


def lines(finding: Finding) -> list[int]:
    return [each.source.line for each in finding.places if each.source]


def test_a_text_that_the_others_contradict_is_to_be_moved() -> None:
    swapped: Thought = ("refund my order", "delivery", {"refund": 0.97, "delivery": 0.001})
    (found,) = find_mislabelled(make_chart([*KNOWN, swapped], alike=[(3, 20)]))
    assert (found.kind, found.move_to) == (Kind.MISLABELLED, "refund")
    assert lines(found) == [21, 4]
    assert "`refund` (97 %)" in found.says
    assert '"money back please 3" (nlu.yml:4)' in found.says
    assert "Move line 21 of nlu.yml to `refund`." in found.proposal


@pytest.mark.parametrize(("own", "told"), [(0.3, False), (0.004, False), (0.002, True)])
def test_a_label_is_doubted_from_250_to_one(own: float, *, told: bool) -> None:
    unsure: Thought = ("refund my order", "delivery", {"refund": 0.6, "delivery": own})
    assert bool(list(find_mislabelled(make_chart([*KNOWN, unsure])))) is told


def test_a_text_unlike_all_others_is_no_reason_to_move_it() -> None:
    odd: Thought = ("DOA", "delivery", {"refund": 0.3, "delivery": 0.0005})
    (found,) = find_mislabelled(make_chart([*KNOWN, odd]))
    assert (found.kind, found.severity, found.move_to) == (Kind.UNLIKE, Severity.HINT, None)


def test_of_an_intent_with_two_texts_nothing_is_contradicted() -> None:
    new: list[Thought] = [("gift", "gift", {"refund": 0.9, "gift": 0.0})] * 2
    assert not list(find_mislabelled(make_chart([*KNOWN, *new])))


def test_the_same_words_under_two_intents_are_an_error() -> None:
    chart = make_chart([*KNOWN, ("Money  back please 3", "delivery", {"refund": 1.0})])
    (found,) = find_two_meanings(chart)
    assert found.severity is Severity.ERROR
    assert lines(found) == [4, 21]
    assert "`refund` (nlu.yml:4) and `delivery` (nlu.yml:21)" in found.says


def test_nearly_the_same_under_two_intents_is_found_where_it_is_mixed_up() -> None:
    double: Thought = ("the money back please 3", "delivery", {"refund": 0.6, "delivery": 0.4})
    (found,) = find_near_duplicates(make_chart([*KNOWN, double], alike=[(3, 20)]))
    assert lines(found) == [21, 4]
    assert found.sure == 0.6
    clear: Thought = ("the money back please 3", "delivery", {"refund": 0.1, "delivery": 0.9})
    assert not list(find_near_duplicates(make_chart([*KNOWN, clear], alike=[(3, 20)])))


def test_alike_vectors_of_other_words_are_no_duplicates() -> None:
    other: Thought = ("👎", "delivery", {"refund": 0.6, "delivery": 0.4})
    assert not list(find_near_duplicates(make_chart([*KNOWN, other], alike=[(3, 20)])))


def test_one_sentence_over_and_over_is_found() -> None:
    (found,) = find_repeated(make_chart(KNOWN, alike=[(0, 1, 2, 3, 4)]))
    assert lines(found) == [1, 2, 3, 4, 5]
    assert not list(find_repeated(make_chart(KNOWN, alike=[(0, 1, 2, 3)])))


def test_texts_that_only_repeat_others_are_counted_by_intent() -> None:
    copies: list[Thought] = [
        (text, "thank", {"thank": 1.0}) for text in ("Thanks", "thanks ", "thanks", "cheers")
    ]
    (found,) = find_copies(make_chart([*KNOWN, *copies]))
    assert lines(found) == [21, 22, 23]
    assert (
        '2 texts of `thank` only repeat others, as far as the model reads them: "Thanks" (3 times).'
        in found.says
    )


def test_intents_of_which_few_change_sides_are_left_alone() -> None:
    one = _intent("late", [f"parcel {n}" for n in range(20)], taken=2, other="lost")
    other = _intent("lost", [f"package {n}" for n in range(20)], taken=1, other="late")
    chart = make_chart([*one, *other])
    assert not [*find_too_similar(chart), *find_swallowed(chart)]


def _intent(name: str, texts: Sequence[str], *, taken: int, other: str) -> list[Thought]:
    return [
        (text, name, {other: 0.9, name: 0.1} if number < taken else {name: 0.9, other: 0.1})
        for number, text in enumerate(texts)
    ]


def test_an_intent_that_another_takes_over_is_swallowed() -> None:
    late = _intent("late", [f"my parcel is late again {n}" for n in range(8)], taken=5, other="delivery")
    chart = make_chart([*KNOWN, *late])
    (found,) = find_swallowed(chart)
    assert found.intents == ("late", "delivery")
    assert lines(found) == [21, 22, 23, 24, 25]
    assert "5 of 8 texts of `late` are taken for `delivery`" in found.says
    assert "move all of `late` into `delivery`" in found.proposal
    assert '"late"' in found.proposal
    assert not list(find_too_similar(chart))


def test_intents_taken_for_each_other_are_mixed_up() -> None:
    one = _intent("late", [f"parcel {n}" for n in range(10)], taken=4, other="lost")
    other = _intent("lost", [f"package {n}" for n in range(10)], taken=3, other="late")
    chart = make_chart([*one, *other])
    (found,) = find_too_similar(chart)
    assert "4 of 10 and 3 of 10" in found.says
    assert "Merge `late` and `lost`" in found.proposal
    assert not list(find_swallowed(chart))


def test_intents_with_few_texts_are_too_small() -> None:
    small = _intent("gift", [f"gift {n}" for n in range(4)], taken=0, other="refund")
    unclear = _intent("tax", [f"tax {n}" for n in range(8)], taken=6, other="refund")
    clear = _intent("thank", [f"thanks {n}" for n in range(6)], taken=0, other="refund")
    alone: list[Thought] = [("stop", "stop", {"refund": 0.5})]
    found = {
        each.intents[0]: each
        for each in find_too_small(make_chart([*KNOWN, *small, *unclear, *clear, *alone]))
    }
    assert found.keys() == {"gift", "tax", "stop"}
    assert found["stop"].severity is Severity.ERROR
    assert "Write at least 6 more" in found["gift"].proposal
    assert "2 of them understood" in found["tax"].says


def test_an_intent_far_larger_than_the_others_names_what_it_draws() -> None:
    large = _intent("other", [f"text {n}" for n in range(90)], taken=0, other="refund")
    third = _intent("late", [f"late {n}" for n in range(10)], taken=3, other="other")
    (found,) = find_imbalance(make_chart([*KNOWN, *third, *large]))
    assert "`other` has 90 texts; the typical intent has 10" in found.says
    assert "draws 3 texts of other intents, most from `late`" in found.says


def test_texts_in_which_nothing_is_said_are_errors() -> None:
    empty: list[Thought] = [(text, "refund", {}) for text in ("???", "…", "\u200b")]
    kept: list[Thought] = [(text, "refund", {"refund": 1.0}) for text in ("👍", "да", "はい")]
    (found,) = find_saying_nothing(make_chart([*KNOWN, *empty, *kept]))
    assert (found.severity, lines(found)) == (Severity.ERROR, [21, 22, 23])


def test_long_texts_are_told_when_their_end_is_not_read() -> None:
    tale: Thought = ("I waited and waited " * 40, "refund", {"refund": 1.0})
    (found,) = find_too_long(make_chart([*KNOWN, tale]))
    assert (lines(found), found.severity) == ([21], Severity.HINT)


def test_a_single_word_that_mostly_means_something_else_is_told() -> None:
    word: Thought = ("parcel", "refund", {"delivery": 0.6, "refund": 0.3})
    own: Thought = ("repay", "refund", {"delivery": 0.6, "refund": 0.3})
    (found,) = find_one_word(make_chart([*KNOWN, word, own]))
    assert lines(found) == [21]
    assert "10 texts of `delivery` have that word" in found.says


def test_a_value_annotated_here_and_plain_there_is_told() -> None:
    chart = chart_of_data(
        "ship to [Ghent](city)",
        "from [ghent](city) please",
        "send it to Ghent.",
        "a ghentish day",
        "[Ghent](city)?",
    )
    (found,) = find_missed_entities(chart)
    assert lines(found) == [3]
    assert "`[Ghent](city)` in nlu.yml:3" in found.proposal
    assert found.sure == 0.75


def test_a_value_that_a_table_finds_may_be_plain() -> None:
    written = ("ship to [Ghent](city)", "send it to Ghent", "order [12345](number)", "order 12345")
    assert not list(
        find_missed_entities(
            chart_of_data(*written, lookups={"city": ["ghent"]}, regexes={"number": r"\d{5}"})
        )
    )


def test_a_value_under_two_names_is_told_where_it_is_rare() -> None:
    chart = chart_of_data("[Ghent](city)", "to [Ghent](city)", "in [ghent](city)", "at [Ghent](shop)")
    (found,) = find_entities_named_twice(chart)
    assert lines(found) == [4]
    assert "Change it to `city`" in found.proposal


def test_tables_of_entities_nobody_annotated_are_never_used() -> None:
    chart = chart_of_data("to Ghent please", "[red](colour)", lookups={"city": ["Ghent"], "colour": ["red"]})
    (found,) = find_unused_patterns(chart)
    assert "lookup table `city` is never used" in found.says
    assert "`[Ghent](city)` in nlu.yml:1" in found.proposal


def test_a_wrong_regex_is_no_reason_to_fail() -> None:
    assert list(find_unused_patterns(chart_of_data("hello", regexes={"number": "("})))


def test_synonyms_that_nothing_finds_are_told() -> None:
    chart = chart_of_data(
        "to [Ghent](city)",
        lookups={"city": ["Gand"]},
        regexes={"city": "NYC"},
        synonyms={"gand": "Ghent", "nyc": "New York", "gent": "Ghent", "ghent": "Ghent"},
    )
    (found,) = find_unused_synonyms(chart)
    assert found.places[0].where == "words.yml:7"
    assert found.places[0].text == "gent"


def test_findings_come_by_gravity_and_each_text_once() -> None:
    swapped: Thought = ("refund my order", "delivery", {"refund": 0.97, "delivery": 0.001})
    twice: Thought = ("money back please 3", "delivery", {"refund": 0.99, "delivery": 0.001})
    told: list[tuple[int, int]] = []
    found = examine(make_chart([*KNOWN, swapped, twice]), lambda done, total: told.append((done, total)))
    assert [each.kind for each in found.findings] == [Kind.TWO_MEANINGS, Kind.MISLABELLED]
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
