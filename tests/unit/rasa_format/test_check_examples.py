from __future__ import annotations

from pathlib import Path

import pytest

from bot.rasa_format.checks.examples import check_examples
from bot.rasa_format.nlu_files import read_nlu_files
from bot.rasa_format.problem import Problem, Problems


def check(folder: Path, blocks: str) -> list[Problem]:
    path = folder / "nlu.yml"
    path.write_text("nlu:\n" + blocks)
    problems = Problems()
    check_examples(read_nlu_files(path, {}, problems), problems)
    return list(problems)


TWO_INTENTS = "- intent: a\n  examples: |\n    - {first}\n- intent: b\n  examples: |\n    - {second}\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [("hello there", "hello there"), ("hello there", "  HELLO   there "), ("STRASSE", "straße")],
)
def test_a_text_under_two_intents_is_a_contradiction_in_both_places(
    tmp_path: Path, first: str, second: str
) -> None:
    found = check(tmp_path, TWO_INTENTS.format(first=first, second=second))
    assert [(each.line, each.contradiction) for each in found] == [(4, True), (7, True)]
    assert f"teaches `a` here and `b` in {tmp_path}/nlu.yml:7" in found[0].text
    assert f"teaches `b` here and `a` in {tmp_path}/nlu.yml:4" in found[1].text


def test_keys_of_one_retrieval_intent_contradict_each_other_too(tmp_path: Path) -> None:
    blocks = TWO_INTENTS.format(first="x", second="x").replace("intent: a", "intent: b/a")
    assert [each.contradiction for each in check(tmp_path, blocks)] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        '[Ghent][{"entity": "city"}, {"entity": "port"}] please',
        "to [[New York](city) City](state)",
        'to [[New York]{"entity": "city"} City](state)',
    ],
)
def test_entities_that_overlap_are_a_contradiction(tmp_path: Path, text: str) -> None:
    (found,) = check(tmp_path, f"- intent: a\n  examples: |\n    - {text}\n")
    assert (found.line, found.contradiction) == (4, True)
    assert "overlap" in found.text


@pytest.mark.parametrize("text", ["[a](x)[b](y)", "an array a[0](x) of [b](y)", "[a] and [b] (or [c])"])
def test_entities_beside_each_other_and_other_brackets_are_fine(tmp_path: Path, text: str) -> None:
    assert check(tmp_path, f"- intent: a\n  examples: |\n    - {text}\n") == []


@pytest.mark.parametrize("text", ["to [Ghent](", "to [Ghent]()", '[to](way){"role": "start"} go'])
def test_an_unfinished_mark_is_doubted(tmp_path: Path, text: str) -> None:
    (found,) = check(tmp_path, f"- intent: a\n  examples: |\n    - {text}\n")
    assert (found.line, found.contradiction) == (4, False)
    assert "is read as plain text" in found.text


def test_an_intent_without_examples_is_a_contradiction(tmp_path: Path) -> None:
    found = check(tmp_path, "- intent: a\n- intent: b\n  examples: |\n    - x\n- intent: b\n")
    assert [(each.line, each.contradiction) for each in found] == [(2, True), (6, False)]
    assert "The intent `a` has no examples" in found[0].text


def test_an_example_written_twice_is_a_warning_only(tmp_path: Path) -> None:
    found = check(tmp_path, "- intent: a\n  examples: |\n    - x\n    - X\n    - x\n    - [x](y)\n")
    assert [(each.line, each.contradiction) for each in found] == [(6, False)]
    assert f'"x" stands twice, first in {tmp_path}/nlu.yml:4' in found[0].text


def test_many_repeats_are_found_in_a_moment(tmp_path: Path) -> None:
    found = check(tmp_path, "- intent: a\n  examples: |\n" + "    - x\n" * 5000)
    assert len(found) == 4999
