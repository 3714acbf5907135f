from __future__ import annotations

import json
from itertools import chain, pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.lines import MAX_LINE, Line, parse_line, read_lines


def read(*chunks: bytes) -> list[Line]:
    return list(chain.from_iterable(read_lines(chunks)))


def test_plain_lines_and_json_objects_are_texts() -> None:
    lines = read(b'hello\n{"text": "h\\u00e9 \\n you", "id": 7}\n { "text": ""}\n')
    assert [(line.number, line.text) for line in lines] == [(1, "hello"), (2, "h\u00e9 \n you"), (3, "")]


def test_what_only_looks_like_json_is_plain_text() -> None:
    written = ['"quoted"', '["a"]', "{name} please", "{", "null", "5", "\ttab "]
    assert [line.text for line in read("\n".join(written).encode())] == written


def test_every_line_counts_and_the_last_needs_no_end() -> None:
    assert [line.text for line in read(b"\n\r\na\r\n\nb")] == ["", "", "a", "", "b"]
    assert read() == read(b"") == []


def test_broken_lines_are_named() -> None:
    lines = read(b'a\n{"text": "b\n{"text": 5}\n{}\n{"text": null}\nc\n' + b'{"a":' * 10**5)
    assert [line.error is None for line in lines] == [True, False, False, False, False, True, False]
    assert lines[1].error == "line 2: it begins like JSON and is none"
    assert lines[2].error == 'line 3: a JSON line looks like {"text": "\u2026"}'


def test_a_line_without_end_is_refused_not_kept() -> None:
    lines = read(*[b"x" * 2**19] * 5, b"\nafter\n")
    assert [line.error is None for line in lines] == [False, True]
    assert (lines[1].number, lines[1].text) == (2, "after")
    assert read(b"x" * MAX_LINE)[0].error is None


def test_bytes_that_are_no_text_are_replaced_and_a_byte_order_mark_goes() -> None:
    assert [line.text for line in read(b"\xef\xbb\xbfa\n\xffb\nc\x00d\n")] == ["a", "\ufffdb", "c\0d"]


def test_lines_are_told_as_soon_as_they_end() -> None:
    assert [[line.text for line in lines] for lines in read_lines([b"a\nb", b"c\n", b"d"])] == [
        ["a"],
        ["bc"],
        ["d"],
    ]


@given(st.binary(), st.lists(st.integers(0, 50)))
def test_any_bytes_in_any_chunks_give_the_same_lines(content: bytes, cuts: list[int]) -> None:
    places = sorted({0, *cuts, len(content)})
    chunks = [content[start:end] for start, end in pairwise(places)]
    lines = read(*chunks, content[places[-1] :])
    assert lines == read(content)
    assert len(lines) == len(content.removesuffix(b"\n").split(b"\n")) * bool(content)


@given(st.text())
def test_any_text_comes_through_json(text: str) -> None:
    line = parse_line(json.dumps({"text": text}).encode(), number=1)
    assert (line.text, line.error) == (text, None)
