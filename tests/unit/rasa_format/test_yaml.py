from __future__ import annotations

import codecs
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ProjectError
from bot.rasa_format.nodes import ListNode, MapNode, Node, ScalarNode
from bot.rasa_format.yaml_reader import parse_yaml

yaml_like = st.text(alphabet="ab:-|>#&*!%@`'\"{}[],?~. \n\t\\u0<é", max_size=60)


def parse(text: str | bytes) -> MapNode:
    return parse_yaml(text if isinstance(text, bytes) else text.encode(), path="x.yml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("010", 10),
        ("0o10", 8),
        ("0x1f", 31),
        ("1_000", 1000),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("~", None),
        ("null", None),
        ("", None),
        ('"1"', "1"),
        ("!!str 1", "1"),
        ("+", "+"),
        ("3.1", 3.1),
    ],
)
def test_values_are_read_as_yaml_1_2(written: str, value: object) -> None:
    assert parse(f"a: {written}").plain == {"a": value}


def test_every_node_knows_its_line() -> None:
    root = parse("# first\na:\n  b: [1,\n    2]\n  c:\n  - d\n\n  - e: f\nempty:\ng: h\n")

    assert dict(walk(root)) == {
        "a": 2, "a.b": 3, "a.b.0": 3, "a.b.1": 4, "a.c": 5, "a.c.0": 6, "a.c.1": 8, "a.c.1.e": 8, "empty": 9,
        "g": 10,
    }  # fmt: skip


def walk(node: Node, path: str = "") -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    if isinstance(node, MapNode):
        for key, entry in node.entries.items():
            name = f"{path}.{key}".removeprefix(".")
            found += [(name, entry.source.line), *walk(entry.node, name)]
    elif isinstance(node, ListNode):
        for number, item in enumerate(node.items):
            found += [(f"{path}.{number}", item.source.line), *walk(item, f"{path}.{number}")]
    return found


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_of_a_block_are_numbered(ending: str) -> None:
    text = "a: |  # why\n\n  one\n  # two\n\n  three\n\nb: 1\n".replace("\n", ending)
    node = parse(text).get("a")

    assert isinstance(node, ScalarNode)
    assert [(number, line) for number, line in node.lines() if line] == [
        (3, "one"),
        (4, "# two"),
        (6, "three"),
    ]
    assert node.last_line == 6


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"a: 1\nb:\n  c: 1\n  c: 2\n", 4, "twice"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        ("a: 1\nb: é\n".encode("utf-16"), 1, "UTF-8"),
        (b"a: 1\n\tb: 2\n", 2, "tab"),
        (b"a:\n\t- b\n", 2, "tab"),
        (b"a: 1\nb: \x00\n", 2, "U+0000"),
        (b"a: 1\nb: [1\nc: 2\n", 3, "not YAML"),
        (b"a: 1\n  b: 2\n", 2, "not YAML"),
        (b"a: !secret x\n", 1, "!secret"),
        (b"a: .inf\n", 1, "finite"),
        (b"- a\n", 1, "start with a key"),
        (b"just text", 1, "start with a key"),
        (b"a: 1\n---\nb: 1\n", 2, "not YAML"),
        (b"a: 1\n? [b]\n: c\n", 2, "plain word"),
        (b"a: C:\\users\n", 1, "\\u005cu"),
        (b"a: 1\nb: \\ud83d\n", 2, "\\u005cu"),
        (b"a: 1\nb: x\\u000ay\n", 2, "line break"),
        (b"a: &x [*x]\n", 1, "itself"),
        (b"a: {<<: 1}\n", 1, "followed by a map"),
    ],
)
def test_mistake_names_its_line(text: bytes, line: int, says: str) -> None:
    with pytest.raises(ProjectError) as caught:
        parse(text)

    assert (str(caught.value.path), caught.value.line) == ("x.yml", line)
    assert says in caught.value.problem


def test_aliases_cannot_grow_without_end() -> None:
    text = "a0: &a0 [1, 1]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))

    with pytest.raises(ProjectError, match="too large"):
        parse(text)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(ProjectError, match="deep"):
        parse("a: " + "[" * 100_000)


def test_empty_file_is_an_empty_map() -> None:
    assert parse("").plain == parse("# nothing\n").plain == parse("---\n").plain == {}


def test_byte_order_mark_is_skipped() -> None:
    assert parse(codecs.BOM_UTF8 + b"a: 1\n").plain == {"a": 1}


def test_escapes_count_in_ascii_files_only() -> None:
    assert parse(r"a: caf\u00e9 \ud83d\ude00").plain == {"a": "café 😀"}
    assert parse(r"a: caf\u00e9 é").plain == {"a": r"caf\u00e9 é"}
    assert parse(r"a: x\\u0041").plain == {"a": r"x\\u0041"}


def test_merge_keys_fill_in_what_is_missing() -> None:
    root = parse("base: &base {x: 1, y: 2}\nmine:\n  <<: *base\n  y: 3\n")

    assert root.plain["mine"] == {"x": 1, "y": 3}


@given(st.binary(max_size=80) | yaml_like.map(str.encode))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ProjectError):
        assert isinstance(parse(data).plain, dict)
