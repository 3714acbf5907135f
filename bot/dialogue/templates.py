"""Filling `{slot}` in responses, with Rasa's rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.json import Json, JsonObject

_TOKEN = re.compile(r"\{\{|\}\}|\{([^\n{}]+?)\}")
_TAG = re.compile(r"\{([^\n{}]+?)\}")
_ESCAPED_TAG = re.compile(r"\{\{[^\n{}]+?\}\}")


def fill(template: Json, values: JsonObject) -> Json:
    """Fill all strings within `template`. Keys of objects stay as they are."""
    if isinstance(template, str):
        return fill_text(template, values)
    if isinstance(template, dict):
        return {key: fill(part, values) for key, part in template.items()}
    if isinstance(template, list | tuple):
        return [fill(part, values) for part in template]
    return template


def fill_text(text: str, values: JsonObject) -> str:
    """Replace each `{name}`; `{{name}}` gives `{name}`.

    As in Rasa, one unknown name leaves the whole text unfilled, and so do JSON around a name and mixing an
    escaped with a real name. Where Rasa fails on stray braces, they stay as they are.
    """
    if "{" not in text and "}" not in text:
        return text
    names = [match[1] for match in _TOKEN.finditer(text) if match[1]]
    if any(name not in values for name in names) or (names and _has_escaped_tag(text)):
        return text
    if names and _is_within_braces(text, values):
        return text

    def replace(match: re.Match[str]) -> str:
        return str(values[match[1]]) if match[1] else match[0][0]

    return _TOKEN.sub(replace, text)


def _is_within_braces(text: str, values: JsonObject) -> bool:
    """Tell whether names stand in what Python's formatting takes for an unknown name: `{"a": "{b}"}`."""
    left = _TOKEN.sub("", text)
    if "{" not in left and "}" not in left:
        return False
    try:
        _TAG.sub(r"{0[\1]}", text).format(values)
    except KeyError:
        return True
    except (ValueError, LookupError, AttributeError, TypeError):
        return False
    return False


def _has_escaped_tag(text: str) -> bool:
    """Tell whether some `{{name}}` is not the inside of `{{{name}}}`, which is filled."""
    return any(
        not (text[match.start() - 1 : match.start()] == "{" or text[match.end() : match.end() + 1] == "}")
        for match in _ESCAPED_TAG.finditer(text)
    )
