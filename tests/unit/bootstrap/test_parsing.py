"""Lines in, rows out: each in its place, whatever the line."""

from __future__ import annotations

import json
import threading
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from bot.bootstrap.parsing import Parser, parse_lines
from bot.errors import ModelError
from bot.nlu.archive import read_archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.domain.understanding import Understanding


@pytest.fixture(scope="module")
def parser(model_file: Path) -> Parser:
    return Parser(read_archive(model_file), root=Path())


def parse(parser: Parser, *chunks: bytes) -> list[dict[str, Any]]:
    rows = chain.from_iterable(parse_lines(parser, chunks))
    return [json.loads(row.content) for row in rows]


def test_each_line_has_its_row_in_order(parser: Parser) -> None:
    texts = [f"where is my parcel {number}" for number in range(300)]
    parsed = parse(parser, "\n".join(texts).encode())
    assert [row["text"] for row in parsed] == texts
    assert parsed[0]["intent"]["name"] == "ask_delivery"
    assert set(parsed[0]) >= {"text", "intent", "entities", "intent_ranking", "text_tokens"}


def test_broken_lines_say_so_and_the_others_are_not_lost(parser: Parser) -> None:
    rows = list(chain.from_iterable(parse_lines(parser, [b'hello\n{"text": 1}\n\n{"text": "hi there"}\n'])))
    assert [row.broken for row in rows] == [False, True, False, False]
    broken, empty = json.loads(rows[1].content), json.loads(rows[2].content)
    assert broken == {"error": 'line 2: a JSON line looks like {"text": "…"}', "line": 2}
    assert (empty["text"], empty["intent"]) == ("", {"name": None, "confidence": 0.0})
    assert json.loads(rows[3].content)["text"] == "hi there"


def test_a_row_comes_before_the_next_line_is_written(parser: Parser) -> None:
    answered = threading.Event()

    def write() -> Iterator[bytes]:
        yield b"hello\n"
        assert answered.wait(30)
        yield b"bye\n"

    rows = parse_lines(parser, write())
    assert json.loads(next(rows)[0].content)["text"] == "hello"
    answered.set()
    assert json.loads(next(rows)[0].content)["text"] == "bye"
    assert list(rows) == []


class Fragile(Parser):
    """Breaks on one text, or has a model that is broken."""

    @override
    def parse(self, texts: Sequence[str]) -> list[Understanding]:
        if "bad model" in texts:
            raise ModelError("broken")
        if "poison" in texts:
            raise ZeroDivisionError
        return super().parse(texts)


def test_a_text_that_breaks_the_parser_takes_no_other_with_it(model_file: Path) -> None:
    fragile = Fragile(read_archive(model_file), root=Path())
    parsed = parse(fragile, b"hello\npoison\nhi there\n")
    assert [row.get("text") for row in parsed] == ["hello", None, "hi there"]
    assert parsed[1]["error"].startswith("line 2: ")
    with pytest.raises(ModelError):
        parse(fragile, b"bad model\n")


def test_what_reading_raises_is_raised(parser: Parser) -> None:
    def fail() -> Iterable[bytes]:
        yield b"hello\n"
        raise OSError(5, "Input/output error")

    rows = parse_lines(parser, fail())
    assert len(next(rows)) == 1
    with pytest.raises(OSError, match="Input/output error"):
        next(rows)


def test_whoever_leaves_early_leaves_nobody_waiting(parser: Parser) -> None:
    rows = parse_lines(parser, iter(lambda: b"hello\n" * 2000, b""))
    next(rows)
    rows.close()
    mine = [each for each in threading.enumerate() if each.name == "lines" or each.name.startswith("parse")]
    for thread in mine:
        thread.join(30)
    assert not [thread for thread in mine if thread.is_alive()]
