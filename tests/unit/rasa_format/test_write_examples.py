from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.example import Example
from bot.errors import BadPayload, ProjectError
from bot.rasa_format.escapes import clean_example
from bot.rasa_format.fields import Reader
from bot.rasa_format.nlu_data import read_nlu
from bot.rasa_format.problem import Problems
from bot.rasa_format.write_examples import add_example, find_file_for_intent, remove_example
from bot.rasa_format.yaml_reader import parse_yaml
from tests.unit.rasa_format.conftest import Write

FILE = """\
version: "3.1"
# why greetings come first
nlu:
- intent: greet  # said often
  examples: |
    - hello
    - hi [there](place)

# the rest
- intent: ask
  examples: |
    - where is it
- lookup: place
  examples: |
    - there
"""
INDENTED = """\
version: "3.1"
nlu:
    -   intent: greet
        examples: |2
          -  hello

    -   synonym: there
        examples: |
          - here
stories: []
"""
LISTED = """\
nlu:
  - intent: greet
    metadata: {sentiment: good}
    examples:
      - text: "hello"
        metadata:
          sentiment: neutral
      - text: |
          hi you
  - intent: bye
    examples: |-
      - bye
rules:
- rule: x
  steps:
  - intent: greet
  - action: utter_x
"""
ESCAPED = r"""nlu:
- intent: greet
  examples: |
    - caf\u00e9
    - c:\\users
"""
EMPTY_BLOCK = "nlu:\n- intent: greet\n  examples: |\n- intent: bye\n  examples: |\n    - bye\n"
ALIASED = "nlu:\n- intent: bye\n  examples: &all |\n    - a\n    - b\n- intent: greet\n  examples: *all\n"
OTHER_INTENT = 'version: "3.1"\n\nnlu:\n- intent: bye\n  examples: |\n    - bye\n\n# the end\n\n'
QUOTED = 'nlu:\n- intent: greet\n  examples: "- one\\n- two"\n'
NO_NLU = 'version: "3.1"\nrules:\n- rule: x\n  steps:\n  - action: utter_x\n'
FILES = [
    FILE,
    INDENTED,
    LISTED,
    ESCAPED,
    EMPTY_BLOCK,
    ALIASED,
    OTHER_INTENT,
    QUOTED,
    NO_NLU,
    "",
    "# only a comment\n",
]

# A block or file that held nothing before holds nothing afterwards, and goes.
TIDIED = ("", "# only a comment\n", EMPTY_BLOCK)

any_text = st.text() | st.text(alphabet="ab []{}()\":\\u041-#'|>é😀\n\t&*!%@`~/", max_size=30)


def read_examples(data: bytes) -> Counter[tuple[str, str, int]]:
    return Counter((found.intent, found.text, len(found.entities)) for found in iterate(data))


def iterate(data: bytes) -> Iterator[Example]:
    problems = Problems()
    yield from read_nlu([parse_yaml(data, path="x.yml")], Reader(problems)).examples
    problems.raise_first_error()


def without(longer: bytes, shorter: bytes) -> bytes:
    """Return what `longer` has in one piece that `shorter` has not."""
    start = 0
    while start < len(shorter) and longer[start] == shorter[start]:
        start += 1
    rest = len(shorter) - start
    assert longer[len(longer) - rest :] == shorter[start:], "more than one piece differs"
    return longer[start : len(longer) - rest]


@given(
    text=any_text, content=st.sampled_from(FILES), ending=st.sampled_from(["\n", "\r\n"]), chop=st.booleans()
)
@example(text="c:\\users \\u0041 é", content=ESCAPED, ending="\n", chop=False)
@example(text="\\é", content=ESCAPED, ending="\n", chop=False)
@example(text="[a](b) [c]{d} [e][{}]", content=FILE, ending="\n", chop=False)
@example(text="c:\\users", content=LISTED, ending="\r\n", chop=True)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_added_example_is_the_only_change_and_can_be_undone(
    tmp_path: Path, text: str, content: str, ending: str, *, chop: bool
) -> None:
    clean = clean_example(text)
    assume(clean)
    path = tmp_path / "nlu.yml"
    before = (content.rstrip("\n") if chop else content).replace("\n", ending).encode()
    path.write_bytes(before)

    add_example(path, "greet", text)

    after = path.read_bytes()
    without(after, before)
    assert read_examples(after) == read_examples(before) + Counter([("greet", clean, 0)])
    if content not in TIDIED:
        remove_example(path, "greet", text)
        assert path.read_bytes() == before


@given(any_text)
@settings(deadline=None)
def test_cleaned_text_stays_as_it_is(text: str) -> None:
    assert clean_example(clean_example(text)) == clean_example(text)


def test_example_goes_to_the_end_of_its_block(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE)

    add_example(path, "greet", "  good\nmorning ")

    assert path.read_text() == FILE.replace("(place)\n", "(place)\n    - good morning\n")


def test_list_style_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(LISTED)

    add_example(path, "greet", 'say "hi"')

    assert path.read_text() == LISTED.replace(
        "          hi you\n", '          hi you\n      - text: "say \\"hi\\""\n'
    )


def test_new_intent_gets_a_block_in_the_style_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(OTHER_INTENT)

    add_example(path, "greet", "hello")

    added = "    - bye\n\n- intent: greet\n  examples: |\n    - hello\n"
    assert path.read_text() == OTHER_INTENT.replace("    - bye\n", added)


def test_missing_file_is_created(tmp_path: Path) -> None:
    path = tmp_path / "nlu" / "taught.yml"

    add_example(path, "faq/hours", "when do you open")

    assert path.read_text() == (
        'version: "3.1"\n\nnlu:\n- intent: faq/hours\n  examples: |\n    - when do you open\n'
    )


def test_customers_brackets_make_no_entity(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE)

    add_example(path, "ask", "order [4711](order_number) please")

    assert ("ask", "order [4711] (order_number) please", 0) in read_examples(path.read_bytes())


@pytest.mark.parametrize("text", ["", " \n ", "\x00\x07", "\ud800"])
def test_text_that_leaves_nothing_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE)

    with pytest.raises(BadPayload):
        add_example(path, "greet", text)

    assert path.read_text() == FILE


def test_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text("nlu:\n- intent: greet\n  examples: |\n    - [a]{nonsense}\n")
    before = path.read_bytes()

    with pytest.raises(ProjectError, match=r"nlu\.yml:4"):
        add_example(path, "greet", "hello")

    assert path.read_bytes() == before


def test_file_in_flow_style_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text('{nlu: [{intent: greet, examples: "- a"}]}\n')

    with pytest.raises(ProjectError, match="by hand"):
        add_example(path, "greet", "hello")

    assert path.read_text() == '{nlu: [{intent: greet, examples: "- a"}]}\n'


def test_unknown_example_cannot_be_removed(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE)

    with pytest.raises(BadPayload):
        remove_example(path, "greet", "never said")


def test_removing_the_only_example_removes_the_block(tmp_path: Path) -> None:
    path = tmp_path / "nlu.yml"
    path.write_text(FILE)

    remove_example(path, "ask", "where is it")

    assert path.read_text() == FILE.replace("- intent: ask\n  examples: |\n    - where is it\n", "")


def test_permissions_and_links_survive(tmp_path: Path) -> None:
    path, link = tmp_path / "nlu.yml", tmp_path / "link.yml"
    path.write_text(FILE)
    path.chmod(0o640)
    link.symlink_to(path)

    add_example(link, "greet", "hey")

    assert link.is_symlink()
    assert "- hey\n" in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(found.name for found in tmp_path.iterdir()) == ["link.yml", "nlu.yml"]


def test_file_with_most_examples_is_chosen(write_project: Write) -> None:
    more = "nlu:\n- intent: greet\n  examples: |\n    - a\n    - b\n    - c\n"
    root = write_project({"nlu_data/nlu/more.yml": more})

    assert find_file_for_intent(root, "greet") == root / "nlu_data/nlu/more.yml"
    assert find_file_for_intent(root, "ask_order") == root / "nlu_data/nlu/all.yml"
    assert find_file_for_intent(root, "new") == root / "nlu_data/nlu/taught.yml"
