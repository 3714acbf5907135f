from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.triage_example import Mood, TriageExample
from bot.errors import BadPayload, ProjectError
from bot.rasa_format.escapes import clean_example
from bot.rasa_format.fields import Reader
from bot.rasa_format.problem import Problems
from bot.rasa_format.triage_data import read_triage
from bot.rasa_format.write_triage import add_post, find_triage_file, remove_post
from bot.rasa_format.yaml_reader import parse_yaml

FILE = """\
# posts of our customers
triage:
- sector: brand
  complaint: true
  urgent: false
  mood: angry   # the worst first
  examples: |
    - worst. airline. ever

- sector: airlines
  complaint: false
  urgent: false
  mood: happy
  examples: |
    - love you
rules: []
"""
OTHERS = "nlu:\n- intent: greet\n  examples: |\n    - hello\n\ntriage:\n" + FILE.partition("triage:\n")[2]
NONE = 'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n'
FILES = [FILE, OTHERS, NONE, ""]
GROUP = """\
triage:
- sector: brand
  complaint: true
  urgent: false
  mood: angry
  examples: |
    - my parcel is lost
"""


def make_post(text: str = "my parcel is lost", *, urgent: bool = False) -> TriageExample:
    return TriageExample(text=text, sector="brand", complaint=True, urgent=urgent, mood=Mood.ANGRY)


def read_posts(data: bytes) -> Counter[tuple[str, bool, Mood]]:
    problems = Problems()
    posts = read_triage([parse_yaml(data, path="x.yml")], Reader(problems))
    problems.raise_first_error()
    return Counter((post.text, post.urgent, post.mood) for post in posts)


@given(
    text=st.text() | st.text(alphabet="ab []()\":\\u041-#'|>é😀\n\t&*!%@`~/", max_size=30),
    content=st.sampled_from(FILES),
    ending=st.sampled_from(["\n", "\r\n"]),
    urgent=st.booleans(),
)
@example(text="- not a list", content=FILE, ending="\n", urgent=False)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_added_post_is_the_only_change_and_can_be_undone(
    tmp_path: Path, text: str, content: str, ending: str, *, urgent: bool
) -> None:
    clean = clean_example(text)
    assume(clean)
    path = tmp_path / "triage.yml"
    before = content.replace("\n", ending).encode()
    path.write_bytes(before)

    add_post(path, make_post(clean, urgent=urgent))

    after = path.read_bytes()
    assert read_posts(after) == read_posts(before) + Counter([(clean, urgent, Mood.ANGRY)])
    assert after.replace(b"\r", b"").count(b"- hello") == before.count(b"- hello")
    if content in (FILE, OTHERS) and clean not in ("worst. airline. ever", "love you"):
        remove_post(path, clean)
        assert path.read_bytes() == before


def test_a_post_goes_to_the_group_with_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "triage.yml"
    path.write_text(FILE)
    add_post(path, make_post())
    assert path.read_text() == FILE.replace("ever\n", "ever\n    - my parcel is lost\n")


def test_other_labels_get_a_group_in_the_style_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "triage.yml"
    path.write_text(FILE)
    add_post(path, make_post(urgent=True))
    group = GROUP.removeprefix("triage:\n").replace("urgent: false", "urgent: true")
    assert path.read_text() == FILE.replace("love you\n", f"love you\n\n{group}")


def test_a_project_without_posts_gets_a_file(tmp_path: Path) -> None:
    path = find_triage_file(tmp_path)
    add_post(path, make_post())
    assert path == tmp_path / "nlu_data" / "triage.yml"
    assert path.read_text() == f'version: "3.1"\n\n{GROUP}'
    assert find_triage_file(tmp_path) == path


def test_a_project_that_keeps_its_posts_elsewhere_goes_on_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text(NONE)
    (tmp_path / "data" / "posts.yml").write_text(FILE)
    assert find_triage_file(tmp_path) == tmp_path / "data" / "posts.yml"


@pytest.mark.parametrize(
    "content",
    [
        "triage: [{sector: a, complaint: true, urgent: true, mood: happy, examples: x}]\n",
        "triage:\n- sector: a\n",
    ],
)
def test_what_cannot_be_edited_is_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "triage.yml"
    path.write_text(content)
    with pytest.raises(ProjectError):
        add_post(path, make_post())
    assert path.read_text() == content


def test_a_post_that_is_not_there_cannot_be_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "triage.yml"
    path.write_text(FILE)
    with pytest.raises(BadPayload):
        remove_post(path, "my parcel is lost")
