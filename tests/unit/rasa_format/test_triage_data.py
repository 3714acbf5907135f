from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.triage_example import Mood, TriageExample
from bot.errors import ProjectError
from bot.rasa_format.fields import Reader
from bot.rasa_format.nlu_data import NluContent, build_training_data
from bot.rasa_format.problem import Problems
from bot.rasa_format.triage_data import read_shipped, read_triage
from bot.rasa_format.yaml_reader import parse_yaml

GROUP = """\
triage:
- sector: airlines
  complaint: true
  urgent: false
  mood: angry
  examples: |
    - @SkyFerry bags: lost, again #fail
    - worst. airline. ever
"""


def read(text: str) -> tuple[tuple[TriageExample, ...], list[str]]:
    problems = Problems()
    posts = read_triage([parse_yaml(text.encode(), path="triage.yml")], Reader(problems))
    return posts, [problem.show() for problem in problems]


def test_posts_are_read_with_their_labels_and_lines() -> None:
    posts, problems = read(GROUP)
    assert problems == []
    assert [post.text for post in posts] == ["@SkyFerry bags: lost, again #fail", "worst. airline. ever"]
    first = posts[0]
    assert (first.sector, first.complaint, first.urgent, first.mood) == ("airlines", True, False, Mood.ANGRY)
    assert first.source is not None
    assert (first.source.path, first.source.line) == ("triage.yml", 7)


def test_what_a_group_lacks_is_named() -> None:
    posts, problems = read(GROUP.replace("  urgent: false\n  mood: angry\n", ""))
    assert posts == ()
    assert problems == ["triage.yml:2: error: This item of `triage` does not say `urgent`, `mood`."]


def test_wrong_values_are_named_by_line() -> None:
    _, problems = read(GROUP.replace("mood: angry", "mood: angri").replace("true", "often"))
    assert problems == [
        "triage.yml:3: error: `complaint` should be `true` or `false`; this is a text.",
        "triage.yml:5: error: `angri` is no mood. Did you mean `angry`?",
    ]


def test_examples_are_a_text_block() -> None:
    _, problems = read(GROUP.replace("|\n", "\n").replace("@", ""))
    assert problems == [
        "triage.yml:7: error: The `examples` of `triage` should be a text block. Write `examples: |`.",
    ]


def test_the_same_post_labelled_in_two_ways_is_a_contradiction() -> None:
    again = GROUP.removeprefix("triage:\n").replace("angry", "neutral").replace("worst.", "WORST. ")
    _, problems = read(GROUP + again)
    told = "is labelled otherwise in triage.yml"
    assert problems == [
        f'triage.yml:14: warning: "@SkyFerry bags: lost, again #fail" {told}:7. Keep one of them.',
        f'triage.yml:15: warning: "WORST.  airline. ever" {told}:8. Keep one of them.',
    ]


def test_a_projects_own_label_replaces_ours() -> None:
    shipped = read_shipped()
    (own, relabelled), _ = read(GROUP.replace("worst. airline. ever", shipped[0].text.upper()))
    taught = build_training_data(NluContent(triage=(own, relabelled))).triage
    assert len(taught) == len(shipped) + 1
    assert {own, relabelled} <= set(taught)
    assert shipped[0] not in taught


def test_shipped_posts_are_sound_and_mixed() -> None:
    shipped = read_shipped()
    assert len({post.sector for post in shipped}) > 10
    for kind in (lambda post: post.complaint, lambda post: post.urgent):
        assert 50 < sum(map(kind, shipped)) < len(shipped) - 50
    assert {post.mood for post in shipped} == set(Mood)


@given(st.text(st.sampled_from("-: #\n|abctruefals[]{}\"'é😡"), max_size=120))
def test_any_file_is_read_or_refused_in_words(text: str) -> None:
    for written in (f"triage:\n{text}", GROUP + text):
        with suppress(ProjectError):  # no YAML at all
            assert all(post.text.strip() for post in read(written)[0])
