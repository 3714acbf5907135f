"""Rasa's old JSON format for examples → nodes, like those of YAML."""

from __future__ import annotations

import json
from json.decoder import JSONObject  # type: ignore[attr-defined]  # the decoder's own, in plain Python
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from bot.domain.example import Source
from bot.errors import ProjectError
from bot.rasa_format.nodes import Entry, ListNode, MapNode, Node, ScalarNode

if TYPE_CHECKING:
    from pathlib import Path

NLU_JSON_KEY = "rasa_nlu_data"


class _Placed(dict[str, Any]):
    """An object that knows where in the text it begins."""

    position = 0


class _Decoder(json.JSONDecoder):
    """Keeps the places of objects; those of single values are not known."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_object = self._parse_object
        self.scan_once = py_make_scanner(self)

    @staticmethod
    def _parse_object(start: tuple[str, int], *options: Any) -> tuple[_Placed, int]:
        found, end = JSONObject(start, *options)
        placed = _Placed(found)
        placed.position = start[1] - 1
        return placed, end


def read_json_file(file: Path, *, path: str) -> MapNode:
    """Read a file; `path` is what problems call it. Raises `ProjectError` with the line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        read = _Decoder().decode(text)
    except json.JSONDecodeError as error:
        raise ProjectError(path, error.lineno, f"This is not JSON: {error.msg}.") from error
    except UnicodeDecodeError as error:
        problem = "This is not UTF-8 text. Save the file with the encoding UTF-8."
        raise ProjectError(path, None, problem) from error
    except RecursionError as error:
        raise ProjectError(path, None, "Lists and maps are nested too deeply here.") from error
    except OSError as error:
        raise ProjectError(path, None, f"Not read: {(error.strerror or 'it cannot be').lower()}.") from error
    if not isinstance(read, _Placed):
        raise ProjectError(path, 1, f'The file should start with `{{"{NLU_JSON_KEY}": …`.')
    return _Builder(text, path).map(read)


class _Builder:
    """Turns what was decoded into nodes. Objects come in the order of the text, so lines are counted once."""

    def __init__(self, text: str, path: str) -> None:
        self._text, self._path = text, path
        self._counted, self._line = 0, 1

    def map(self, found: _Placed) -> MapNode:
        """Return an object as a map."""
        self._line += self._text.count("\n", self._counted, found.position)
        self._counted = found.position
        source = self._source()
        entries = {key: Entry(source=source, node=self._build(value)) for key, value in found.items()}
        return MapNode(source=source, entries=entries, flow=True)

    def _build(self, value: Any) -> Node:
        if isinstance(value, _Placed):
            return self.map(value)
        if isinstance(value, list):
            return ListNode(source=self._source(), items=tuple(map(self._build, value)), flow=True)
        return ScalarNode(source=self._source(), value=value, style='"' if isinstance(value, str) else "")

    def _source(self) -> Source:
        return Source(path=self._path, line=self._line)
